/// How far an import is. Told at the start of each source, every 4 MiB of it, and at its end.
public struct ImportProgress: Hashable, Sendable {
    public var source: String
    public var bytesDone: Int
    public var bytesTotal: Int?  // nil: the server does not say
    public var rates: Int
}

/// What an import did, and what it left out and why.
public struct ImportReport: Hashable, Sendable {
    public struct Skipped: Hashable, Sendable {
        public var source: String
        public var reason: String
    }

    /// In the order they were read; empty when everything was up to date.
    public var imported: [OfferVersion] = []
    public var skipped: [Skipped] = []
    /// Products that no term prices. Kept out: there is nothing to keep.
    public var productsWithoutTerms = 0
    /// SKUs with terms but no product: nothing says what they price.
    public var termsWithoutProduct = 0
    public var ratesWithoutPrice = 0
    /// The same rate code with the same figures, again.
    public var duplicateRates = 0
    /// Rates whose bands overlap or leave a gap; they are not in the store.
    public var irregularRates = 0
    public var notes: [String] = []

    public init() {}

    /// What was left out, where anything was.
    public var leftOut: [(count: Int, what: String)] {
        [
            (productsWithoutTerms, "products without a price"), (termsWithoutProduct, "prices without a product"),
            (ratesWithoutPrice, "rates without an amount"), (duplicateRates, "rates given twice"),
            (irregularRates, "rates whose bands overlap or leave a gap"),
        ].filter { $0.0 > 0 }
    }

    mutating func add(_ other: ImportReport) {
        imported += other.imported
        skipped += other.skipped
        notes += other.notes
        productsWithoutTerms += other.productsWithoutTerms
        termsWithoutProduct += other.termsWithoutProduct
        ratesWithoutPrice += other.ratesWithoutPrice
        duplicateRates += other.duplicateRates
        irregularRates += other.irregularRates
    }
}

/// What to take from an index. Empty means everything.
public struct ImportFilter: Hashable, Sendable {
    public var services: [String] = []  // offer codes
    public var regions: [String] = []  // region codes
    public var includesSavingsPlans = true

    public init(services: [String] = [], regions: [String] = [], includesSavingsPlans: Bool = true) {
        (self.services, self.regions, self.includesSavingsPlans) = (services, regions, includesSavingsPlans)
    }
}
