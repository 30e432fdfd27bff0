import CostModel
import Foundation

/// A bill as JSON. Amounts and quantities are decimal strings (a fraction such as `1/3` where no decimal is exact).
struct BillDocument: Encodable {
    struct Slice: Encodable {
        var begin: String
        var end: String?
        var usdPerUnit: String
        var quantity: String
        var costUsd: String
        var exact: Bool
    }

    struct PriceSource: Encodable {
        var offerCode: String
        var region: String
        var usageType: String
        var operation: String
        var unit: String
        var effectiveDate: String
        var source: String
        var adjustments: [String]
    }

    struct Line: Encodable {
        var service: String
        var line: String
        var quantity: String
        var unit: String
        var derivation: String
        var freeQuantity: String
        var costUsd: String
        var listCostUsd: String
        var afterFirstYearCostUsd: String
        var price: PriceSource
        var slices: [Slice]
    }

    struct Totals: Encodable {
        var listUsd: String
        var freeTierUsd: String
        var afterFirstYearUsd: String
    }

    var title: String
    var region: String
    var view: String
    var freeTier: String
    var currency = "USD"
    var priceCatalog: String
    var totals: Totals
    var lines: [Line]

    init(_ report: BillReport) {
        (title, region, view) = (report.title, report.region, report.view)
        (freeTier, priceCatalog) = (report.bill.freeTier.rawValue, report.catalogVersion)
        totals = Totals(
            listUsd: report.bill.list.exact, freeTierUsd: report.bill.total.exact,
            afterFirstYearUsd: report.bill.afterFirstYear.exact)
        lines = report.bill.lines.map(Line.init)
    }
}

extension BillDocument.Line {
    init(_ line: BillLine) {
        self.init(
            service: line.usage.service, line: line.usage.label, quantity: line.usage.quantity.description,
            unit: line.unit, derivation: line.usage.figure.text, freeQuantity: line.chosen.freeQuantity.description,
            costUsd: line.chosen.cost.exact, listCostUsd: line.list.cost.exact,
            afterFirstYearCostUsd: line.afterFirstYear.cost.exact,
            price: .init(
                offerCode: line.price.offerCode, region: line.price.region, usageType: line.price.usageType,
                operation: line.price.operation, unit: line.price.unit, effectiveDate: line.price.effectiveDate,
                source: line.price.source, adjustments: line.discounts),
            slices: line.chosen.slices.map { slice in
                .init(
                    begin: slice.tier.begin.description, end: slice.tier.end?.description,
                    usdPerUnit: slice.tier.usd.exact, quantity: slice.quantity.description, costUsd: slice.cost.exact,
                    exact: slice.isExact)
            })
    }
}

/// Pretty-printed JSON with snake_case names in a fixed order.
public enum JSONText {
    public static func encode(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
    }
}
