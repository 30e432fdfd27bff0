public import CostModel

public enum ReportFormat: String, CaseIterable, Sendable { case table, json, csv, markdown }

/// A bill with the words around it, ready to be shown.
public struct BillReport: Sendable {
    public var title: String
    public var region: String
    public var view: String  // `a month of 730 h`, `as observed in 3 h`
    public var bill: Bill
    public var catalogVersion: String

    public init(title: String, region: String, view: String, bill: Bill, catalogVersion: String) {
        (self.title, self.region, self.view, self.bill) = (title, region, view, bill)
        self.catalogVersion = catalogVersion
    }

    public func rendered(_ format: ReportFormat, explain: Bool) throws -> String {
        switch format {
        case .table: plain(explain: explain)
        case .markdown: markdown(explain: explain)
        case .csv: csv()
        case .json: try JSONText.encode(BillDocument(self))
        }
    }

    // MARK: Table and Markdown

    private func plain(explain: Bool) -> String {
        var text = "\(title.printable) · \(region) · \(view)\n\n" + summary().plain()
        text += "\n" + totals().map { "\($0.padding(to: 28))\($1.padding(to: 14, left: true))\n" }.joined()
        if explain { text += "\n" + bill.lines.map { Receipt($0).plain() }.joined(separator: "\n") }
        return text
    }

    private func markdown(explain: Bool) -> String {
        var text = "## \(title.printable)\n\n\(region), \(view)\n\n" + summary().markdown() + "\n"
        text += totals().map { "- \($0): **\($1)**\n" }.joined()
        if explain {
            text +=
                "\n### Receipt\n\n" + bill.lines.map { "```text\n\(Receipt($0).plain())```\n" }.joined(separator: "\n")
        }
        return text
    }

    private func summary() -> TextTable {
        var table = TextTable([
            ("service", .left), ("line", .left), ("region", .left), ("quantity", .right), ("unit", .left),
            ("free", .right), ("cost", .right),
        ])
        for line in bill.lines {
            let free = line.chosen.freeQuantity
            table.rows.append([
                line.usage.service, line.usage.label, line.usage.key.region, line.usage.quantity.shown,
                line.unit, free > 0 ? free.shown : "", line.chosen.cost.shown,
            ])
        }
        return table
    }

    private func totals() -> [(String, String)] {
        let name = bill.freeTier.rawValue.replacing("_", with: " ")
        return [
            ("Total, list price", bill.list.shown), ("Total, free tier: \(name)", bill.total.shown),
            ("After the first 12 months", bill.afterFirstYear.shown),
        ]
    }

    private func csv() -> String {
        var table = TextTable(
            [
                "title", "view", "service", "line", "offer_code", "region", "usage_type", "operation", "quantity",
                "unit",
                "free_quantity", "cost_usd", "list_cost_usd", "after_first_year_cost_usd", "price_effective_date",
                "price_source",
            ].map { ($0, .left) })
        for line in bill.lines {
            table.rows.append([
                title, view, line.usage.service, line.usage.label, line.price.offerCode, line.price.region,
                line.price.usageType,
                line.price.operation, line.usage.quantity.description, line.unit,
                line.chosen.freeQuantity.description, line.chosen.cost.exact, line.list.cost.exact,
                line.afterFirstYear.cost.exact, line.price.effectiveDate, line.price.source,
            ])
        }
        return table.csv()
    }
}

extension BillLine {
    /// The unit of the quantity; that of the price where the workload leaves it to it.
    var unit: String { usage.unit.isEmpty ? price.unit : usage.unit }
}

extension Quantity {
    /// Three decimals; nine for less than a hundredth, so that little is not shown as none.
    var shown: String { formatted(places: numerator < denominator / 100 ? 9 : 3) }
}

extension USD {
    /// Dollars and cents; below a cent, six decimals, so that a small cost is not shown as none.
    var shown: String {
        let small = cents == 0 && picodollars != 0
        if small, picodollars.magnitude < 500_000 { return picodollars < 0 ? "-<$0.000001" : "<$0.000001" }
        let text = rounded(to: small ? 6 : 2)
        return (text.hasPrefix("-") ? "-$" : "$") + grouped(text.hasPrefix("-") ? String(text.dropFirst()) : text)
    }
}

extension String {
    func padding(to width: Int, left: Bool = false) -> String {
        let spaces = String(repeating: " ", count: max(0, width - count))
        return left ? spaces + self : self + spaces
    }
}

extension BillReport {
    /// Several bills in one text: one after the other, as one JSON array, or as one CSV table.
    public static func rendered(_ reports: [BillReport], _ format: ReportFormat, explain: Bool) throws -> String {
        if reports.count == 1 { return try reports[0].rendered(format, explain: explain) }
        switch format {
        case .json: return try JSONText.encode(reports.map(BillDocument.init))
        case .csv:
            return try reports.enumerated().map { index, report in
                let text = try report.rendered(.csv, explain: false)
                return index == 0 ? text : text.split(separator: "\r\n").dropFirst().map { $0 + "\r\n" }.joined()
            }.joined()
        case .table, .markdown:
            return try reports.map { try $0.rendered(format, explain: explain) }.joined(separator: "\n")
        }
    }
}
