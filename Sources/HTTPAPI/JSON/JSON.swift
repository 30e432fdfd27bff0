/// A JSON value as it was written: numbers keep their digits, members their order.
enum JSON: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([JSON])
    case object([Member])

    struct Member: Hashable, Sendable {
        var name: String
        var value: JSON
    }

    subscript(name: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral
{
    init(stringLiteral value: String) { self = .string(value) }
    init(arrayLiteral elements: JSON...) { self = .array(elements) }
    init(dictionaryLiteral members: (String, JSON)...) { self = .object(members.map { Member(name: $0, value: $1) }) }
    init(booleanLiteral value: Bool) { self = .bool(value) }
    init(integerLiteral value: Int) { self = .number(String(value)) }

    /// This object with further members.
    func with(_ members: [Member]) -> JSON {
        guard case .object(let own) = self else { return self }
        return .object(own + members)
    }
}

/// Where and why a text is not JSON.
struct JSONProblem: Error {
    var offset: Int  // bytes from the start
    var detail: String
}

/// RFC 8259, strictly: no duplicate members, a limit to the levels, well-formed UTF-8.
struct JSONParser {
    /// How much a text may hold.
    struct Limits {
        var depth = 64  // levels
        var text = Int.max  // bytes of a string
        var name = Int.max  // bytes of a member's name
        var members = Int.max  // of one object, or elements of one array

        static let none = Limits()
        /// Of what clients send, traffic excepted.
        static let ofRequests = Limits(depth: 32, text: 10 << 10, name: 256, members: 1_000)
    }

    private let bytes: [UInt8]
    private let limits: Limits
    private var position = 0

    static func parse(_ bytes: [UInt8], within limits: Limits = .none) throws(JSONProblem) -> JSON {
        var parser = JSONParser(bytes, limits)
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.position == bytes.count else { throw parser.problem("expected the end") }
        return value
    }

    private init(_ bytes: [UInt8], _ limits: Limits) { (self.bytes, self.limits) = (bytes, limits) }

    private func problem(_ detail: String) -> JSONProblem { JSONProblem(offset: position, detail: detail) }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        guard next == byte else { return false }
        position += 1
        return true
    }

    private mutating func value(depth: Int) throws(JSONProblem) -> JSON {
        guard depth < limits.depth else { throw problem("nested deeper than \(limits.depth) levels") }
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case .some: return try number()
        case nil: throw problem("expected a value, found the end")
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSON) throws(JSONProblem) -> JSON {
        let text = Array(word.description.utf8)
        guard bytes[position...].starts(with: text) else { throw problem("expected a value") }
        position += text.count
        return value
    }

    private mutating func object(depth: Int) throws(JSONProblem) -> JSON {
        position += 1
        var members: [JSON.Member] = []
        var names: Set<String> = []
        if take(UInt8(ascii: "}")) { return .object([]) }
        repeat {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw problem("expected a member's name") }
            let name = try string()
            guard name.utf8.count <= limits.name else { throw problem("a name of more than \(limits.name) bytes") }
            guard names.insert(name).inserted else { throw problem("the member '\(name)' is given twice") }
            guard take(UInt8(ascii: ":")) else { throw problem("expected ':'") }
            members.append(.init(name: name, value: try value(depth: depth + 1)))
            guard members.count <= limits.members else { throw problem("more than \(limits.members) members") }
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw problem("expected ',' or '}'") }
        return .object(members)
    }

    private mutating func array(depth: Int) throws(JSONProblem) -> JSON {
        position += 1
        var elements: [JSON] = []
        if take(UInt8(ascii: "]")) { return .array([]) }
        repeat {
            elements.append(try value(depth: depth + 1))
            guard elements.count <= limits.members else { throw problem("more than \(limits.members) elements") }
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw problem("expected ',' or ']'") }
        return .array(elements)
    }

    private mutating func number() throws(JSONProblem) -> JSON {
        let start = position
        func isDigit(_ byte: UInt8?) -> Bool { byte.map { (0x30...0x39).contains($0) } ?? false }
        func digits(_ parser: inout JSONParser) throws(JSONProblem) {
            guard isDigit(parser.next) else { throw parser.problem("expected a value") }
            while isDigit(parser.next) { parser.position += 1 }
        }
        if next == UInt8(ascii: "-") { position += 1 }
        if next == UInt8(ascii: "0") { position += 1 } else { try digits(&self) }
        if next == UInt8(ascii: ".") {
            position += 1
            try digits(&self)
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            position += 1
            if next == UInt8(ascii: "-") || next == UInt8(ascii: "+") { position += 1 }
            try digits(&self)
        }
        return .number(String(decoding: bytes[start..<position], as: UTF8.self))
    }

    private mutating func string() throws(JSONProblem) -> String {
        position += 1
        var text: [UInt8] = []
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                guard let string = String(validating: text, as: UTF8.self) else { throw problem("not UTF-8") }
                return string
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0..<0x20: throw problem("a control character must be escaped")
            default:
                text.append(byte)
                position += 1
            }
            guard text.count <= limits.text else { throw problem("a string of more than \(limits.text) bytes") }
        }
        throw problem("a string without an end")
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONProblem) {
        position += 1
        let plain: [UInt8: UInt8] = [
            0x22: 0x22, 0x5c: 0x5c, 0x2f: 0x2f, 0x62: 8, 0x66: 12, 0x6e: 10, 0x72: 13, 0x74: 9,
        ]
        guard let byte = next else { throw problem("a string without an end") }
        position += 1
        if let character = plain[byte] {
            text.append(character)
            return
        }
        guard byte == UInt8(ascii: "u") else { throw problem("unknown escape") }
        var unit = UInt32(try hex())
        if (0xd800..<0xdc00).contains(unit) {
            guard bytes[position...].starts(with: [0x5c, 0x75]) else { throw problem("half of a surrogate pair") }
            position += 2
            let low = UInt32(try hex())
            guard (0xdc00..<0xe000).contains(low) else { throw problem("half of a surrogate pair") }
            unit = 0x10000 + (unit - 0xd800) << 10 + (low - 0xdc00)
        }
        guard let scalar = Unicode.Scalar(unit) else { throw problem("half of a surrogate pair") }
        text += UTF8.encode(scalar)!
    }

    private mutating func hex() throws(JSONProblem) -> UInt16 {
        guard position + 4 <= bytes.count,
            bytes[position..<position + 4].allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let unit = UInt16(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
        else { throw problem("expected four hexadecimal digits") }
        position += 4
        return unit
    }
}
