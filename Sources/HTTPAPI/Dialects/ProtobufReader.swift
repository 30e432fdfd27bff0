/// The wire format of Protocol Buffers: fields by number, one after another.
struct ProtobufReader {
    enum Value {
        case varint(UInt64)
        case fixed64(UInt64)
        case fixed32(UInt32)
        case bytes(ArraySlice<UInt8>)
    }

    private let bytes: ArraySlice<UInt8>
    private var position: Int

    init(_ bytes: ArraySlice<UInt8>) { (self.bytes, position) = (bytes, bytes.startIndex) }

    /// - Returns: The next field, nil at the end.
    /// - Throws: ``EnvelopeProblem``.
    mutating func next() throws -> (number: Int, value: Value)? {
        guard position < bytes.endIndex else { return nil }
        let tag = try varint()
        guard tag >> 3 > 0, tag >> 3 < 1 << 29 else { throw problem }
        let value: Value =
            switch tag & 7 {
            case 0: .varint(try varint())
            case 1: .fixed64(try fixed(8))
            case 2: .bytes(try take(Int(exactly: try varint()) ?? .max))
            case 5: .fixed32(UInt32(try fixed(4)))
            default: throw problem
            }
        return (Int(tag >> 3), value)
    }

    /// The number of the next field and how many bytes follow its tag and length; nil where those are not whole yet.
    /// - Throws: ``EnvelopeProblem``.
    mutating func header() throws -> (number: Int, length: Int, isBytes: Bool)? {
        guard let tag = try varintIfWhole() else { return nil }
        guard tag >> 3 > 0, tag >> 3 < 1 << 29 else { throw problem }
        let number = Int(tag >> 3)
        switch tag & 7 {
        case 0: return try varintIfWhole().map { _ in (number, 0, false) }
        case 1: return (number, 8, false)
        case 2:
            return try varintIfWhole().map { length in
                guard let length = Int(exactly: length) else { throw problem }
                return (number, length, true)
            }
        case 5: return (number, 4, false)
        default: throw problem
        }
    }

    private mutating func varintIfWhole() throws -> UInt64? {
        let rest = bytes[position...]
        return rest.count < 10 && rest.allSatisfy { $0 >= 0x80 } ? nil : try varint()
    }

    private var problem: EnvelopeProblem {
        EnvelopeProblem(detail: "The body is not Protocol Buffers: byte \(position).")
    }

    private mutating func varint() throws -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: 0, to: 70, by: 7) {
            guard position < bytes.endIndex else { throw problem }
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7f) << UInt64(shift)
            if byte < 0x80 { return value }
        }
        throw problem
    }

    private mutating func fixed(_ size: Int) throws -> UInt64 {
        try take(size).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
        guard count <= bytes.endIndex - position else { throw problem }
        defer { position += count }
        return bytes[position..<position + count]
    }
}

extension ProtobufReader {
    /// Calls `body` for each field that is bytes, text or a message.
    static func messages(
        in bytes: ArraySlice<UInt8>, _ body: (Int, ArraySlice<UInt8>) throws -> Void
    ) throws {
        try fields(in: bytes) { number, value in
            if case .bytes(let inner) = value { try body(number, inner) }
        }
    }

    static func fields(in bytes: ArraySlice<UInt8>, _ body: (Int, Value) throws -> Void) throws {
        var reader = ProtobufReader(bytes)
        while let (number, value) = try reader.next() { try body(number, value) }
    }
}
