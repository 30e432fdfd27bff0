/// A private price: what one customer pays instead of the list. Local to the bill and named in its receipt.
public struct PriceOverride: Hashable, Sendable {
    public enum Change: Hashable, Sendable {
        case tiers([PriceTier], unit: String?)  // in the unit of the line unless it names one
        case discount(Quantity)  // 1/10 takes a tenth off
    }

    public var service: String?  // a service's name or an offer code; nil: every service
    public var region: String?
    public var usageType: String?
    public var operation: String?
    public var change: Change
    public var origin: String  // where it is written, for the receipt: `workload.yaml:14`

    public init(
        service: String?, region: String? = nil, usageType: String? = nil, operation: String? = nil, change: Change,
        origin: String
    ) {
        (self.service, self.region, self.usageType, self.operation) = (service, region, usageType, operation)
        (self.change, self.origin) = (change, origin)
    }

    /// A model may be named by its whole id or by its beginning, here and in the workload alike.
    private func names(_ key: PriceKey) -> Bool {
        guard let usageType, usageType != key.usageType else { return true }
        return key.offerCode == BedrockModel.offerCode
            && (BedrockModel.isShort(usageType, of: key.usageType)
                || BedrockModel.isShort(key.usageType, of: usageType))
    }

    func applies(to usage: Usage) -> Bool {
        (service == nil || service == usage.service || service == usage.key.offerCode)
            && (region == nil || region == usage.key.region)
            && (usageType == nil || names(usage.key))
            && (operation == nil || operation == usage.key.operation)
    }
}

/// Private prices and discounts, the first price that fits before the later ones; discounts that fit all apply.
public struct PriceBook: Hashable, Sendable {
    public var overrides: [PriceOverride]

    public init(_ overrides: [PriceOverride] = []) { self.overrides = overrides }

    /// The first entry that fits none of the lines: a slip in a name, most likely.
    public func firstUnused(by usages: [Usage]) -> PriceOverride? {
        overrides.first { entry in !usages.contains(where: entry.applies) }
    }

    func price(for usage: Usage) -> (tiers: [PriceTier], unit: String?, origin: String)? {
        for entry in overrides where entry.applies(to: usage) {
            if case .tiers(let tiers, let unit) = entry.change { return (tiers, unit, entry.origin) }
        }
        return nil
    }

    func discounts(for usage: Usage) -> [(rate: Quantity, origin: String)] {
        overrides.compactMap { entry in
            guard entry.applies(to: usage), case .discount(let rate) = entry.change else { return nil }
            return (rate, entry.origin)
        }
    }
}
