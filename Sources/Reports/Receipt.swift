import CostModel

/// One line of a bill with everything a person with a calculator needs to arrive at the same figure.
struct Receipt {
    let line: BillLine

    init(_ line: BillLine) { self.line = line }

    func plain() -> String {
        let (usage, price, charge) = (line.usage, line.price, line.chosen)
        var rows: [(String, String)] = []
        rows.append(("quantity", derivation))
        if charge.freeQuantity > 0 { rows.append(("free tier", "− \(charge.freeQuantity.formatted()) \(freeNames)")) }
        let listed = price.region == usage.key.region ? "" : ", as listed for region '\(price.region)'"
        rows.append(("price", "\(usage.key)\(listed), per \(price.unit)"))
        rows.append(
            (
                "",
                [price.effectiveDate.isEmpty ? "" : "of \(price.effectiveDate)", price.source].filter { !$0.isEmpty }
                    .joined(separator: ", ")
            ))
        for note in line.discounts { rows.append(("", note)) }
        for slice in charge.slices { rows.append((band(slice.tier), sum(slice))) }
        rows.append(
            (
                "cost",
                "$\(charge.cost.exact)" + (charge.cost == line.list.cost ? "" : "   (list: $\(line.list.cost.exact))")
            ))
        let width = rows.map(\.0.count).max() ?? 0
        let body = rows.map { "  \($0.0.padding(to: width))  \($0.1)\n" }.joined()
        return "\(usage.service): \(usage.label.printable)\n" + body
    }

    private var derivation: String {
        let (figure, unit) = (line.usage.figure, line.unit)
        let result = "\(figure.value.formatted()) \(unit)"
        let isBare = figure.text == figure.value.formatted() || figure.text.hasPrefix(figure.value.formatted() + " ")
        return isBare && !figure.text.contains("×") && !figure.text.contains("÷")
            ? result : "\(figure.text) = \(result)"
    }

    private var freeNames: String {
        let names = line.usage.freeTiers.map { "\($0.id), \($0.amount.formatted()) a month" }
        return names.isEmpty ? "(the price list's free band)" : "(\(names.joined(separator: "; ")))"
    }

    private func band(_ tier: PriceTier) -> String {
        if line.price.tiers.count == 1 { return "at" }
        let end = tier.end.map { "to \($0.formatted())" } ?? "on"
        return "\(tier.begin.formatted()) \(end)"
    }

    private func sum(_ slice: TierSlice) -> String {
        let equals = slice.isExact ? "=" : "≈"
        return "\(slice.quantity.formatted(places: 9)) × $\(slice.tier.usd.exact) \(equals) $\(slice.cost.exact)"
    }
}
