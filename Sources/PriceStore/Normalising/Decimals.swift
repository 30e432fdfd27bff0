internal import CostModel

/// AWS's numbers, read where they stand: a fast path for what AWS writes, `USD` and `Quantity` for everything else.
enum Decimals {
    struct Malformed: Error { var expected: String }

    /// 10⁻¹² of the currency; the same figure `USD(String)` gives.
    static func amount(_ bytes: UnsafeBufferPointer<UInt8>) throws -> Int128 {
        var (digits, decimals, seenPoint): (UInt64, Int, Bool) = (0, 0, false)
        if bytes.count > 0, bytes.count <= 19 {
            for (index, byte) in bytes.enumerated() {
                if byte == UInt8(ascii: "."), !seenPoint, index > 0 {
                    seenPoint = true
                } else {
                    let digit = byte &- 0x30
                    guard digit < 10 else { return try slowAmount(bytes) }
                    digits = digits * 10 + UInt64(digit)
                    if seenPoint { decimals += 1 }
                }
            }
            if decimals <= 12, seenPoint || bytes.count <= 18 {
                return Int128(digits) * Int128(powers[12 - decimals])
            }
        }
        return try slowAmount(bytes)
    }

    private static let powers: [UInt64] = (0...12).map { (0..<$0).reduce(1) { power, _ in power * 10 } }

    private static func slowAmount(_ bytes: UnsafeBufferPointer<UInt8>) throws -> Int128 {
        if bytes.first == UInt8(ascii: "-") { throw Malformed(expected: "a price of 0 or more") }
        do { return try USD(String(decoding: bytes, as: UTF8.self)).picodollars } catch {
            if case .inexact = error { throw Malformed(expected: "a price of at most 12 decimals") }
            throw Malformed(expected: "a decimal number")
        }
    }

    /// A bound of a tier; nil for `Inf`. Empty counts as `empty`.
    static func bound(_ bytes: UnsafeBufferPointer<UInt8>) throws -> Quantity? {
        if bytes.count > 0, bytes.count <= 18 {
            var value: UInt64 = 0
            var isPlain = true
            for byte in bytes {
                let digit = byte &- 0x30
                guard digit < 10 else {
                    isPlain = false
                    break
                }
                value = value * 10 + UInt64(digit)
            }
            if isPlain { return Quantity(value) }
        }
        let text = String(decoding: bytes, as: UTF8.self)
        if text.lowercased() == "inf" || text.lowercased() == "infinity" { return nil }
        guard !text.contains("/"), let quantity = try? Quantity(text) else {
            throw Malformed(expected: "a number or 'Inf'")
        }
        return quantity
    }

    /// `2025-04-01T00:00:00Z`, `2025-04-01` and `01/04/2025` are all `2025-04-01`. Anything else stays as it is.
    static func date(_ bytes: some Collection<UInt8>) -> [UInt8] {
        let text = Array(bytes.prefix(10))
        guard text.count == 10 else { return Array(bytes) }
        if text[2] == UInt8(ascii: "/"), text[5] == UInt8(ascii: "/") {
            return Array(text[6..<10]) + [0x2D] + text[3..<5] + [0x2D] + text[0..<2]
        }
        return text
    }
}
