import Glibc

/// Steps through the fields of an access log line: separated by single spaces, some in double quotes.
struct FieldCursor {
    private(set) var p: UnsafePointer<UInt8>
    let end: UnsafePointer<UInt8>

    init?(_ record: Bytes) {
        guard let base = record.baseAddress else { return nil }
        (p, end) = (base, base + record.count)
    }

    init(_ p: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) { (self.p, self.end) = (p, end) }

    /// The next field, without its quotes; nil at the end of the line or inside an open quote.
    @inline(__always)
    mutating func next() -> Bytes? {
        guard p < end else { return nil }
        if p[0] == 0x22 { return nextQuoted() }
        let start = p
        let stop = memchr(p, 0x20, end - p).map { UnsafePointer($0.assumingMemoryBound(to: UInt8.self)) } ?? end
        p = min(stop + 1, end)
        return Bytes(start: start, count: stop - start)
    }

    /// A quoted field; a quote inside is escaped by a backslash, as Apache writes it.
    private mutating func nextQuoted() -> Bytes? {
        guard let close = JSONScan.stringEnd(p + 1, end), close + 1 == end || close[1] == 0x20 else { return nil }
        let field = Bytes(start: p + 1, count: close - p - 1)
        p = min(close + 2, end)
        return field
    }
}

extension RecordFields {
    /// A count that logs write as `-` when there is none. False when it is neither.
    static func count(_ field: Bytes) -> Int? {
        if field.count == 1, field[0] == 0x2d { return 0 }
        guard let value = Digits.whole(field), value <= 1 << 48 else { return nil }
        return value
    }
}
