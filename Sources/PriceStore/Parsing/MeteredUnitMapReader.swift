/// The files behind AWS's pricing pages ("metered unit maps"): prices by place and rate code.
///
/// They carry no unit, no band and no usage type, so nothing can be billed from them: they are kept as rates to check others
/// against, under the offer code `meter:<serviceId>`, and never turn up among ``PriceStore/prices(offer:region:usageTypes:)``.
/// A price appears under a readable label and under its hash: one rate, both names.
final class MeteredUnitMapReader: SourceReader {
    private let collector: RateCollector
    private var facts = SourceFacts()
    private var parser: JSONPushParser<JSONPath>?
    private var currency = "USD"
    private var entry = (rateCode: "", price: "", hash: "", offset: 0)
    private var labels: [String: [String]] = [:]  // of one place, by rate code
    private var prices: [String: (amount: Int128, hash: String)] = [:]

    init(collector: RateCollector) {
        self.collector = collector
        facts.form = .meteredUnitMap
        parser = JSONPushParser(
            JSONPath(onScalar: { [unowned self] in try scalar($0, $1) }, onEnd: { [unowned self] in try end($0, $1) }))
    }

    var rates: Int { collector.rates }

    func feed(_ chunk: UnsafeBufferPointer<UInt8>) throws { try parser?.feed(chunk) }

    func finish() throws -> SourceContents {
        try parser?.finish()
        return .rates(facts)
    }

    private func scalar(_ path: [String], _ text: JSONText) throws {
        if path.count == 2, path[0] == "manifest" {
            switch path[1] {
            case "serviceId": facts.offerCode = "meter:" + text.string
            case "hawkFilePublicationDate":
                try text.checked { try Names.checkDate($0) }
                facts.publicationDate = text.string
                facts.version = text.string.filter(\.isNumber)
            case "currencyCode": currency = text.string
            default: break
            }
        }
        guard path.count == 4, path[0] == "regions" else { return }
        try text.checked { try Names.check($0) }
        switch path[3] {
        case "rateCode": entry.rateCode = text.string
        case "price": (entry.price, entry.offset) = (text.string, text.offset)
        case "RegionlessRateCode": entry.hash = text.string
        default: break
        }
    }

    private func end(_ path: [String], _ offset: Int) throws {
        guard path.first == "regions" else { return }
        if path.count == 3 {
            var text = entry.price
            do { prices[entry.rateCode] = (try text.withUTF8 { try Decimals.amount($0) }, entry.hash) } catch let error
                as Decimals.Malformed
            {
                throw ParseFailure(position: .byte(entry.offset), found: "'\(entry.price)'", expected: error.expected)
            }
            if path[2] != entry.hash { labels[entry.rateCode, default: []].append(path[2]) }
            entry = ("", "", "", 0)
        } else if path.count == 2 {
            for (code, price) in prices.sorted(by: { $0.key < $1.key }) { try add(code, price, place: path[1]) }
            (labels, prices) = ([:], [:])
        }
    }

    private func add(_ code: String, _ price: (amount: Int128, hash: String), place: String) throws {
        let parts = code.split(separator: ".").map(String.init)
        var values = AttributeValues()
        values.set(.usageType, Array(price.hash.utf8))
        var row = RateRow()
        row.region = collector.regionNumber(Regions.codeByName[place] ?? place)
        var kind: [UInt8] = []
        kind.append(prefixed: price.hash)
        kind.append(prefixed: "")
        for _ in Attribute.kept { kind.append(prefixed: "") }
        row.kind = collector.kinds.intern(kind)
        var sku = parts.first ?? ""
        row.sku = sku.withUTF8 { SKU($0, longOnes: &collector.longSKUs) }
        row.term = collector.words.intern(parts.count > 1 ? parts[1] : "")
        row.rateID = collector.words.intern(parts.count > 2 ? parts[2] : "")
        row.currency = collector.words.intern(currency)
        let none = collector.words.intern("")
        (row.date, row.contract, row.appliesTo) = (none, none, none)
        // Bands of one SKU have no bounds here: each is a rate of its own.
        row.unit = row.rateID
        row.amount = price.amount
        try collector.add(row, description: Array((labels[code] ?? []).sorted().joined(separator: " | ").utf8)[...])
    }
}
