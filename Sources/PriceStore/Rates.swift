public import CostModel

/// An on-demand price with everything the list says of it.
public struct OfferRate: Hashable, Sendable {
    /// Tiers are in `currency`; ``Price/tiers`` say `usd`, so look at `currency` first.
    fileprivate(set) public var price: Price
    public var sku: String
    public var offerTermCode: String  // `JRTCKXETXF` on demand, `A429C66SYZ` free tier
    public var currency: String  // ISO 4217
    public var rateCodes: [String]  // one for each tier
    /// The SKUs of the free tier this price points to (JSON `appliesTo`, CSV `RelatedTo`).
    public var appliesTo: [String]
    /// AWS's JSON names: `productFamily`, `instanceType`, `operatingSystem`, `tenancy`, `capacitystatus` …
    public var attributes: [String: String]

    /// The account's free allowance, a row of its own (`Global-Request`, region `global`), not a first band at zero.
    public var isFreeTier: Bool {
        offerTermCode == "A429C66SYZ"
            || (price.usageType.hasPrefix("Global-") && price.tiers.allSatisfy { $0.usd == .zero })
    }

    func renamed(to usageType: String) -> OfferRate {
        var copy = self
        copy.price.usageType = usageType
        return copy
    }

    init(
        price: Price, sku: String, offerTermCode: String, currency: String, rateCodes: [String], appliesTo: [String],
        attributes: [String: String]
    ) {
        (self.price, self.sku, self.offerTermCode, self.currency) = (price, sku, offerTermCode, currency)
        (self.rateCodes, self.appliesTo, self.attributes) = (rateCodes, appliesTo, attributes)
    }
}

/// One rate of a reserved term or a savings plan.
public struct CommitmentRate: Hashable, Sendable {
    public enum Form: String, Hashable, Sendable { case reserved, savingsPlan }

    public var form: Form
    public var offerCode: String  // a savings plan's: `ComputeSavingsPlans`
    public var region: String
    public var sku: String  // of the product it discounts
    public var termCode: String  // offer term code; savings plan: the plan's SKU
    public var rateCode: String
    public var discountedService: String  // offer code
    public var usageType: String
    public var operation: String
    public var lease: String  // `1yr`, `3yr`
    public var purchaseOption: String  // `No Upfront`, `Partial Upfront`, `All Upfront`
    public var offeringClass: String  // `standard`, `convertible`; savings plan: the plan's product family
    public var unit: String  // `Quantity`: an upfront fee, once; else per hour or unit
    public var amount: USD  // in `currency`
    public var currency: String
    public var effectiveDate: String
    public var attributes: [String: String]

    /// Paid once at the start, not by the hour.
    public var isUpfrontFee: Bool { unit == "Quantity" }
}

/// A price of a metered unit map: known by its rate code only.
public struct MeteredRate: Hashable, Sendable {
    public var region: String
    public var rateCode: String
    public var regionlessRateCode: String
    public var labels: [String]
    public var usd: USD
    public var source: String
}

extension RatesFile {
    /// Prices in file order, bands put together. - Throws: ``PriceStoreError`` `.damaged`.
    func offerRates(usageTypes: Set<String>? = nil, withAttributes: Bool = true) throws -> [OfferRate] {
        var texts = [String?](repeating: nil, count: wordCount)
        func word(_ number: Int) -> String {
            if let known = texts[number] { return known }
            let text = self.word(number)
            texts[number] = text
            return text
        }
        func rateCode(_ row: Row) -> String {
            var code = String(decoding: row.sku, as: UTF8.self)
            code += "."
            code += word(row.term)
            code += "."
            code += word(row.rateID)
            return code
        }
        let source = "\(header.source) version \(header.version) "
        var result: [OfferRate] = []
        var lastKind: (number: Int, kind: ProductKind?) = (-1, nil)
        var previous: Row?
        try forEachRow { row in
            if row.kind != lastKind.number {
                let name = try kind(row.kind, withAttributes: false)
                let isWanted = usageTypes?.contains(name.usageType) ?? true
                lastKind = (row.kind, isWanted ? withAttributes ? try kind(row.kind) : name : nil)
            }
            guard let kind = lastKind.kind else { return }
            let rateCode = rateCode(row)
            let tier = PriceTier(begin: row.begin, end: row.end, usd: USD(picodollars: row.amount))
            if let previous, previous.sharesPrice(row), !result.isEmpty {
                result[result.count - 1].price.tiers.append(tier)
                result[result.count - 1].rateCodes.append(rateCode)
            } else {
                let price = Price(
                    offerCode: header.offerCode, region: header.region, usageType: kind.usageType,
                    operation: kind.operation, unit: word(row.unit), tiers: [tier], effectiveDate: word(row.date),
                    source: source + rateCode, description: self.word(row.description))
                let applies = word(row.appliesTo)
                result.append(
                    OfferRate(
                        price: price, sku: String(decoding: row.sku, as: UTF8.self), offerTermCode: word(row.term),
                        currency: word(row.currency), rateCodes: [rateCode],
                        appliesTo: applies.isEmpty ? [] : applies.split(separator: " ").map(String.init),
                        attributes: kind.attributes))
            }
            previous = row
        }
        return result
    }

    private func rateCode(_ row: Row) -> String {
        "\(String(decoding: row.sku, as: UTF8.self)).\(word(row.term)).\(word(row.rateID))"
    }

    func commitments() throws -> [CommitmentRate] {
        var result: [CommitmentRate] = []
        try forEachRow { row in
            let kind = try kind(row.kind)
            guard let contract = contract(row.contract) else {
                throw PriceStoreError.damaged(path: path, reason: "a commitment without a contract")
            }
            let isPlan = contract.form == .savingsPlan
            result.append(
                CommitmentRate(
                    form: isPlan ? .savingsPlan : .reserved, offerCode: header.offerCode, region: header.region,
                    sku: String(decoding: row.sku, as: UTF8.self), termCode: word(row.term),
                    rateCode: isPlan ? word(row.rateID) : rateCode(row),
                    discountedService: isPlan ? contract.service : header.offerCode, usageType: kind.usageType,
                    operation: kind.operation, lease: contract.lease, purchaseOption: contract.purchaseOption,
                    offeringClass: contract.offeringClass, unit: word(row.unit), amount: USD(picodollars: row.amount),
                    currency: word(row.currency), effectiveDate: word(row.date), attributes: kind.attributes))
        }
        return result
    }

    func meteredRates() throws -> [MeteredRate] {
        try offerRates().map { rate in
            MeteredRate(
                region: header.region, rateCode: rate.rateCodes[0], regionlessRateCode: rate.price.usageType,
                labels: rate.price.description.split(separator: "|").map { $0.trimmed }, usd: rate.price.tiers[0].usd,
                source: rate.price.source)
        }
    }
}

extension Substring {
    fileprivate var trimmed: String {
        var rest = self
        while rest.first == " " { rest.removeFirst() }
        while rest.last == " " { rest.removeLast() }
        return String(rest)
    }
}

extension RatesFile.Row {
    /// Words are interned: equal numbers are equal texts. Rows of one file only.
    fileprivate func sharesPrice(_ other: RatesFile.Row) -> Bool {
        kind == other.kind && term == other.term && unit == other.unit && currency == other.currency
            && sku.elementsEqual(other.sku)
    }
}
