/// One band of a price: from `begin` up to, but not including, `end`, in the price's unit.
public struct PriceTier: Hashable, Sendable {
    public var begin: Quantity
    public var end: Quantity?  // nil: no upper bound
    public var usd: USD  // per unit

    public init(begin: Quantity, end: Quantity?, usd: USD) {
        (self.begin, self.end, self.usd) = (begin, end, usd)
    }
}

/// What AWS asks for one usage type in one region, with the place the figure was read.
///
/// `usageType` is the region-less name (`Lambda-GB-Second`, not `EUC1-Lambda-GB-Second`). Where one usage type belongs
/// to several products (`LoadBalancerUsage`, RDS engines) `operation` tells them apart; elsewhere it is empty.
public struct Price: Hashable, Sendable {
    public var offerCode: String
    public var region: String
    public var usageType: String
    public var operation: String
    public var unit: String
    public var tiers: [PriceTier]  // ascending, contiguous
    public var effectiveDate: String  // yyyy-MM-dd, or as precise as the source is; empty when it carries none
    public var source: String
    public var description: String

    public init(
        offerCode: String, region: String, usageType: String, operation: String = "", unit: String,
        tiers: [PriceTier], effectiveDate: String, source: String, description: String = ""
    ) {
        (self.offerCode, self.region, self.usageType, self.operation) = (offerCode, region, usageType, operation)
        (self.unit, self.tiers, self.effectiveDate) = (unit, tiers, effectiveDate)
        (self.source, self.description) = (source, description)
    }
}
