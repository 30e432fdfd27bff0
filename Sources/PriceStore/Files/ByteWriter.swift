/// The encoding of the store's files: LEB128 integers, length-prefixed bytes.
extension [UInt8] {
    mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }

    mutating func append(varint value: Int) { append(varint: UInt64(value)) }
    mutating func append(varint value: UInt32) { append(varint: UInt64(value)) }

    /// Zigzag: the sign is the lowest bit.
    mutating func append(signed value: Int128) {
        var rest = UInt128(truncatingIfNeeded: value << 1 ^ value >> 127)
        if let small = UInt64(exactly: rest) { return append(varint: small) }
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }

    mutating func append(prefixed bytes: some Collection<UInt8>) {
        append(varint: bytes.count)
        append(contentsOf: bytes)
    }

    mutating func append(prefixed text: String) { append(prefixed: Array(text.utf8)) }
}

/// Reads what ``Swift/Array`` wrote. Damaged bytes throw, they never trap.
struct ByteReader {
    struct Overrun: Error {}

    let bytes: UnsafeBufferPointer<UInt8>
    private(set) var at = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>, at: Int = 0) { (self.bytes, self.at) = (bytes, at) }

    var isAtEnd: Bool { at >= bytes.count }

    mutating func byte() throws -> UInt8 {
        guard at < bytes.count else { throw Overrun() }
        defer { at += 1 }
        return bytes[at]
    }

    mutating func varint() throws -> UInt64 {
        var (result, shift): (UInt64, UInt64) = (0, 0)
        while true {
            let next = try byte()
            guard shift < 63 || next < 2 else { throw Overrun() }
            result |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return result }
            shift += 7
            guard shift <= 63 else { throw Overrun() }
        }
    }

    mutating func count() throws -> Int {
        guard let value = Int(exactly: try varint()), value <= bytes.count else { throw Overrun() }
        return value
    }

    mutating func id() throws -> UInt32 {
        guard let value = UInt32(exactly: try varint()) else { throw Overrun() }
        return value
    }

    mutating func signed() throws -> Int128 {
        if at < bytes.count, bytes[at] < 0x80 {
            let small = Int128(bytes[at])
            at += 1
            return small >> 1 ^ -(small & 1)
        }
        var (result, shift): (UInt128, Int) = (0, 0)
        while true {
            let next = try byte()
            guard shift < 126 || next < 4 else { throw Overrun() }
            result |= UInt128(next & 0x7F) << UInt128(shift)
            if next < 0x80 { break }
            shift += 7
            guard shift <= 126 else { throw Overrun() }
        }
        return Int128(truncatingIfNeeded: result >> 1) ^ -Int128(truncatingIfNeeded: result & 1)
    }

    /// The bytes of a length-prefixed text, still in place.
    mutating func prefixed() throws -> UnsafeBufferPointer<UInt8> {
        let length = try count()
        guard length <= bytes.count - at else { throw Overrun() }
        defer { at += length }
        return UnsafeBufferPointer(rebasing: bytes[at..<at + length])
    }

    mutating func string() throws -> String { String(decoding: try prefixed(), as: UTF8.self) }
}
