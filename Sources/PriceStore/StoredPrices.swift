public import CostModel

/// The imported prices as a source for billing: dollars, on demand, without the free-tier rows that AWS lists as
/// products of their own (the billing rules know those).
public struct StoredPrices: PriceSource {
    public var store: PriceStore

    public init(_ store: PriceStore) { self.store = store }

    /// - Throws: ``PriceStoreError`` `.damaged`, `.io`.
    public func prices(offerCode: String, region: String, usageType: String?) throws -> [Price] {
        let rates: [OfferRate]
        do {
            rates = try store.rates(offer: offerCode, region: region, usageTypes: usageType.map { [$0] })
        } catch PriceStoreError.unknownOffer, PriceStoreError.unknownRegion {
            return []
        }
        // us-east-1 lists some usage types twice, with and without the region's prefix, at one price.
        var seen = Set<Terms>()
        return rates.filter { $0.currency == "USD" && !$0.isFreeTier }.map(\.price).filter {
            seen.insert(Terms($0)).inserted
        }
    }

    public func regions(offerCode: String) throws -> [String] {
        do { return try store.regions(offer: offerCode) } catch PriceStoreError.unknownOffer { return [] }
    }

    public func offerCodes() throws -> [String] {
        Set(try store.offers().filter { $0.form == .offer }.map(\.offerCode)).sorted()
    }

    private struct Terms: Hashable {
        var usageType: String
        var operation: String
        var unit: String
        var tiers: [PriceTier]

        init(_ price: Price) {
            (usageType, operation, unit, tiers) = (price.usageType, price.operation, price.unit, price.tiers)
        }
    }
}
