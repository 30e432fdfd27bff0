/// What a source turned out to hold.
enum SourceContents {
    case rates(SourceFacts)
    case index(PriceIndex)
}

/// What is known of a price list apart from its rates.
struct SourceFacts {
    var form = PriceListForm.offer
    var offerCode = ""
    var version = ""
    var publicationDate = ""
    var regionCode = ""  // savings plans name the region of the file
    var products = 0
    var productsWithoutTerms = 0
    var termsWithoutProduct = 0
    var ratesWithoutPrice = 0
    var skippedLines = 0
    var notes: [String] = []
}

/// A price list or index, pushed chunk by chunk.
protocol SourceReader: AnyObject {
    /// - Throws: ``ParseFailure``, and ``PriceStoreError`` `.io` from spooling.
    func feed(_ chunk: UnsafeBufferPointer<UInt8>) throws
    func finish() throws -> SourceContents
    var rates: Int { get }
}

/// A JSON handler that has something to say at the end.
protocol JSONSourceHandler: JSONHandler {
    mutating func contents() throws -> SourceContents
    var rates: Int { get }
}

final class JSONSource<Handler: JSONSourceHandler>: SourceReader {
    private var parser: JSONPushParser<Handler>

    init(_ handler: Handler) { parser = JSONPushParser(handler) }

    var rates: Int { parser.handler.rates }

    func feed(_ chunk: UnsafeBufferPointer<UInt8>) throws { try parser.feed(chunk) }

    func finish() throws -> SourceContents {
        try parser.finish()
        return try parser.handler.contents()
    }
}

/// Follows a JSON document by the keys that lead to each value; `[]` stands for an array. For all but the largest files.
struct JSONPath: JSONHandler {
    private(set) var keys: [String] = []
    private var seen: [Set<String>] = []  // for each level, the keys so far
    var onScalar: ([String], JSONText) throws -> Void
    var onEnd: ([String], Int) throws -> Void
    var onBegin: ([String], Int) throws -> Void

    init(
        onScalar: @escaping ([String], JSONText) throws -> Void,
        onEnd: @escaping ([String], Int) throws -> Void = { _, _ in },
        onBegin: @escaping ([String], Int) throws -> Void = { _, _ in }
    ) { (self.onScalar, self.onEnd, self.onBegin) = (onScalar, onEnd, onBegin) }

    mutating func key(_ text: JSONText) throws -> Bool {
        keys[keys.count - 1] = text.string
        guard seen[seen.count - 1].insert(text.string).inserted else { throw text.again }
        return true
    }

    mutating func scalar(_ text: JSONText, kind: JSONScalar) throws { if kind != .literal { try onScalar(keys, text) } }

    mutating func beginObject(at offset: Int) throws {
        try onBegin(keys, offset)
        keys.append("")
        seen.append([])
    }

    mutating func endObject(at offset: Int) throws {
        keys.removeLast()
        seen.removeLast()
        try onEnd(keys, offset)
    }

    mutating func beginArray(at offset: Int) throws { keys.append("[]") }
    mutating func endArray(at offset: Int) throws { keys.removeLast() }
}
