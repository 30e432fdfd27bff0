/// Finds where a MessagePack value ends, whatever pieces it comes in.
struct MessagePackExtent {
    enum Part {
        case incomplete, complete
        case arrayBegins(count: Int)  // of values that are to be cut one by one
    }

    private var values = 1  // still to come: this one, and those inside it
    private var isFirst = true
    private var header: [UInt8] = []  // of the value that is coming
    private var payload = 0  // bytes of it still to come

    /// - Parameter entersArrays: Whether an array at the top is to be cut; one of two may be a record and its time.
    /// - Returns: How many of the bytes belong to the value, and what they make.
    /// - Throws: ``EnvelopeProblem``.
    mutating func scan(_ bytes: UnsafeRawBufferPointer, entersArrays: Bool) throws -> (count: Int, Part) {
        var position = 0
        while position < bytes.count {
            if payload > 0 {
                let count = min(payload, bytes.count - position)
                (position, payload) = (position + count, payload - count)
            } else {
                header.append(bytes[position])
                position += 1
                guard let shape = try Shape(header) else { continue }
                header = []
                if isFirst, shape.isArray, entersArrays, shape.children != 2 {
                    return (position, shape.children == 0 ? .complete : .arrayBegins(count: shape.children))
                }
                isFirst = false
                payload = shape.payload
                values += shape.children - 1
            }
            if payload == 0, header.isEmpty, values == 0 { return (position, .complete) }
        }
        return (position, .incomplete)
    }

    /// What the beginning of a value says of the rest.
    private struct Shape {
        var payload = 0  // bytes
        var children = 0  // values
        var isArray = false

        /// - Returns: nil while the header is not whole.
        init?(_ header: [UInt8]) throws {
            let first = header[0]
            switch first {
            case 0x00...0x7f, 0xe0...0xff, 0xc0, 0xc2, 0xc3: break
            case 0x80...0x8f: children = 2 * Int(first & 15)
            case 0x90...0x9f: (children, isArray) = (Int(first & 15), true)
            case 0xa0...0xbf: payload = Int(first & 31)
            case 0xca, 0xce, 0xd2: payload = 4
            case 0xcb, 0xcf, 0xd3: payload = 8
            case 0xcc, 0xd0: payload = 1
            case 0xcd, 0xd1: payload = 2
            case 0xd4...0xd8: payload = 1 + 1 << Int(first - 0xd4)  // with the extension's type
            case 0xc1: throw EnvelopeProblem(detail: "The body is not MessagePack: it has a byte c1.")
            default:
                // A length of 1, 2 or 4 bytes.
                let isOfTwoSizes = first >= 0xdc
                let size = isOfTwoSizes ? 2 << Int((first - 0xdc) & 1) : 1 << Int((first - Self.family(first)) % 3)
                guard header.count == 1 + size else { return nil }
                let length = header[1...].reduce(0) { $0 << 8 | Int($1) }
                switch first {
                case 0xc7...0xc9: payload = length + 1
                case 0xdc, 0xdd: (children, isArray) = (length, true)
                case 0xde, 0xdf: children = 2 * length
                default: payload = length
                }
            }
        }

        /// The first of the three types that differ in the size of their length.
        private static func family(_ type: UInt8) -> UInt8 { type >= 0xd9 ? 0xd9 : type >= 0xc7 ? 0xc7 : 0xc4 }
    }
}
