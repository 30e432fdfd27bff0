import Glibc

/// Counts PII and secrets in a record, in one pass and linear time. Called once per metered record.
public struct PIIScanner: Sendable {
    public init() {}

    public mutating func scan(_ bytes: UnsafeBufferPointer<UInt8>, into counts: inout PIICounts) {
        let emails = Self.emails(in: bytes)
        if emails > 0 { counts[.email] += emails }
    }

    /// `local@domain.tld`: RFC 5321 lengths (64 and 255 bytes), ASCII, a top level of at least two letters.
    private static func emails(in bytes: UnsafeBufferPointer<UInt8>) -> Int {
        guard var start = bytes.baseAddress else { return 0 }
        let end = start + bytes.count
        var found = 0
        var floor = start  // a local part does not reach back into the address before it
        while let at = memchr(start, 0x40, end - start) {
            let sign = UnsafePointer(at.assumingMemoryBound(to: UInt8.self))
            start = sign + 1
            var local = sign
            while local > floor, sign - local < 65, isLocal[Int(local[-1])] { local -= 1 }
            guard (1...64).contains(sign - local), sign[-1] != 0x2e, local[0] != 0x2e else { continue }
            var (domain, dot) = (start, start)
            while domain < end, domain - start < 256, isDomain[Int(domain[0])] {
                if domain[0] == 0x2e { dot = domain }
                domain += 1
            }
            while domain > start, domain[-1] == 0x2e || domain[-1] == 0x2d { domain -= 1 }  // "…@example.org."
            if dot >= domain {
                dot = domain
                while dot > start, dot[0] != 0x2e { dot -= 1 }
            }
            guard dot > start, domain - dot > 2, domain - start <= 255, isLetter(dot[1]), isLetter(domain[-1])
            else { continue }
            found += 1
            floor = domain
            start = domain
        }
        return found
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }

    private static let isDomain = table(extra: "-.")
    private static let isLocal = table(extra: "-._%+'!#$&*/=?^`{|}~")

    private static func table(extra: StaticString) -> [Bool] {
        var table = [Bool](repeating: false, count: 256)
        for byte in UInt8(0x30)...0x39 { table[Int(byte)] = true }
        for byte in UInt8(0x61)...0x7a { (table[Int(byte)], table[Int(byte) - 32]) = (true, true) }
        extra.withUTF8Buffer { for byte in $0 { table[Int(byte)] = true } }
        return table
    }
}
