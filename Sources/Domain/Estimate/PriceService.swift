public import CostModel

/// A price list that prices come from.
public struct PriceListVersion: Hashable, Sendable {
    public var offerCode: String?  // nil: the embedded catalogue, of every offer
    public var version: String
    public var source: String

    public init(offerCode: String?, version: String, source: String) {
        (self.offerCode, self.version, self.source) = (offerCode, version, source)
    }
}

/// Which prices to show.
public struct PriceQuery: Sendable {
    public var offer: String?
    public var region: String?
    public var words: [String] = []  // all of them, in any case
    public var page = 1
    public var pageSize = 50

    public init() {}
}

/// The price list, to look at.
public struct PriceService: Sendable {
    private let prices: MetricsService.Prices
    public let lists: @Sendable () throws -> [PriceListVersion]

    public init(
        prices: @escaping MetricsService.Prices, lists: @escaping @Sendable () throws -> [PriceListVersion] = { [] }
    ) {
        (self.prices, self.lists) = (prices, lists)
    }

    /// Ordered by offer, region, usage type and operation; of a price that several sources have, the one that bills use.
    public func list(_ query: PriceQuery) throws -> Page<Price> {
        let words = query.words.map { $0.lowercased() }
        var found: [[String]: Price] = [:]
        for source in try prices().0.sources {
            for offer in try query.offer.map({ [$0] }) ?? source.offerCodes() {
                for region in try source.regions(offerCode: offer) where query.region == nil || query.region == region {
                    for price in try source.prices(offerCode: offer, region: region, usageType: nil)
                    where words.isEmpty || price.holds(words) {
                        let key = [offer, region, price.usageType, price.operation]
                        if found[key] == nil { found[key] = price }
                    }
                }
            }
        }
        let keys = found.keys.sorted { $0.lexicographicallyPrecedes($1) }
        let shown = keys.dropFirst((query.page - 1) * query.pageSize).prefix(query.pageSize)
        return Page(items: shown.compactMap { found[$0] }, total: found.count)
    }

    /// - Throws: ``DomainError`` `.notFound`, saying what is near; `.invalid` where the operation must be given.
    public func price(_ key: PriceKey) throws -> Price {
        do { return try prices().0.price(key) } catch let error as PricingError {
            if case .ambiguous = error { throw DomainError(.invalid, "\(error)") }
            throw DomainError(.notFound, "\(error)")
        }
    }
}

extension Price {
    fileprivate func holds(_ words: [String]) -> Bool {
        let text = "\(offerCode) \(region) \(usageType) \(operation) \(description)".lowercased()
        return words.allSatisfy(text.contains)
    }
}
