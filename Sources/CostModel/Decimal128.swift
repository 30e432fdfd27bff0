/// A decimal number as it stands in a text: `coefficient` × 10^`exponent`. Only a step on the way to an exact type.
struct Decimal128: Sendable {
    var coefficient: Int128 = 0
    var exponent = 0

    /// Accepts `-?digits[.digits][(e|E)[+-]digits]`, with `_` between digits; nil for anything else, and for numbers
    /// of more than 36 digits.
    init?(_ text: some Sequence<UInt8>) {
        var (digits, fraction, negative, seenPoint) = (0, 0, false, false)
        var (power, powerDigits, powerNegative, inPower) = (0, 0, false, false)
        var previous: UInt8 = 0
        for (index, byte) in text.enumerated() {
            switch byte {
            case UInt8(ascii: "-") where index == 0: negative = true
            case UInt8(ascii: "+") where index == 0: break
            case UInt8(ascii: "-") where inPower && powerDigits == 0 && Self.isExponentMark(previous):
                powerNegative = true
            case UInt8(ascii: "+") where inPower && powerDigits == 0 && Self.isExponentMark(previous): break
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                let digit = Int(byte - UInt8(ascii: "0"))
                if inPower {
                    guard powerDigits < 3 else { return nil }
                    (power, powerDigits) = (power * 10 + digit, powerDigits + 1)
                } else {
                    guard coefficient < Self.limit else { return nil }
                    (coefficient, digits) = (coefficient * 10 + Int128(digit), digits + 1)
                    if seenPoint { fraction += 1 }
                }
            case UInt8(ascii: "_") where Self.isDigit(previous): break
            case UInt8(ascii: ".") where !seenPoint && !inPower: seenPoint = true
            case UInt8(ascii: "e") where digits > 0 && !inPower, UInt8(ascii: "E") where digits > 0 && !inPower:
                inPower = true
            default: return nil
            }
            previous = byte
        }
        guard digits > 0, !inPower || powerDigits > 0, previous != UInt8(ascii: "_") else { return nil }
        exponent = (powerNegative ? -power : power) - fraction
        if negative { coefficient = -coefficient }
        while exponent < 0, coefficient % 10 == 0, coefficient != 0 {
            (coefficient, exponent) = (coefficient / 10, exponent + 1)
        }
        if coefficient == 0 { exponent = 0 }
    }

    private static let limit: Int128 = power(of: 36)

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
    private static func isExponentMark(_ byte: UInt8) -> Bool { byte | 0x20 == UInt8(ascii: "e") }

    /// 10^`exponent`, for exponents up to 38.
    static func power(of exponent: Int) -> Int128 {
        var result: Int128 = 1
        for _ in 0..<exponent { result *= 10 }
        return result
    }

    func quantity() throws(ArithmeticError) -> Quantity {
        guard abs(exponent) <= 38 else { throw .overflow }
        if exponent < 0 { return try Quantity(coefficient, over: Self.power(of: -exponent)) }
        return try Quantity(Quantity.multiply(coefficient, Self.power(of: exponent)), over: 1)
    }
}
