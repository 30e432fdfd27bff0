extension USD: CustomStringConvertible {
    /// The exact decimal figure, without trailing zeros and with at least two decimals: `12.345678`, `0.40`.
    public var description: String { decimal(minimumDecimals: 2, maximumDecimals: Self.decimals) }

    /// The shortest exact decimal figure: `12.345678`, `0.4`, `3`.
    public var exact: String { decimal(minimumDecimals: 0, maximumDecimals: Self.decimals) }

    /// Rounded half-even to `places` decimals (0–12), for show only.
    public func rounded(to places: Int = 2) -> String { decimal(minimumDecimals: places, maximumDecimals: places) }

    /// Whole cents, rounded half-even.
    public var cents: Int128 { Self.halfEven(picodollars, over: 10_000_000_000).quotient }

    private func decimal(minimumDecimals: Int, maximumDecimals: Int) -> String {
        let dropped = Decimal128.power(of: Self.decimals - maximumDecimals)
        let scaled = Self.halfEven(picodollars, over: dropped).quotient
        return decimalText(scaled, decimals: maximumDecimals, minimumDecimals: minimumDecimals)
    }
}

extension Quantity: CustomStringConvertible {
    /// The exact decimal where there is one of at most 18 decimals (`1.5`), else the fraction (`1/3`).
    public var description: String { exactDecimal ?? "\(numerator)/\(denominator)" }

    /// For people: thousands separated, at most `places` decimals, `≈` in front where that is not the whole truth.
    public func formatted(places: Int = 6) -> String {
        guard let scaled = try? self * Quantity(Decimal128.power(of: places)) else { return description }
        let rounded = USD.halfEven(scaled.numerator, over: scaled.denominator).quotient
        let text = decimalText(rounded, decimals: places, minimumDecimals: 0, isGrouped: true)
        return scaled.isWhole ? text : "≈" + text
    }

    private var exactDecimal: String? {
        var (rest, decimals) = (denominator, 0)
        var (twos, fives) = (0, 0)
        while rest % 2 == 0 { (rest, twos) = (rest / 2, twos + 1) }
        while rest % 5 == 0 { (rest, fives) = (rest / 5, fives + 1) }
        decimals = Swift.max(twos, fives)
        guard rest == 1, decimals <= 18 else { return nil }
        guard let scaled = try? self * Quantity(Decimal128.power(of: decimals)) else { return nil }
        return decimalText(scaled.numerator, decimals: decimals, minimumDecimals: 0)
    }
}

/// `value` × 10^-`decimals` as text; trailing zeros go, down to `minimumDecimals`.
/// - Parameter isGrouped: With a comma before every third digit of the whole part.
private func decimalText(_ value: Int128, decimals: Int, minimumDecimals: Int, isGrouped: Bool = false) -> String {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 128) { text in  // 39 digits, or 18 decimals, at most
        var start = text.endIndex
        func put(_ character: Unicode.Scalar) {
            start -= 1
            text[start] = UInt8(ascii: character)
        }
        var (rest, position) = (value.magnitude, 0)
        repeat {
            let digit: UInt8
            if let small = UInt64(exactly: rest) {
                (rest, digit) = (UInt128(small / 10), UInt8(small % 10))
            } else {
                (rest, digit) = (rest / 10, UInt8(rest % 10))
            }
            let isTrailing = start == text.endIndex && position < decimals - minimumDecimals
            if position == decimals, start < text.endIndex { put(".") }
            if isGrouped, position > decimals, (position - decimals) % 3 == 0 { put(",") }
            if digit != 0 || !isTrailing { put(Unicode.Scalar(UInt8(ascii: "0") + digit)) }
            position += 1
        } while rest > 0 || position <= decimals
        if value < 0 { put("-") }
        return String(decoding: text[start...], as: UTF8.self)
    }
}

/// Puts a comma before every third digit of the whole part.
public func grouped(_ number: String) -> String {
    let parts = number.split(separator: ".", omittingEmptySubsequences: false)
    let sign = parts[0].hasPrefix("-") ? "-" : ""
    var result = ""
    for (offset, digit) in parts[0].drop(while: { $0 == "-" }).reversed().enumerated() {
        if offset > 0, offset % 3 == 0 { result.append(",") }
        result.append(digit)
    }
    return sign + String(result.reversed()) + (parts.count > 1 ? "." + parts[1] : "")
}
