/// Finds where a JSON value ends, whatever pieces it comes in. Whether it is well-formed is for the parser to say.
struct JSONExtent {
    private var depth = 0
    private var isInString = false
    private var isEscaped = false

    /// - Returns: How many of the bytes belong to the value, and whether it ends with them.
    mutating func scan(_ bytes: UnsafeRawBufferPointer) -> (count: Int, isComplete: Bool) {
        for (index, byte) in bytes.enumerated() {
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                    if depth == 0 { return (index + 1, true) }
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return (index, true) }  // ends the container around a number or a word
                depth -= 1
                if depth == 0 { return (index + 1, true) }
            case UInt8(ascii: ","), UInt8(ascii: ":"), 0x20, 0x09, 0x0a, 0x0d:
                if depth == 0 { return (index, true) }
            default: break
            }
        }
        return (bytes.count, false)
    }
}

/// Keeps a value whose end has not come, or the beginning of one that is too long.
struct Piece {
    private(set) var bytes: [UInt8] = []
    private(set) var isTooLong = false

    /// Bytes of an envelope's piece: a text of 1 MiB in JSON, much of it escaped.
    static let longest = 2 << 20

    mutating func append(_ part: UnsafeRawBufferPointer) {
        let room = Self.longest - bytes.count
        bytes.append(contentsOf: part.prefix(room))
        isTooLong = isTooLong || part.count > room
    }
}

extension UInt8 {
    var isJSONSpace: Bool { self == 0x20 || self == 0x0a || self == 0x0d || self == 0x09 }
}
