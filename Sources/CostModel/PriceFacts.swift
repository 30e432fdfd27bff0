/// Price facts as they were collected, several of them about the same price, and the one catalogue they make.
///
/// For each price the newest ladder of bands that is as complete as all the facts together wins; among those of one
/// date, the most official. A price of which no source knows every band is put together from the newest facts band by
/// band. Facts about one band that disagree are settled by the same rule and counted in ``Report``.
public struct PriceFacts: Sendable {
    /// What had to be decided on the way.
    public struct Report: Hashable, Sendable {
        public var facts = 0
        public var prices = 0
        public var seenMoreThanOnce = 0
        public var composed: [String] = []  // no single source has every band
        public var disagreements: [String] = []  // price, what was taken, what was dropped
    }

    private struct Source {
        var rank: Int  // 1 AWS's own publication … 4 kept by hand
        var title: String
    }

    private struct Fact {
        var tier: PriceTier
        var unit: String
        var date: String
        var source: String
        var rank: Int
        var description: String
    }

    private var facts: [PriceKey: [Fact]] = [:]
    public private(set) var report = Report()

    /// - Parameters:
    ///   - facts: `price-facts.tsv`: offer_code, region, usage_type, operation, unit, tier_begin, tier_end, usd,
    ///     effective_date, source, reference, description.
    ///   - sources: `price-sources.tsv`: id, rank, title.
    /// - Throws: ``CatalogError`` naming the line of the facts.
    public init(facts: String, sources: String) throws {
        var known: [String: Source] = [:]
        for (number, fields) in Self.rows(sources) {
            guard fields.count == 3, let rank = Int(fields[1]) else {
                throw CatalogError(line: number, detail: "expected id, rank, title")
            }
            known[fields[0]] = Source(rank: rank, title: fields[2])
        }
        for (number, fields) in Self.rows(facts) {
            guard fields.count == 12 else { throw CatalogError(line: number, detail: "expected 12 fields") }
            guard let source = known[fields[9]] else {
                throw CatalogError(line: number, detail: "source '\(fields[9])' is not in the list of sources")
            }
            do {
                let end = fields[6].isEmpty ? nil : try Quantity(fields[6])
                let tier = PriceTier(begin: try Quantity(fields[5]), end: end, usd: try USD(fields[7]))
                let key = PriceKey(
                    offerCode: fields[0], region: fields[1], usageType: fields[2], operation: fields[3])
                let place = fields[10].isEmpty ? source.title : "\(source.title): \(fields[10])"
                let fact = Fact(
                    tier: tier, unit: fields[4], date: fields[8], source: place, rank: source.rank,
                    description: fields[11])
                self.facts[key, default: []].append(fact)
            } catch {
                throw CatalogError(line: number, detail: "\(error)")
            }
        }
        report.facts = self.facts.values.map(\.count).reduce(0, +)
    }

    private static func rows(_ text: String) -> some Sequence<(Int, [String])> {
        text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().dropFirst()
            .filter { !$0.element.isEmpty }
            .map {
                ($0.offset + 1, $0.element.split(separator: "\t", omittingEmptySubsequences: false).map(String.init))
            }
    }

    /// - Throws: ``CatalogError`` when a price's bands leave a gap.
    public mutating func catalog() throws -> PriceCatalog {
        var prices: [Price] = []
        for (key, facts) in facts { prices.append(try price(key, facts)) }
        report.prices = prices.count
        report.composed.sort()
        report.disagreements.sort()
        return PriceCatalog(version: prices.map(\.effectiveDate).max() ?? "", prices: prices)
    }

    private mutating func price(_ key: PriceKey, _ facts: [Fact]) throws -> Price {
        let newestFirst = facts.sorted { ($1.date, $0.rank, $0.source) < ($0.date, $1.rank, $1.source) }
        var best: [Quantity: Fact] = [:]
        for fact in newestFirst {
            if let taken = best[fact.tier.begin] {
                guard taken.tier != fact.tier else { continue }
                report.disagreements.append(
                    "\(key): \(taken.tier.usd) of \(taken.date), not \(fact.tier.usd) of \(fact.date)")
            } else {
                best[fact.tier.begin] = fact
            }
        }
        if facts.count > best.count { report.seenMoreThanOnce += 1 }
        // The newest date that alone has every band gives date and source; the bands agree with `best`, or it is not it.
        let ladders = Dictionary(grouping: newestFirst) { $0.date }
        let complete = ladders.filter { Set($0.value.map(\.tier)).isSuperset(of: best.values.map(\.tier)) }
        let bands = best.values.map(\.tier).sorted { $0.begin < $1.begin }
        try Self.requireContiguous(bands, key)
        guard let from = complete.max(by: { $0.key < $1.key })?.value.first ?? newestFirst.first else {
            throw CatalogError(line: 0, detail: "\(key) has no facts")
        }
        if complete.isEmpty { report.composed.append(key.description) }
        return Price(
            offerCode: key.offerCode, region: key.region, usageType: key.usageType, operation: key.operation ?? "",
            unit: from.unit, tiers: bands, effectiveDate: from.date, source: from.source,
            description: from.description)
    }

    private static func requireContiguous(_ bands: [PriceTier], _ key: PriceKey) throws {
        var position: Quantity? = .zero
        for band in bands {
            guard band.begin == position else {
                throw CatalogError(line: 0, detail: "\(key) has no price from \(position?.description ?? "its end") on")
            }
            position = band.end
        }
    }
}
