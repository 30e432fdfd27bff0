/// From AWS's spelling of a product to the store's: region code, usage type without region, operation.
///
/// The only place where names are normalised. In order:
/// 1. *Region*: `regionCode`; else the display name in `location`; else the usage type's prefix; else `global`.
///    CloudFront and other edge products: `edge-` and the usage type's price class (`US-Requests-Tier1` → `edge-US`).
///    Data transfer: the region that is billed, that is `fromLocation`, or `toLocation` for what comes in.
/// 2. *Usage type*: leading region prefixes go (`EUC1-`, `us-east-1-`), both of them in `EUW2-EU-AWS-Out-Bytes`. `Global-` stays:
///    it marks rows that hold for the whole account.
/// 3. *Operation*: as it stands, but `to eu-west-1` / `from eu-west-1` for traffic between regions, which AWS tells apart by
///    the usage type's second prefix only.
struct UsageNormaliser {
    struct Result: Hashable {
        var region: String
        var usageType: String
        var operation: String
        var isWholeRegion: Bool  // names an AWS region proper: no edge, local zone, transfer or global row
    }

    struct Input: Hashable {
        var offerCode = ""
        var regionCode = ""
        var location = ""
        var locationType = ""
        var usageType = ""
        var operation = ""
        var transferType = ""
        var from = Place()
        var to = Place()
    }

    struct Place: Hashable {
        var code = ""
        var name = ""

        /// nil for "External" and for no place at all.
        var region: String? {
            if !code.isEmpty { return code }
            guard !name.isEmpty, let known = Regions.codeByName[name] else { return nil }
            return known
        }
    }

    static func normalise(_ input: Input) -> Result {
        if isEdge(input), let edge = edge(input.usageType) {
            return Result(
                region: "edge-" + edge.prefix, usageType: edge.rest, operation: input.operation, isWholeRegion: false)
        }
        let stripped = strip(input.usageType)
        if !input.from.name.isEmpty || !input.from.code.isEmpty { return transfer(input, stripped) }
        let region = region(input, prefixRegion: stripped.region)
        let isWhole = input.locationType == "AWS Region" || input.locationType.isEmpty
        return Result(
            region: region, usageType: stripped.rest, operation: input.operation,
            isWholeRegion: isWhole && region != Regions.global)
    }

    private static func region(_ input: Input, prefixRegion: String?) -> String {
        if !input.regionCode.isEmpty {
            return input.regionCode.lowercased() == "global" ? Regions.global : input.regionCode
        }
        if let code = Regions.codeByName[input.location], !input.location.isEmpty { return code }
        return prefixRegion ?? Regions.global
    }

    private static func transfer(_ input: Input, _ stripped: (region: String?, rest: String)) -> Result {
        let (from, to) = (input.from.region, input.to.region)
        let isInbound = input.transferType.contains("Inbound") || stripped.rest.contains("-In-Bytes")
        let own = isInbound ? to ?? from : from ?? to
        let region = own ?? (input.regionCode.isEmpty ? stripped.region ?? Regions.global : input.regionCode)
        var operation = input.operation
        if let from, let to, from != to { operation = isInbound ? "from \(from)" : "to \(to)" }
        return Result(region: region, usageType: stripped.rest, operation: operation, isWholeRegion: false)
    }

    private static func isEdge(_ input: Input) -> Bool {
        input.offerCode == "AmazonCloudFront" || input.locationType.contains("Edge Location")
    }

    private static func edge(_ usageType: String) -> (prefix: String, rest: String)? {
        guard let dash = usageType.firstIndex(of: "-") else { return nil }
        let prefix = String(usageType[..<dash])
        guard Regions.edgePrefixes.contains(prefix) else { return nil }
        return (prefix, String(usageType[usageType.index(after: dash)...]))
    }

    /// `EUW2-EU-AWS-Out-Bytes` → (`eu-west-2`, `AWS-Out-Bytes`); `us-east-1-KMS-Keys` → (`us-east-1`, `KMS-Keys`).
    static func strip(_ usageType: String) -> (region: String?, rest: String) {
        if let code = Regions.codes.first(where: { usageType.hasPrefix($0 + "-") }) {
            return (code, String(usageType.dropFirst(code.utf8.count + 1)))
        }
        var (region, rest): (String?, Substring) = (nil, usageType[...])
        for _ in 0..<2 {
            guard let dash = rest.firstIndex(of: "-"), let code = Regions.codeByPrefix[String(rest[..<dash])] else {
                break
            }
            // A second prefix names the far end of a transfer; elsewhere it would be part of the name.
            if region != nil, !rest.hasSuffix("-Bytes") { break }
            region = region ?? code
            rest = rest[rest.index(after: dash)...]
        }
        return (region, String(rest))
    }
}
