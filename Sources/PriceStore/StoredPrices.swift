public import CostModel

/// The imported prices as a source for billing: dollars, on demand, without the free-tier rows that AWS lists as
/// products of their own (the billing rules know those).
public struct StoredPrices: PriceSource {
    public var store: PriceStore

    public init(_ store: PriceStore) { self.store = store }

    /// - Parameter usageType: AWS's name, or a billing rule's own where AWS's is known by now.
    /// - Throws: ``PriceStoreError`` `.damaged`, `.io`.
    public func prices(offerCode: String, region: String, usageType: String?) throws -> [Price] {
        let aliases = usageType.map { UsageAliases.of($0, offerCode: offerCode) } ?? []
        var rates: [OfferRate]
        do {
            let names = usageType.map { Set([$0] + aliases.map(\.usageType)) }
            rates = try store.rates(offer: offerCode, region: region, usageTypes: names)
        } catch PriceStoreError.unknownOffer, PriceStoreError.unknownRegion {
            return []
        }
        if let usageType, !aliases.isEmpty { rates = rates.compactMap { $0.known(as: usageType, aliases) } }
        // us-east-1 lists some usage types twice, with and without the region's prefix, at one price.
        var seen = Set<Terms>()
        return rates.filter { $0.currency == "USD" && !$0.isFreeTier }.map(\.price).filter {
            seen.insert(Terms($0)).inserted
        }
    }

    /// - Returns: Nothing for an offer that is not there.
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

extension OfferRate {
    /// Under the asker's name; nil where AWS's name stands for something else as well, and this is that.
    fileprivate func known(as ours: String, _ aliases: [UsageAliases.Alias]) -> OfferRate? {
        if price.usageType == ours { return self }
        let isMeant = aliases.contains {
            $0.usageType == price.usageType && ($0.operations.isEmpty || $0.operations.contains(price.operation))
        }
        return isMeant ? renamed(to: ours) : nil
    }
}
