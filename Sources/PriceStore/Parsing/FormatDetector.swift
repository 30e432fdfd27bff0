/// Tells what a source is from its first bytes, and hands it to the reader for it.
final class DetectingReader: SourceReader {
    private struct Decided: Error { var format: Format }
    private enum Format { case offer, savingsPlan, meteredUnitMap, index(PriceIndex.Kind), csv }

    private let collector: RateCollector
    private var head: [UInt8] = []
    private var sniffer: JSONPushParser<JSONPath>?
    private var keys: [String] = []
    private var reader: (any SourceReader)?

    static let headLimit = 4 << 20  // bytes within which AWS's files name their kind; real ones need under 1 KiB

    init(collector: RateCollector) { self.collector = collector }

    var rates: Int { collector.rates }

    func feed(_ chunk: UnsafeBufferPointer<UInt8>) throws {
        if let reader { return try reader.feed(chunk) }
        head.append(contentsOf: chunk)
        let mark = head.first { $0 > 0x20 && ![0xEF, 0xBB, 0xBF].contains($0) }
        guard let mark else { return }
        if mark == UInt8(ascii: "{") { return try sniff(chunk) }
        guard let refusal = Self.refusal(mark, head) else { return try start(.csv) }
        throw refusal
    }

    func finish() throws -> SourceContents {
        if let reader { return try reader.finish() }
        try sniffer?.finish()
        guard sniffer != nil else {
            throw ParseFailure(position: .byte(head.count), found: "the end of the file", expected: "a price list")
        }
        throw Refusal(reason: Self.unknownJSON(keys))
    }

    struct Refusal: Error { var reason: String }

    private static func refusal(_ mark: UInt8, _ head: [UInt8]) -> Refusal? {
        switch mark {
        case UInt8(ascii: "<"): Refusal(reason: "an HTML or XML page (an error page of the server?)")
        case UInt8(ascii: "["): Refusal(reason: "a JSON array; an offer file is an object")
        case 0x8B where head.starts(with: [0x1F, 0x8B]): Refusal(reason: "gzip; unpack it first")
        case 0x50 where head.starts(with: [0x50, 0x4B, 3, 4]): Refusal(reason: "a zip archive; unpack it first")
        default: nil
        }
    }

    private static func unknownJSON(_ keys: [String]) -> String {
        if keys.contains("PriceList") { return "an answer of the query API (GetProducts), not a bulk offer file" }
        return "JSON without products, offers, regions or versions; its keys: " + keys.prefix(6).joined(separator: ", ")
    }

    private func sniff(_ chunk: UnsafeBufferPointer<UInt8>) throws {
        guard head.count <= Self.headLimit else { throw Refusal(reason: Self.unknownJSON(keys)) }
        do {
            if sniffer == nil {
                sniffer = JSONPushParser(
                    JSONPath(
                        onScalar: { [unowned self] path, _ in note(path) },
                        onBegin: { [unowned self] path, _ in try began(path) }))
                if head.starts(with: [0xEF, 0xBB, 0xBF]) { head.removeFirst(3) }
                let whole = head
                try whole.withUnsafeBufferPointer { try sniffer?.feed($0) }
            } else {
                try sniffer?.feed(chunk)
            }
        } catch let decided as Decided { try start(decided.format) }
    }

    private func note(_ path: [String]) { if let key = path.first, keys.last != key { keys.append(key) } }

    private func began(_ path: [String]) throws {
        note(path)
        switch path {
        case ["products"]: throw Decided(format: .offer)
        case ["products", "[]"]: throw Decided(format: .savingsPlan)
        case ["terms"]: throw Refusal(reason: "the terms come before the products; AWS writes products first")
        case ["offers"]: throw Decided(format: .index(.services))
        case ["regions", "[]"]: throw Decided(format: .index(.regions))
        case ["regions"]: throw Decided(format: keys.contains("manifest") ? .meteredUnitMap : .index(.regions))
        case ["versions"]: throw Decided(format: .index(.versions))
        default: break
        }
    }

    private func start(_ format: Format) throws {
        let reader: any SourceReader =
            switch format {
            case .offer: JSONSource(OfferJSONReader(collector: collector))
            case .savingsPlan: SavingsPlanJSONReader(collector: collector)
            case .meteredUnitMap: MeteredUnitMapReader(collector: collector)
            case .index(let kind): IndexReader(kind)
            case .csv: PriceListCSVReader(collector: collector)
            }
        self.reader = reader
        sniffer = nil
        let head = head
        self.head = []
        try head.withUnsafeBufferPointer { try reader.feed($0) }
    }
}
