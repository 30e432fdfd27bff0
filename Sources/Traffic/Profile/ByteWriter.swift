/// Appends the primitives of the profile's binary form: LEB128 varints, length-prefixed bytes.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    /// - Precondition: `value` ≥ 0; counts and keys are.
    mutating func write(_ value: Int) { writeVarint(UInt64(value)) }

    /// Zigzag: small negative numbers stay short.
    mutating func writeSigned(_ value: Int) { writeVarint(UInt64(bitPattern: Int64((value << 1) ^ (value >> 63)))) }

    private mutating func writeVarint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func writeByte(_ byte: UInt8) { bytes.append(byte) }

    mutating func writeFixed(_ value: some FixedWidthInteger & UnsignedInteger) {
        for shift in stride(from: 0, to: value.bitWidth, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    mutating func write(_ blob: some Collection<UInt8>) {
        write(blob.count)
        bytes.append(contentsOf: blob)
    }

    mutating func append(_ more: [UInt8]) { bytes.append(contentsOf: more) }
}
