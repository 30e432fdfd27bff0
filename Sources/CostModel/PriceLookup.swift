/// Finds a price in the sources, the first that has it, or says what is near.
public struct PriceLookup: Sendable {
    public var sources: [any PriceSource]

    /// - Parameter sources: The most trusted first.
    public init(_ sources: [any PriceSource]) { self.sources = sources }

    /// - Throws: ``PricingError`` `.unknownPrice`, `.ambiguous`; what the source throws when it cannot be read.
    public func price(_ key: PriceKey) throws -> Price {
        if let price = try listed(key) { return price }
        if key.offerCode == BedrockModel.offerCode {
            // Many sources of model prices name no region; what they say stands for all of them.
            if let price = try listed(key, isMatch: { BedrockModel.isShort(key.usageType, of: $0) }) { return price }
            if !key.region.hasPrefix("cross-region-"), key.region != BedrockModel.anyRegion {
                var anywhere = key
                anywhere.region = BedrockModel.anyRegion
                if let price = try listed(anywhere) { return price }
                if let price = try listed(anywhere, isMatch: { BedrockModel.isShort(key.usageType, of: $0) }) {
                    return price
                }
            }
        }
        throw PricingError.unknownPrice(key, near: try near(key))
    }

    private func listed(_ key: PriceKey, isMatch: ((String) -> Bool)? = nil) throws -> Price? {
        for source in sources {
            let exact = isMatch == nil ? key.usageType : nil
            let all = try source.prices(offerCode: key.offerCode, region: key.region, usageType: exact)
            let candidates = all.filter {
                (isMatch?($0.usageType) ?? ($0.usageType == key.usageType))
                    && (key.operation == nil || $0.operation == key.operation)
            }
            if candidates.count == 1 { return candidates[0] }
            if candidates.count > 1 {
                let names = isMatch == nil ? candidates.map(\.operation) : candidates.map(\.usageType)
                throw PricingError.ambiguous(key, choices: names.sorted())
            }
        }
        return nil
    }

    /// Up to five things the asker may have meant: another operation, another region, a usage type spelt alike, an
    /// offer code spelt alike.
    private func near(_ key: PriceKey) throws -> [String] {
        var (operations, regions, alike): (Set<String>, Set<String>, [String]) = ([], [], [])
        for source in sources {
            for region in try source.regions(offerCode: key.offerCode) {
                for price in try source.prices(offerCode: key.offerCode, region: region, usageType: nil) {
                    let sameType = price.usageType == key.usageType
                    if region == key.region {
                        if sameType { operations.insert(price.operation) }
                        alike.append(price.usageType)
                    } else if sameType, key.operation == nil || price.operation == key.operation {
                        regions.insert(region)
                    }
                }
            }
        }
        if !operations.isEmpty { return operations.sorted().map { "operation '\($0)'" } }
        if !regions.isEmpty { return ["the same in \(regions.sorted().joined(separator: ", "))"] }
        if !alike.isEmpty { return Spelling.nearest(to: key.usageType, among: alike) }
        let codes = try sources.flatMap { try $0.offerCodes() }
        if codes.contains(key.offerCode) {
            let known = try sources.flatMap { try $0.regions(offerCode: key.offerCode) }
            return ["\(key.offerCode) has prices in \(Set(known).sorted().joined(separator: ", "))"]
        }
        return Spelling.nearest(to: key.offerCode, among: codes)
    }
}

/// Which of the known words is meant.
public enum Spelling {
    /// At most `limit` of `words`, the most alike first; ones that share nothing with `word` are left out.
    public static func nearest(to word: String, among words: some Sequence<String>, limit: Int = 5) -> [String] {
        let asked = Array(word.lowercased().utf8)
        return Set(words).map { (distance(asked, Array($0.lowercased().utf8)), $0) }
            .filter { $0.0 <= Swift.max(2, Swift.max(asked.count, $0.1.utf8.count) / 2) }
            .sorted { $0 < $1 }.prefix(limit).map(\.1)
    }

    /// Levenshtein's edit distance.
    private static func distance(_ first: [UInt8], _ second: [UInt8]) -> Int {
        var row = Array(0...second.count)
        for (index, byte) in first.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in second.indices {
                let above = row[column + 1]
                row[column + 1] = min(diagonal + (byte == second[column] ? 0 : 1), above + 1, row[column] + 1)
                diagonal = above
            }
        }
        return row[second.count]
    }
}
