/// A part of a line's quantity within one band of the price.
public struct TierSlice: Hashable, Sendable {
    public var tier: PriceTier
    public var quantity: Quantity  // in the price's unit
    public var cost: USD
    public var isExact: Bool  // false: rounded to 10⁻¹² dollars
}

/// What one line costs under one choice of free tier.
public struct Charge: Hashable, Sendable {
    public var freeQuantity: Quantity  // in the usage's unit; of free tiers and of zero-priced bands
    public var slices: [TierSlice]
    public var cost: USD
}

public struct BillLine: Hashable, Sendable {
    public var usage: Usage
    public var price: Price
    public var discounts: [String]  // what a price book takes off, with its origin
    public var list: Charge  // no free tier at all
    public var chosen: Charge
    public var afterFirstYear: Charge
}

/// A priced usage: its lines and three totals, each the exact sum of its lines.
public struct Bill: Hashable, Sendable {
    public var lines: [BillLine]
    public var freeTier: FreeTierChoice
    public var list: USD
    public var total: USD  // with the chosen free tier
    public var afterFirstYear: USD  // with what is free for ever, once the first 12 months are over
}
