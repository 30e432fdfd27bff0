/// Names one price: the offer code, the region, the region-less usage type, and the operation where it matters.
public struct PriceKey: Hashable, Sendable, CustomStringConvertible {
    public var offerCode: String
    public var region: String
    public var usageType: String
    public var operation: String?  // nil: whichever there is, if there is only one

    public init(offerCode: String, region: String, usageType: String, operation: String? = nil) {
        (self.offerCode, self.region, self.usageType, self.operation) = (offerCode, region, usageType, operation)
    }

    public var description: String {
        "\(offerCode) \(usageType)\(operation.map { " (\($0))" } ?? "") in \(region)"
    }
}

/// Where prices come from: the embedded catalogue, or offer files imported to disk.
public protocol PriceSource: Sendable {
    /// The prices of one offer in one region, or of one of its usage types; empty when the source has none.
    func prices(offerCode: String, region: String, usageType: String?) throws -> [Price]
    func regions(offerCode: String) throws -> [String]
    func offerCodes() throws -> [String]
}

/// A versioned set of prices held in memory. ``embedded()`` is the one that ships with the product.
public struct PriceCatalog: Sendable, PriceSource {
    public let version: String  // date of its newest fact, yyyy-MM-dd
    public let prices: [Price]  // sorted by offer code, region, usage type, operation
    private let sections: [Section: Range<Int>]

    private struct Section: Hashable {
        var offerCode: String
        var region: String
    }

    /// - Parameter prices: In any order; one per offer code, region, usage type and operation.
    public init(version: String, prices: [Price]) {
        self.init(version: version, sorted: prices.sorted { Self.order($0) < Self.order($1) })
    }

    init(version: String, sorted prices: [Price]) {
        self.version = version
        self.prices = prices
        var sections: [Section: Range<Int>] = [:]
        var start = 0
        for index in self.prices.indices {
            let next = index + 1
            let section = Section(offerCode: self.prices[start].offerCode, region: self.prices[start].region)
            let ends = next == self.prices.count || self.prices[next].offerCode != section.offerCode
            if ends || self.prices[next].region != section.region {
                sections[section] = start..<next
                start = next
            }
        }
        self.sections = sections
    }

    private static func order(_ price: Price) -> (String, String, String, String) {
        (price.offerCode, price.region, price.usageType, price.operation)
    }

    public func prices(offerCode: String, region: String, usageType: String? = nil) -> [Price] {
        guard let section = sections[Section(offerCode: offerCode, region: region)] else { return [] }
        guard let usageType else { return Array(prices[section]) }
        return prices[section].filter { $0.usageType == usageType }
    }

    public func regions(offerCode: String) -> [String] {
        sections.keys.filter { $0.offerCode == offerCode }.map(\.region).sorted()
    }

    public func offerCodes() -> [String] { Set(sections.keys.map(\.offerCode)).sorted() }
}
