public import CostModel

/// What kind of list a price list is.
public enum PriceListForm: String, Codable, Hashable, Sendable {
    case offer
    case savingsPlan
    /// Prices by rate code only, without units: for checking, not for billing.
    case meteredUnitMap
}

/// One imported price list, as the manifest has it.
public struct OfferVersion: Codable, Hashable, Sendable {
    /// One file of the store.
    public struct StoredFile: Codable, Hashable, Sendable {
        public var region: String
        /// `ondemand` or `commitments`.
        public var section: String
        public var rates: Int
        public var sizeBytes: Int
        public var sha256: String
    }

    public var offerCode: String
    public var form: PriceListForm
    public var version: String  // AWS's, `yyyyMMddHHmmss`
    public var publicationDate: String  // as the source has it
    /// The region whose file this was, or `all`.
    public var origin: String
    public var source: String  // path or URL
    public var sourceSHA256: String
    public var sourceBytes: Int
    public var importedAt: String  // as the caller gave it
    public var files: [StoredFile]

    public var regions: [String] { Array(Set(files.map(\.region))).sorted() }
    /// AWS's price dimensions: bands count one each.
    public var rates: Int { files.reduce(0) { $0 + $1.rates } }
}

extension PriceCatalog {
    /// The newest date of its prices for what a list covers, when it is after the list's own.
    public func newest(than version: OfferVersion) -> String? {
        guard !version.publicationDate.isEmpty else { return nil }
        let regions = Set(version.origin == "all" ? version.regions : [version.origin])
        let dates = prices.lazy.filter { $0.offerCode == version.offerCode && regions.contains($0.region) }
        return dates.map(\.effectiveDate).max().flatMap { $0 > version.publicationDate.prefix(10) ? $0 : nil }
    }
}

/// The store's table of contents, `manifest.json`.
struct Manifest: Codable {
    struct Offer: Codable {
        var current: [OfferVersion] = []
        var previous: [OfferVersion] = []
        var changedIn = 0  // generation
    }

    static let formatVersion = 1
    var formatVersion = Manifest.formatVersion
    var generation = 0
    var offers: [String: Offer] = [:]
}
