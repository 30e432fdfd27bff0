public import CostModel
import Foundation

/// Several bills side by side: each line of each, and the difference of every bill to the first.
public struct ComparisonReport: Sendable {
    public var variants: [(name: String, bill: Bill)]

    public init(_ variants: [(name: String, bill: Bill)]) { self.variants = variants }

    private struct Row {
        var service: String
        var line: String
        var costs: [USD?]  // one for each variant; nil: it has no such line
    }

    public func rendered(_ format: ReportFormat) throws -> String {
        switch format {
        case .table: try table(number: \.shown).plain()
        case .markdown: try table(number: \.shown).markdown()
        case .csv: try table(number: \.exact).csv()
        case .json: try JSONText.encode(document())
        }
    }

    /// Lines that several bills share stand in one row; a repeated line of one bill is added up.
    private func rows() throws -> [Row] {
        var (rows, places): ([Row], [[String]: Int]) = ([], [:])
        for (column, variant) in variants.enumerated() {
            for line in variant.bill.lines {
                let key = [line.usage.service, line.usage.label]
                let empty = Row(service: key[0], line: key[1], costs: Array(repeating: nil, count: variants.count))
                let index = places[key] ?? rows.count
                if index == rows.count {
                    rows.append(empty)
                    places[key] = index
                }
                rows[index].costs[column] = try (rows[index].costs[column] ?? .zero) + line.chosen.cost
            }
        }
        return rows
    }

    private func table(number: (USD) -> String) throws -> TextTable {
        let differences = variants.dropFirst().map { ("Δ " + $0.name, TextTable.Alignment.right) }
        let columns = variants.map { ($0.name, TextTable.Alignment.right) } + differences
        var table = TextTable([("service", .left), ("line", .left)] + columns)
        for row in try rows() {
            let costs = row.costs.map { $0.map(number) ?? "–" }
            table.rows.append([row.service, row.line] + costs + (try differencesToFirst(row.costs, number)))
        }
        let totals: [(String, KeyPath<Bill, USD>)] = [
            ("total, list price", \.list), ("total, free tier", \.total), ("after 12 months", \.afterFirstYear),
        ]
        for (name, path) in totals {
            let costs = variants.map { Optional($0.bill[keyPath: path]) }
            table.rows.append(
                ["", name] + costs.map { $0.map(number) ?? "" } + (try differencesToFirst(costs, number)))
        }
        return table
    }

    private func differencesToFirst(_ costs: [USD?], _ number: (USD) -> String) throws -> [String] {
        try costs.dropFirst().map { cost in
            let difference = try (cost ?? .zero) - ((costs.first ?? nil) ?? .zero)
            return difference == .zero ? "" : (difference > .zero ? "+" : "") + number(difference)
        }
    }

    private struct Document: Encodable {
        struct Variant: Encodable {
            var name: String
            var listUsd: String
            var freeTierUsd: String
            var afterFirstYearUsd: String
            var differenceUsd: String
        }
        struct Line: Encodable {
            var service: String
            var line: String
            var costsUsd: [String?]
        }
        var variants: [Variant]
        var lines: [Line]
    }

    private func document() throws -> Document {
        let first = variants.first?.bill.total ?? .zero
        return Document(
            variants: try variants.map { name, bill in
                .init(
                    name: name, listUsd: bill.list.exact, freeTierUsd: bill.total.exact,
                    afterFirstYearUsd: bill.afterFirstYear.exact, differenceUsd: try (bill.total - first).exact)
            },
            lines: try rows().map { .init(service: $0.service, line: $0.line, costsUsd: $0.costs.map { $0?.exact }) })
    }
}
