/// The smallest steps through JSON text.
enum JSONScan {
    /// - Returns: Whether anything is left.
    @inline(__always)
    static func skipSpace(_ p: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Bool {
        guard p < end else { return false }
        if p[0] > 0x20 { return true }
        while p < end, isSpace(p[0]) { p += 1 }
        return p < end
    }

    @inline(__always)
    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 }

    /// The closing quote of the string whose first character is at `p`, or nil. Eight bytes a step.
    @inline(__always)
    static func stringEnd(_ p: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> UnsafePointer<UInt8>? {
        var p = p
        while true {
            while end - p >= 8 {
                let word = UnsafeRawPointer(p).loadUnaligned(as: UInt64.self)
                let hits = zeroBytes(word ^ 0x2222_2222_2222_2222) | zeroBytes(word ^ 0x5c5c_5c5c_5c5c_5c5c)
                if hits != 0 {
                    p += hits.trailingZeroBitCount >> 3
                    break
                }
                p += 8
            }
            guard p < end else { return nil }
            if p[0] == 0x22 { return p }
            p += p[0] == 0x5c ? 2 : 1
        }
    }

    /// The first quote, backslash or newline from `p` on, or `end`.
    @inline(__always)
    static func stringBreak(_ p: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
        var p = p
        while end - p >= 8 {
            let word = UnsafeRawPointer(p).loadUnaligned(as: UInt64.self)
            let hits =
                zeroBytes(word ^ 0x2222_2222_2222_2222) | zeroBytes(word ^ 0x5c5c_5c5c_5c5c_5c5c)
                | zeroBytes(word ^ 0x0a0a_0a0a_0a0a_0a0a)
            if hits != 0 { return p + (hits.trailingZeroBitCount >> 3) }
            p += 8
        }
        while p < end, p[0] != 0x22, p[0] != 0x5c, p[0] != 0x0a { p += 1 }
        return p
    }

    /// Bit 7 of the lowest zero byte is set, and of no byte below it.
    @inline(__always)
    static func zeroBytes(_ word: UInt64) -> UInt64 {
        (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
    }

    /// The end of the number, `true`, `false` or `null` at `p`, or nil when it is none of them.
    @inline(__always)
    static func scalarEnd(_ p: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> UnsafePointer<UInt8>? {
        switch p[0] {
        case 0x30...0x39, 0x2d: return numberEnd(p, end)
        case 0x74: return literalEnd(p, end, "true")
        case 0x66: return literalEnd(p, end, "false")
        case 0x6e: return literalEnd(p, end, "null")
        default: return nil
        }
    }

    @inline(__always)
    private static func numberEnd(
        _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
    ) -> UnsafePointer<UInt8>? {
        var p = start
        if p[0] == 0x2d { p += 1 }
        let whole = p
        guard skipDigits(&p, end), p - whole == 1 || whole[0] != 0x30 else { return nil }
        if p < end, p[0] == 0x2e {
            p += 1
            guard skipDigits(&p, end) else { return nil }
        }
        if p < end, p[0] | 0x20 == 0x65 {
            p += 1
            if p < end, p[0] == 0x2b || p[0] == 0x2d { p += 1 }
            guard skipDigits(&p, end) else { return nil }
        }
        return p
    }

    /// - Returns: Whether there was a digit.
    @inline(__always)
    private static func skipDigits(_ p: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Bool {
        let start = p
        while p < end, p[0] &- 0x30 < 10 { p += 1 }
        return p > start
    }

    @inline(__always)
    private static func literalEnd(
        _ p: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ literal: StaticString
    ) -> UnsafePointer<UInt8>? {
        let count = literal.utf8CodeUnitCount
        guard end - p >= count else { return nil }
        for index in 1..<count where p[index] != literal.utf8Start[index] { return nil }
        return p + count
    }
}
