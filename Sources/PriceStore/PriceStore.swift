public import CostModel

/// AWS's price lists, imported, on disk.
///
/// Calls block on files and on the network: give them a thread of their own. A store may be read and written by any number of
/// processes: parsing needs no lock, a commit takes one, and readers see the generation before or after it, never between.
///
/// On disk: `current` → `generations/<n>/` with `manifest.json`, `current/<offer>/<region>/<origin>.<section>` and, for
/// each offer, the version before under `previous/`. A commit builds the next generation (hard links to what stays) and
/// swaps the link. *Origin* is the region whose file the rates came from, or `all`: the file of one region also carries rows of
/// others (transfers, `global`), which must not displace theirs.
public struct PriceStore: Sendable {
    public let directory: String

    /// Nothing is read or made before the first call that needs it.
    public init(directory: String) { self.directory = directory }

    var root: String { directory + "/current" }

    /// Reading again when a commit has taken the generation away meanwhile. The one before the last stays until the next commit,
    /// so a second try is enough in practice; five bound it.
    func reading<R>(_ body: (_ generation: String) throws -> R) throws -> R {
        for attempt in 1... {
            let generation = directory + "/" + (Directory.readLink(root) ?? "generations/none")
            do { return try body(generation) } catch let error as PriceStoreError {
                let moved = generation != directory + "/" + (Directory.readLink(root) ?? "generations/none")
                guard case .io = error, moved, attempt < 5 else { throw error }
            }
        }
        throw PriceStoreError.io(path: directory, operation: "read", reason: "the store keeps changing")
    }

    /// Every dollar price of a region, ascending by usage type. The region `global` holds what is the same everywhere, the free tier
    /// among it. Prices in another currency are only in ``rates(offer:region:usageTypes:)``.
    ///
    /// - Parameter usageTypes: Region-less names; nil for all. With a few, an EC2 region takes milliseconds.
    /// - Throws: ``PriceStoreError`` `.unknownOffer`, `.unknownRegion`, `.damaged`, `.io`.
    public func prices(offer: String, region: String, usageTypes: Set<String>? = nil) throws -> [Price] {
        try rates(offer, region, usageTypes, withAttributes: false).filter { $0.currency == "USD" }.map(\.price)
    }

    /// As ``prices(offer:region:usageTypes:)``, with SKU, currency and attributes, in any currency.
    public func rates(offer: String, region: String, usageTypes: Set<String>? = nil) throws -> [OfferRate] {
        try rates(offer, region, usageTypes, withAttributes: true)
    }

    private func rates(
        _ offer: String, _ region: String, _ usageTypes: Set<String>?, withAttributes: Bool
    ) throws -> [OfferRate] {
        guard !offer.hasPrefix("meter:") else { throw PriceStoreError.unknownOffer(offer) }
        return try load(offer, region, .onDemand) { file in
            try file.offerRates(usageTypes: usageTypes, withAttributes: withAttributes)
        } key: {
            $0.sku + "." + $0.offerTermCode
        }
    }

    /// Reserved terms of an offer, or a savings plan's rates (offer `ComputeSavingsPlans` …).
    /// - Throws: as ``prices(offer:region:usageTypes:)``.
    public func commitments(offer: String, region: String) throws -> [CommitmentRate] {
        try load(offer, region, .commitments) {
            try $0.commitments()
        } key: {
            $0.rateCode
        }
    }

    /// Prices of a metered unit map (`lambda`, `sns` …), to check others against.
    /// - Throws: as ``prices(offer:region:usageTypes:)``.
    public func meteredRates(service: String, region: String) throws -> [MeteredRate] {
        try load("meter:" + service, region, .onDemand) {
            try $0.meteredRates()
        } key: {
            $0.rateCode
        }
    }

    /// A region's own file wins, then the file of all regions; else what the files of other regions say of it, newest first.
    /// What is `global` stands in all of them.
    private func load<R>(
        _ offer: String, _ region: String, _ section: RateSection, _ read: (RatesFile) throws -> [R], key: (R) -> String
    ) throws -> [R] {
        try reading { generation in
            let offerPath = "\(generation)/current/\(Directory.component(offer))"
            let path = "\(offerPath)/\(Directory.component(region))"
            let names = Directory.names(path).filter { $0.hasSuffix("." + section.rawValue) }
            if names.isEmpty {
                guard Directory.kind(offerPath) != nil else { throw PriceStoreError.unknownOffer(offer) }
                guard Directory.kind(path) != nil else {
                    throw PriceStoreError.unknownRegion(offer: offer, region: region)
                }
                return []
            }
            for origin in [Directory.component(region), "all"] where region != Regions.global {
                let name = "\(origin).\(section.rawValue)"
                if names.contains(name) { return try read(RatesFile(path + "/" + name)) }
            }
            let files = try names.map { try RatesFile(path + "/" + $0) }.sorted {
                $0.header.version > $1.header.version
            }
            if files.count == 1 { return try read(files[0]) }
            var seen = Set<String>()
            return try files.flatMap { file in try read(file).filter { seen.insert(key($0)).inserted } }
        }
    }

    /// Region codes with prices of an offer, `global` and `edge-US` among them. - Throws: ``PriceStoreError`` `.unknownOffer`.
    public func regions(offer: String) throws -> [String] {
        guard let entry = try manifest().offers[offer] else { throw PriceStoreError.unknownOffer(offer) }
        return Array(Set(entry.current.flatMap(\.regions))).sorted()
    }

    /// Everything imported, by offer code and origin; empty for a new store. - Throws: ``PriceStoreError`` `.damaged`, `.io`.
    public func offers() throws -> [OfferVersion] {
        try manifest().offers.sorted { $0.key < $1.key }.flatMap { $0.value.current.sorted { $0.origin < $1.origin } }
    }
}
