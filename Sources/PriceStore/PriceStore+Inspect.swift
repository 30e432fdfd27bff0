public import CostModel

/// What differs between an offer's current version and the one before.
public struct PriceDifference: Hashable, Sendable {
    public struct Change: Hashable, Sendable {
        public var before: Price
        public var after: Price
    }

    public var added: [Price] = []
    public var removed: [Price] = []
    public var changed: [Change] = []  // unit or tiers; a new date or wording is no change
}

/// A file of the store that is not what was imported.
public struct StoreProblem: Hashable, Sendable {
    public var path: String
    public var reason: String
}

extension PriceStore {
    /// Reads every file again and compares checksums with the manifest. Empty: all is well.
    /// - Throws: ``PriceStoreError`` when the manifest itself cannot be read.
    public func verify() throws -> [StoreProblem] {
        guard Directory.kind(root) != nil else { return [] }
        return try reading { generation in
            let manifest = try Self.manifest(at: generation)
            var problems: [StoreProblem] = []
            for (_, offer) in manifest.offers.sorted(by: { $0.key < $1.key }) {
                for (side, versions) in [("current", offer.current), ("previous", offer.previous)] {
                    for version in versions {
                        for file in version.files {
                            let path = Self.path(generation, side, version, file)
                            if let reason = Self.problem(path, file) {
                                problems.append(.init(path: path, reason: reason))
                            }
                        }
                    }
                }
            }
            return problems
        }
    }

    static func problem(_ path: String, _ entry: OfferVersion.StoredFile) -> String? {
        do {
            let file = try RatesFile(path)
            guard file.sha256 == entry.sha256, file.rates == entry.rates else {
                return "not the file the manifest names"
            }
            try file.forEachRow { _ in }
            return nil
        } catch PriceStoreError.damaged(_, let reason) { return reason } catch { return "\(error)" }
    }

    /// Dollar prices by SKU and term, region by region.
    /// - Throws: ``PriceStoreError`` `.unknownOffer`, `.noFormerVersion`, `.damaged`, `.io`.
    public func diff(offer: String) throws -> PriceDifference {
        try reading { generation in
            guard let entry = try manifest().offers[offer] else { throw PriceStoreError.unknownOffer(offer) }
            guard !entry.previous.isEmpty else { throw PriceStoreError.noFormerVersion(offer: offer) }
            let (now, before) = (Self.slots(entry.current), Self.slots(entry.previous))
            var result = PriceDifference()
            for slot in Set(now.keys).union(before.keys).sorted() where now[slot]?.1.sha256 != before[slot]?.1.sha256 {
                let after = try now[slot].map { try Self.bySKU(Self.path(generation, "current", $0, $1)) } ?? [:]
                let former = try before[slot].map { try Self.bySKU(Self.path(generation, "previous", $0, $1)) } ?? [:]
                result.add(former, after)
            }
            return result
        }
    }

    private static func slots(_ versions: [OfferVersion]) -> [String: (OfferVersion, OfferVersion.StoredFile)] {
        var result: [String: (OfferVersion, OfferVersion.StoredFile)] = [:]
        for version in versions {
            for file in version.files where file.section == RateSection.onDemand.rawValue {
                result[file.region + "/" + version.origin] = (version, file)
            }
        }
        return result
    }

    private static func bySKU(_ path: String) throws -> [String: Price] {
        let rates = try RatesFile(path).offerRates().filter { $0.currency == "USD" }
        return Dictionary(rates.map { ("\($0.sku).\($0.offerTermCode).\($0.price.unit)", $0.price) }) { first, _ in
            first
        }
    }

    /// On-demand rates whose offer code, region, usage type, operation, description or attributes hold every word of `text`, in any
    /// case. One file at a time is in memory.
    ///
    /// - Parameter limit: Stop after so many.
    /// - Throws: ``PriceStoreError`` `.damaged`, `.io`.
    public func search(_ text: String, offers: [String] = [], regions: [String] = [], limit: Int = 100) throws
        -> [OfferRate]
    {
        let words = text.lowercased().split(separator: " ").map(String.init)
        guard !words.isEmpty, limit > 0, Directory.kind(root) != nil else { return [] }
        return try reading { generation in
            var result: [OfferRate] = []
            for (code, offer) in try Self.manifest(at: generation).offers.sorted(by: { $0.key < $1.key }) {
                guard offers.isEmpty || offers.contains(code), !code.hasPrefix("meter:") else { continue }
                for version in offer.current {
                    for file in version.files where file.section == RateSection.onDemand.rawValue {
                        guard regions.isEmpty || regions.contains(file.region) else { continue }
                        let found = try RatesFile(Self.path(generation, "current", version, file)).offerRates()
                            .filter { $0.matches(words) }
                        result += found.prefix(limit - result.count)
                        if result.count >= limit { return result }
                    }
                }
            }
            return result
        }
    }
}

extension PriceDifference {
    fileprivate mutating func add(_ before: [String: Price], _ after: [String: Price]) {
        for (key, price) in after.sorted(by: { $0.key < $1.key }) {
            guard let old = before[key] else {
                added.append(price)
                continue
            }
            if old.tiers != price.tiers { changed.append(Change(before: old, after: price)) }
        }
        removed += before.filter { after[$0.key] == nil }.sorted { $0.key < $1.key }.map(\.value)
    }
}

extension OfferRate {
    fileprivate func matches(_ words: [String]) -> Bool {
        let texts =
            [price.offerCode, price.region, price.usageType, price.operation, price.description, sku]
            + attributes.values
        let text = texts.joined(separator: "\n").lowercased()
        return words.allSatisfy(text.contains)
    }
}
