/// A string or a number of a JSON document, valid during the call it is handed to.
struct JSONText {
    var bytes: UnsafeBufferPointer<UInt8>  // between the quotes, escapes as written
    var isEscaped: Bool
    var offset: Int  // of the first byte, from the start of the document

    /// The bytes with escapes resolved; the lexer has checked their form. Lone surrogates become U+FFFD.
    func withUnescaped<R>(_ body: (UnsafeBufferPointer<UInt8>) throws -> R) rethrows -> R {
        guard isEscaped else { return try body(bytes) }
        return try JSONEscapes.resolve(bytes).withUnsafeBufferPointer(body)
    }

    var string: String { withUnescaped { String(decoding: $0, as: UTF8.self) } }
}

/// What a document of one kind does with its tokens. Offsets are bytes from the start of the document.
protocol JSONHandler {
    /// - Returns: false to have the key's value checked and passed over.
    mutating func key(_ text: JSONText) throws -> Bool
    mutating func scalar(_ text: JSONText, kind: JSONScalar) throws
    mutating func beginObject(at offset: Int) throws
    mutating func endObject(at offset: Int) throws
    mutating func beginArray(at offset: Int) throws
    mutating func endArray(at offset: Int) throws
}

enum JSONScalar { case string, number, literal }

/// JSON, chunk by chunk, in memory bounded by the chunk and the longest string: no layout is relied on.
///
/// The window handed to `parse` always starts at a token; a token that its end cuts is read again with the next chunk.
struct JSONPushParser<Handler: JSONHandler> {
    var handler: Handler
    private var carry: [UInt8] = []
    private var offset = 0  // of the window's first byte
    private var expectation = Expectation.value
    private var depth = 0
    private var objects: UInt64 = 0  // bit n: the container at depth n + 1 is an object
    private var skippingBelow = -1  // depth at which a passed-over value ends; -1: nothing is passed over

    enum Expectation { case value, valueOrEnd, key, keyOrEnd, colon, commaOrEnd, nothing }

    static var maximumTokenBytes: Int { 4 << 20 }  // AWS's longest string, a disclaimer, is under 1 KiB
    static var maximumDepth: Int { 60 }  // AWS's offers nest 8 deep

    init(_ handler: Handler) { self.handler = handler }

    /// - Throws: ``ParseFailure`` at the offending byte.
    mutating func feed(_ chunk: UnsafeBufferPointer<UInt8>) throws {
        if carry.isEmpty {
            let used = try parse(chunk)
            offset += used
            carry.append(contentsOf: chunk[used...])
        } else {
            carry.append(contentsOf: chunk)
            var held = carry
            carry = []
            let used = try held.withUnsafeBufferPointer { try parse($0) }
            offset += used
            held.removeFirst(used)
            carry = held
        }
        guard carry.count <= Self.maximumTokenBytes else {
            throw failure(0, "a string of over \(Self.maximumTokenBytes >> 20) MiB", "a price list's short strings")
        }
    }

    /// - Throws: ``ParseFailure`` when the document is not complete.
    mutating func finish() throws {
        guard expectation != .nothing || !carry.isEmpty else { return }
        throw ParseFailure(
            position: .byte(offset + carry.count), found: "the end of the file",
            expected: carry.isEmpty ? wanted : "the rest of a value")
    }

    private var wanted: String {
        switch expectation {
        case .value: depth == 0 ? "a JSON document" : "a value"
        case .valueOrEnd: "a value or ']'"
        case .key: "a key in quotes"
        case .keyOrEnd: "a key in quotes or '}'"
        case .colon: "':'"
        case .commaOrEnd: inObject ? "',' or '}'" : "',' or ']'"
        case .nothing: "nothing after the document"
        }
    }

    private var inObject: Bool { depth > 0 && objects >> UInt64(depth - 1) & 1 == 1 }

    private func failure(_ position: Int, _ found: String, _ expected: String) -> ParseFailure {
        ParseFailure(position: .byte(offset + position), found: found, expected: expected)
    }

    private mutating func parse(_ window: UnsafeBufferPointer<UInt8>) throws -> Int {
        guard let base = window.baseAddress else { return 0 }
        let count = window.count
        var at = 0
        while true {
            at = JSONBytes.skipSpace(base, at, count)
            if at == count { return at }
            let byte = base[at]
            switch byte {
            case UInt8(ascii: "\""):
                guard let next = try readString(base, at, count) else { return at }
                at = next
            case UInt8(ascii: ","):
                guard expectation == .commaOrEnd else { throw unexpected(window, at) }
                expectation = inObject ? .key : .value
                at += 1
            case UInt8(ascii: ":"):
                guard expectation == .colon else { throw unexpected(window, at) }
                expectation = .value
                at += 1
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                guard expectation == .value || expectation == .valueOrEnd else { throw unexpected(window, at) }
                try open(isObject: byte == UInt8(ascii: "{"), at)
                at += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                try close(isObject: byte == UInt8(ascii: "}"), window, at)
                at += 1
            default:
                guard let next = try readBare(window, at) else { return at }
                at = next
            }
        }
    }

    private func unexpected(_ window: UnsafeBufferPointer<UInt8>, _ at: Int) -> ParseFailure {
        failure(at, ParseFailure.show(window[at..<Swift.min(at + 1, window.count)]), wanted)
    }

    @inline(__always)
    private mutating func readString(_ base: UnsafePointer<UInt8>, _ at: Int, _ count: Int) throws -> Int? {
        switch JSONBytes.scanString(base, at + 1, count) {
        case .incomplete: return nil
        case .bad(let position, let found, let expected): throw failure(position, found, expected)
        case .end(let end, let isEscaped):
            let bytes = UnsafeBufferPointer(start: base + at + 1, count: end - at - 1)
            let text = JSONText(bytes: bytes, isEscaped: isEscaped, offset: offset + at + 1)
            switch expectation {
            case .key, .keyOrEnd:
                expectation = .colon
                if skippingBelow < 0, try !handler.key(text) { skippingBelow = depth }
            case .value, .valueOrEnd:
                if skippingBelow < 0 { try handler.scalar(text, kind: .string) }
                valueEnded()
            default: throw failure(at, "a string", wanted)
            }
            return end + 1
        }
    }

    private mutating func readBare(_ window: UnsafeBufferPointer<UInt8>, _ at: Int) throws -> Int? {
        guard expectation == .value || expectation == .valueOrEnd else { throw unexpected(window, at) }
        var end = at
        while end < window.count, JSONBytes.isBare(window[end]) { end += 1 }
        if end == window.count { return nil }
        guard let kind = JSONBytes.bareKind(window[at..<end]) else {
            throw failure(at, ParseFailure.show(window[at..<Swift.max(end, at + 1)]), wanted)
        }
        let bytes = UnsafeBufferPointer(rebasing: window[at..<end])
        if skippingBelow < 0 {
            try handler.scalar(JSONText(bytes: bytes, isEscaped: false, offset: offset + at), kind: kind)
        }
        valueEnded()
        return end
    }

    private mutating func open(isObject: Bool, _ at: Int) throws {
        guard depth < Self.maximumDepth else { throw failure(at, "\(depth) levels", "at most \(Self.maximumDepth)") }
        if skippingBelow < 0 {
            if isObject { try handler.beginObject(at: offset + at) } else { try handler.beginArray(at: offset + at) }
        }
        let bit = UInt64(1) << UInt64(depth)
        objects = isObject ? objects | bit : objects & ~bit
        depth += 1
        expectation = isObject ? .keyOrEnd : .valueOrEnd
    }

    private mutating func close(isObject: Bool, _ window: UnsafeBufferPointer<UInt8>, _ at: Int) throws {
        let isExpected = expectation == .commaOrEnd || expectation == (isObject ? .keyOrEnd : .valueOrEnd)
        guard depth > 0, inObject == isObject, isExpected else { throw unexpected(window, at) }
        depth -= 1
        if skippingBelow < 0 {
            if isObject { try handler.endObject(at: offset + at) } else { try handler.endArray(at: offset + at) }
        }
        valueEnded()
    }

    @inline(__always)
    private mutating func valueEnded() {
        if depth == skippingBelow { skippingBelow = -1 }
        expectation = depth == 0 ? .nothing : .commaOrEnd
    }
}
