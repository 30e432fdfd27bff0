/// The inner loops of the JSON lexer. Every access is below `count`, which the caller guarantees to be readable.
enum JSONBytes {
    enum StringScan {
        case incomplete
        case end(Int, isEscaped: Bool)  // position of the closing quote
        case bad(Int, found: String, expected: String)
    }

    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080
    private static let spaces: UInt64 = 0x2020_2020_2020_2020

    @inline(__always)
    private static func load(_ base: UnsafePointer<UInt8>, _ at: Int) -> UInt64 {
        UInt64(littleEndian: UnsafeRawPointer(base + at).loadUnaligned(as: UInt64.self))
    }

    /// The first position from `at` that is no white space, or `count`. Runs of blanks go eight at a time.
    @inline(__always)
    static func skipSpace(_ base: UnsafePointer<UInt8>, _ start: Int, _ count: Int) -> Int {
        var at = start
        while at < count {
            let byte = base[at]
            if byte > 0x20 { return at }
            if byte == 0x20 {
                while at + 8 <= count {
                    let other = load(base, at) ^ spaces
                    if other != 0 {
                        at += other.trailingZeroBitCount >> 3
                        break
                    }
                    at += 8
                }
                if at < count, base[at] == 0x20 { at += 1 }
            } else if byte == 0x0A || byte == 0x0D || byte == 0x09 {
                at += 1
            } else {
                return at
            }
        }
        return at
    }

    /// Finds the closing quote of a string whose first byte is at `start`; checks escapes and control characters.
    @inline(__always)
    static func scanString(_ base: UnsafePointer<UInt8>, _ start: Int, _ count: Int) -> StringScan {
        var at = start
        while at + 8 <= count {
            let word = load(base, at)
            let quote = word ^ 0x2222_2222_2222_2222
            let slash = word ^ 0x5C5C_5C5C_5C5C_5C5C
            // The lowest set bit is exact; higher ones may be borrowed, and are not looked at.
            let quotes = (quote &- ones) & ~quote
            let slashes = (slash &- ones) & ~slash
            let controls = (word &- spaces) & ~word
            let hits = (quotes | slashes | controls) & highs
            if hits != 0 {
                at += hits.trailingZeroBitCount >> 3
                if base[at] == UInt8(ascii: "\"") { return .end(at, isEscaped: false) }
                return scanSlowly(base, at, count)
            }
            at += 8
        }
        return scanSlowly(base, at, count)
    }

    @inline(never)
    private static func scanSlowly(_ base: UnsafePointer<UInt8>, _ start: Int, _ count: Int) -> StringScan {
        var (at, isEscaped) = (start, false)
        while at < count {
            let byte = base[at]
            if byte == UInt8(ascii: "\"") { return .end(at, isEscaped: isEscaped) }
            if byte < 0x20 {
                return .bad(at, found: "control character \(byte) in a string", expected: "text or '\"'")
            }
            guard byte == UInt8(ascii: "\\") else {
                at += 1
                continue
            }
            isEscaped = true
            guard at + 1 < count else { return .incomplete }
            let escape = base[at + 1]
            if escape == UInt8(ascii: "u") {
                guard at + 6 <= count else { return .incomplete }
                for digit in at + 2..<at + 6 where hex(base[digit]) == nil {
                    return .bad(digit, found: ParseFailure.show([base[digit]]), expected: "a hexadecimal digit")
                }
                at += 6
            } else {
                guard "\"\\/bfnrt".utf8.contains(escape) else {
                    return .bad(at, found: ParseFailure.show([byte, escape]), expected: "a JSON escape")
                }
                at += 2
            }
        }
        return .incomplete
    }

    static func hex(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 0x30...0x39: UInt32(byte - 0x30)
        case 0x41...0x46: UInt32(byte - 0x37)
        case 0x61...0x66: UInt32(byte - 0x57)
        default: nil
        }
    }

    static func isBare(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."): true
        default: false
        }
    }

    static func bareKind(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> JSONScalar? {
        if bytes.elementsEqual("true".utf8) || bytes.elementsEqual("false".utf8) || bytes.elementsEqual("null".utf8) {
            return .literal
        }
        guard let first = bytes.first, first == UInt8(ascii: "-") || (0x30...0x39).contains(first) else { return nil }
        let isNumber = bytes.allSatisfy { (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }
        return isNumber ? .number : nil
    }
}

enum JSONEscapes {
    static func resolve(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var at = 0
        while at < text.count {
            guard text[at] == UInt8(ascii: "\\"), at + 1 < text.count else {
                result.append(text[at])
                at += 1
                continue
            }
            switch text[at + 1] {
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "u"):
                at = appendScalar(text, at, to: &result)
                continue
            default: result.append(text[at + 1])
            }
            at += 2
        }
        return result
    }

    private static func unit(_ text: UnsafeBufferPointer<UInt8>, _ at: Int) -> UInt32? {
        guard at + 6 <= text.count, text[at] == UInt8(ascii: "\\"), text[at + 1] == UInt8(ascii: "u") else {
            return nil
        }
        return (at + 2..<at + 6).reduce(0) { $0 << 4 | (JSONBytes.hex(text[$1]) ?? 0) }
    }

    private static func appendScalar(_ text: UnsafeBufferPointer<UInt8>, _ at: Int, to result: inout [UInt8]) -> Int {
        guard let first = unit(text, at) else { return text.count }
        var (value, next) = (first, at + 6)
        if (0xD800..<0xDC00).contains(first), let second = unit(text, next), (0xDC00..<0xE000).contains(second) {
            value = 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)
            next += 6
        }
        let scalar = UnicodeScalar(value) ?? "\u{FFFD}"
        result.append(contentsOf: String(Character(scalar)).utf8)
        return next
    }
}
