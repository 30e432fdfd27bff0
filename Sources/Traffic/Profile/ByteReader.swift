/// Reads what ``ByteWriter`` wrote; anything else is an error at an offset, never a trap.
struct ByteReader {
    private let bytes: [UInt8]
    private(set) var offset: Int

    init(_ bytes: [UInt8], from offset: Int = 0) { (self.bytes, self.offset) = (bytes, offset) }

    var isAtEnd: Bool { offset == bytes.count }

    mutating func readByte() throws(ProfileError) -> UInt8 {
        guard offset < bytes.count else { throw .malformed("the data ends early", offset: offset) }
        defer { offset += 1 }
        return bytes[offset]
    }

    /// A count, 0…`Int.max`.
    mutating func read() throws(ProfileError) -> Int {
        let start = offset
        guard let value = Int(exactly: try readVarint()) else {
            throw .malformed("a count exceeds 2^63", offset: start)
        }
        return value
    }

    mutating func readSigned() throws(ProfileError) -> Int {
        let value = try readVarint()
        return Int(Int64(bitPattern: (value >> 1) ^ (0 &- (value & 1))))
    }

    /// A number of things that take at least `size` bytes each, so that a bad count cannot reserve memory.
    mutating func readCount(ofSize size: Int) throws(ProfileError) -> Int {
        let start = offset
        let count = try read()
        guard count <= (bytes.count - offset) / size else {
            throw .malformed("\(count) entries do not fit in what is left", offset: start)
        }
        return count
    }

    mutating func readBlob() throws(ProfileError) -> [UInt8] {
        let count = try readCount(ofSize: 1)
        defer { offset += count }
        return Array(bytes[offset..<offset + count])
    }

    /// The shortest form only: equal values have equal bytes.
    private mutating func readVarint() throws(ProfileError) -> UInt64 {
        let start = offset
        var (value, shift): (UInt64, UInt64) = (0, 0)
        while true {
            let byte = try readByte()
            guard shift < 63 || byte <= 1 else { throw .malformed("a number exceeds 64 bits", offset: start) }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 {
                guard byte != 0 || shift == 0 else { throw .malformed("a number is not in short form", offset: start) }
                return value
            }
            shift += 7
        }
    }
}
