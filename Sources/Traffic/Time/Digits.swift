typealias Bytes = UnsafeBufferPointer<UInt8>

/// Reading of ASCII numbers from raw bytes.
enum Digits {
    /// The two digits at `p`, or nil.
    @inline(__always)
    static func two(_ p: UnsafePointer<UInt8>) -> Int? {
        let (high, low) = (p[0] &- 0x30, p[1] &- 0x30)
        return high < 10 && low < 10 ? Int(high) * 10 + Int(low) : nil
    }

    @inline(__always)
    static func four(_ p: UnsafePointer<UInt8>) -> Int? {
        guard let high = two(p), let low = two(p + 2) else { return nil }
        return high * 100 + low
    }

    /// A whole number of 1 to 18 digits that fills `bytes`, or nil.
    @inline(__always)
    static func whole(_ bytes: Bytes) -> Int? {
        guard 1...18 ~= bytes.count else { return nil }
        var value = 0
        for byte in bytes {
            let digit = byte &- 0x30
            guard digit < 10 else { return nil }
            value = value &* 10 &+ Int(digit)
        }
        return value
    }

    /// Thousandths of a decimal number at the start of `bytes`, further decimals cut off; nil without a digit.
    /// `151.36` → 151,360.
    static func thousandths(_ bytes: Bytes) -> Int? {
        var (value, decimals, digits) = (0, -1, 0)
        for byte in bytes {
            let digit = byte &- 0x30
            if digit < 10, digits < 15 {
                if decimals < 3 { value = value * 10 + Int(digit) }
                if decimals >= 0, decimals < 3 { decimals += 1 }
                digits += 1
            } else if byte == 0x2e, decimals < 0 {
                decimals = 0
            } else {
                break
            }
        }
        guard digits > 0 else { return nil }
        for _ in max(0, decimals)..<3 { value *= 10 }
        return value
    }
}
