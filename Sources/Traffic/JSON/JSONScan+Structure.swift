/// Access to parts of JSON whose structure ``JSONWalker`` has checked.
extension JSONScan {
    /// Calls `body` with the name and the value of each member; values keep their quotes. Nothing for other values.
    static func members(of object: Bytes, _ body: (_ key: Bytes, _ value: Bytes) -> Void) {
        guard var p = object.baseAddress else { return }
        let end = p + object.count
        guard skipSpace(&p, end), p[0] == 0x7b else { return }
        p += 1
        while skipSpace(&p, end), p[0] == 0x22, let close = stringEnd(p + 1, end) {
            let key = Bytes(start: p + 1, count: close - p - 1)
            p = close + 1
            guard skipSpace(&p, end), p[0] == 0x3a else { return }
            p += 1
            guard skipSpace(&p, end) else { return }
            let start = p
            skipValue(&p, end)
            body(key, Bytes(start: start, count: p - start))
            guard skipSpace(&p, end), p[0] == 0x2c else { return }
            p += 1
        }
    }

    /// Calls `body` with each element of an array.
    static func elements(of array: Bytes, _ body: (Bytes) -> Void) {
        guard var p = array.baseAddress else { return }
        let end = p + array.count
        guard skipSpace(&p, end), p[0] == 0x5b else { return }
        p += 1
        while skipSpace(&p, end), p[0] != 0x5d {
            let start = p
            skipValue(&p, end)
            guard p > start else { return }
            body(Bytes(start: start, count: p - start))
            guard skipSpace(&p, end), p[0] == 0x2c else { return }
            p += 1
        }
    }

    private static func skipValue(_ p: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) {
        var depth = 0
        while p < end {
            switch p[0] {
            case 0x22:
                guard let close = stringEnd(p + 1, end) else { return p = end }
                p = close
            case 0x7b, 0x5b: depth += 1
            case 0x7d, 0x5d:
                if depth == 0 { return }
                depth -= 1
            case 0x2c where depth == 0: return
            case 0x20, 0x09, 0x0a, 0x0d:
                if depth == 0 { return }
            default: break
            }
            p += 1
            if depth == 0, p[-1] == 0x22 || p[-1] == 0x7d || p[-1] == 0x5d { return }
        }
    }

    /// Appends a string's text as UTF-8. A lone surrogate becomes U+FFFD, as in AWS's own SDKs.
    static func unescape(_ escaped: Bytes, into text: inout [UInt8]) {
        var index = 0
        while index < escaped.count {
            let byte = escaped[index]
            guard byte == 0x5c, index + 1 < escaped.count else {
                text.append(byte)
                index += 1
                continue
            }
            index += 2
            switch escaped[index - 1] {
            case 0x6e: text.append(0x0a)
            case 0x74: text.append(0x09)
            case 0x72: text.append(0x0d)
            case 0x62: text.append(0x08)
            case 0x66: text.append(0x0c)
            case 0x75:
                guard let high = hex(escaped, index) else { break }
                index += 4
                var scalar = UInt32(high)
                if high & 0xfc00 == 0xd800, index + 1 < escaped.count,
                    escaped[index] == 0x5c, escaped[index + 1] == 0x75, let low = hex(escaped, index + 2),
                    low & 0xfc00 == 0xdc00
                {
                    scalar = 0x1_0000 + UInt32(high & 0x3ff) << 10 + UInt32(low & 0x3ff)
                    index += 6
                }
                text.append(contentsOf: String(Unicode.Scalar(scalar) ?? "\u{fffd}").utf8)
            case let other: text.append(other)
            }
        }
    }

    private static func hex(_ bytes: Bytes, _ start: Int) -> UInt16? {
        guard start + 4 <= bytes.count else { return nil }
        var value: UInt16 = 0
        for byte in bytes[start..<start + 4] {
            switch byte {
            case 0x30...0x39: value = value << 4 | UInt16(byte - 0x30)
            case 0x41...0x46, 0x61...0x66: value = value << 4 | UInt16((byte | 0x20) - 0x61 + 10)
            default: return nil
            }
        }
        return value
    }
}
