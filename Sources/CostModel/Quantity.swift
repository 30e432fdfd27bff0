/// An exact amount of what AWS bills: a reduced fraction, so that 120 ms × 1,536 MB is 9/50 GB-s and not 0.18000000000001.
///
/// Requests, bytes and tokens are whole numbers; GB-seconds and GB-months are quotients of whole numbers.
public struct Quantity: Hashable, Sendable {
    public let numerator: Int128
    public let denominator: Int128  // > 0

    public static let zero = Quantity(0)
    public static let one = Quantity(1)

    public init(_ value: some BinaryInteger) {
        (numerator, denominator) = (Int128(value), 1)
    }

    private init(reduced numerator: Int128, over denominator: Int128) {
        (self.numerator, self.denominator) = (numerator, denominator)
    }

    /// - Throws: ``ArithmeticError`` `.divisionByZero`, `.overflow`.
    public init(_ numerator: Int128, over denominator: Int128) throws(ArithmeticError) {
        guard denominator != 0 else { throw .divisionByZero }
        guard numerator != .min, denominator != .min else { throw .overflow }
        let divisor = Self.greatestCommonDivisor(numerator, denominator)
        let sign: Int128 = denominator < 0 ? -1 : 1
        self.init(reduced: sign * (numerator / divisor), over: sign * (denominator / divisor))
    }

    /// A fraction written in the source: both parts are small and the second is not zero.
    static func ratio(_ numerator: Int16, _ denominator: Int16) -> Quantity {
        precondition(denominator > 0)
        let divisor = greatestCommonDivisor(Int128(numerator), Int128(denominator))
        return Quantity(reduced: Int128(numerator) / divisor, over: Int128(denominator) / divisor)
    }

    /// Reads `12`, `0.0000166667`, `1.5e9`, `3_000_000` and `730/24`, exactly.
    /// - Throws: ``ArithmeticError`` `.malformed`, `.overflow`, `.divisionByZero`.
    public init(_ text: some StringProtocol) throws(ArithmeticError) {
        if let slash = text.firstIndex(of: "/") {
            self = try Quantity(text[..<slash]) / Quantity(text[text.index(after: slash)...])
            return
        }
        guard let decimal = Decimal128(text.utf8) else { throw .malformed(String(text)) }
        self = try decimal.quantity()
    }

    static func greatestCommonDivisor(_ first: Int128, _ second: Int128) -> Int128 {
        var (a, b) = (first.magnitude, second.magnitude)
        if a == 0 { return b == 0 ? 1 : Int128(b) }
        if b == 0 { return Int128(a) }
        // Stein's algorithm: 128-bit division is a library call, a shift is an instruction.
        let shift = (a | b).trailingZeroBitCount
        a >>= a.trailingZeroBitCount
        while b != 0 {
            b >>= b.trailingZeroBitCount
            if a > b { (a, b) = (b, a) }
            b -= a
        }
        return Int128(a << shift)
    }
}

extension Quantity {
    public static func + (left: Quantity, right: Quantity) throws(ArithmeticError) -> Quantity {
        let divisor = greatestCommonDivisor(left.denominator, right.denominator)
        let (first, second) = (right.denominator / divisor, left.denominator / divisor)
        return try Quantity(
            add(multiply(left.numerator, first), multiply(right.numerator, second)),
            over: multiply(left.denominator, first))
    }

    public static func - (left: Quantity, right: Quantity) throws(ArithmeticError) -> Quantity {
        try left + Quantity(reduced: -right.numerator, over: right.denominator)
    }

    public static func * (left: Quantity, right: Quantity) throws(ArithmeticError) -> Quantity {
        let first = greatestCommonDivisor(left.numerator, right.denominator)
        let second = greatestCommonDivisor(right.numerator, left.denominator)
        return try Quantity(
            multiply(left.numerator / first, right.numerator / second),
            over: multiply(left.denominator / second, right.denominator / first))
    }

    public static func / (left: Quantity, right: Quantity) throws(ArithmeticError) -> Quantity {
        guard right.numerator != 0 else { throw .divisionByZero }
        return try left * Quantity(right.denominator, over: right.numerator)
    }

    static func add(_ left: Int128, _ right: Int128) throws(ArithmeticError) -> Int128 {
        let (sum, overflow) = left.addingReportingOverflow(right)
        guard !overflow else { throw .overflow }
        return sum
    }

    static func multiply(_ left: Int128, _ right: Int128) throws(ArithmeticError) -> Int128 {
        let (product, overflow) = left.multipliedReportingOverflow(by: right)
        guard !overflow else { throw .overflow }
        return product
    }
}

extension Quantity: Comparable {
    public static func < (left: Quantity, right: Quantity) -> Bool {
        if left.denominator == right.denominator { return left.numerator < right.numerator }
        // Cross products in 256 bits: a comparison cannot overflow.
        let first = left.numerator.multipliedFullWidth(by: right.denominator)
        let second = right.numerator.multipliedFullWidth(by: left.denominator)
        return first.high == second.high ? first.low < second.low : first.high < second.high
    }
}

extension Quantity: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int64) { self.init(value) }
}

extension Quantity {
    public var isWhole: Bool { denominator == 1 }

    /// The smallest whole number that is not less.
    public var roundedUp: Quantity { Quantity(reduced: -Self.floor(-numerator, denominator), over: 1) }

    /// The largest whole number that is not greater.
    public var roundedDown: Quantity { Quantity(reduced: Self.floor(numerator, denominator), over: 1) }

    /// The smallest multiple of `step` that is not less: 110 ms in steps of 100 ms is 200 ms.
    public func roundedUp(toMultipleOf step: Quantity) throws(ArithmeticError) -> Quantity {
        try (self / step).roundedUp * step
    }

    private static func floor(_ numerator: Int128, _ denominator: Int128) -> Int128 {
        let (quotient, remainder) = numerator.quotientAndRemainder(dividingBy: denominator)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
