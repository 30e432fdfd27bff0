/// The links of an index: each offer's, region's or version's URLs, relative to AWS's host.
struct PriceIndex: Hashable, Sendable {
    enum Kind: Hashable, Sendable { case services, regions, versions }
    struct Entry: Hashable, Sendable {
        var key = ""  // offer code, region code or version
        var currentURL = ""
        var regionIndexURL = ""
        var savingsPlanIndexURL = ""
    }
    var kind = Kind.services
    var current = ""  // version index: the version now in force
    var entries: [Entry] = []
}

/// Service, region (map or list) and version indexes.
final class IndexReader: SourceReader {
    private var index = PriceIndex()
    private var entry = PriceIndex.Entry()
    private var parser: JSONPushParser<JSONPath>?

    init(_ kind: PriceIndex.Kind) {
        index.kind = kind
        parser = JSONPushParser(
            JSONPath(onScalar: { [unowned self] in scalar($0, $1) }, onEnd: { [unowned self] path, _ in end(path) }))
    }

    var rates: Int { 0 }

    func feed(_ chunk: UnsafeBufferPointer<UInt8>) throws { try parser?.feed(chunk) }

    func finish() throws -> SourceContents {
        try parser?.finish()
        return .index(index)
    }

    private func scalar(_ path: [String], _ text: JSONText) {
        if path == ["currentVersion"] { index.current = text.string }
        guard path.count == 3 else { return }
        if path[1] != "[]" { entry.key = path[1] }
        switch path[2] {
        case "regionCode": entry.key = text.string
        case "currentVersionUrl", "versionUrl", "offerVersionUrl": entry.currentURL = text.string
        case "currentRegionIndexUrl": entry.regionIndexURL = text.string
        case "currentSavingsPlanIndexUrl": entry.savingsPlanIndexURL = text.string
        default: break
        }
    }

    private func end(_ path: [String]) {
        guard path.count == 2, ["offers", "regions", "versions"].contains(path[0]) else { return }
        if !entry.key.isEmpty { index.entries.append(entry) }
        entry = PriceIndex.Entry()
    }
}
