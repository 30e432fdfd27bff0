/// An amount of money: a whole number of 10⁻¹² dollars. Sums are exact, or they throw.
///
/// The finest price in AWS's list has ten decimals, so a price is exact in `USD`; a price times a quantity may not be,
/// and ``Product`` then says so.
public struct USD: Hashable, Sendable {
    public let picodollars: Int128

    public static let zero = USD(picodollars: 0)
    static let decimals = 12

    public init(picodollars: Int128) { self.picodollars = picodollars }

    /// Reads a decimal string such as `0.0000166667` or `1.0E-4`.
    /// - Throws: ``ArithmeticError`` `.malformed`; `.inexact` beyond 12 decimals; `.overflow` beyond 10²⁶ dollars.
    public init(_ text: some StringProtocol) throws(ArithmeticError) {
        guard let decimal = Decimal128(text.utf8) else { throw .malformed(String(text)) }
        let shift = decimal.exponent + Self.decimals
        guard shift >= 0 else { throw .inexact(String(text)) }
        guard shift <= 38 else { throw .overflow }
        picodollars = try Quantity.multiply(decimal.coefficient, Decimal128.power(of: shift))
    }

    /// - Throws: ``ArithmeticError`` `.inexact` beyond 12 decimals; `.overflow`.
    public init(exactly dollars: Quantity) throws(ArithmeticError) {
        let scaled = try dollars * Quantity(Decimal128.power(of: Self.decimals))
        guard scaled.isWhole else { throw .inexact(dollars.description) }
        picodollars = scaled.numerator
    }

    /// A price times a quantity, rounded half-even to 10⁻¹² dollars where it does not come out even.
    public struct Product: Hashable, Sendable {
        public var usd: USD
        public var isExact: Bool
    }

    /// - Throws: ``ArithmeticError`` `.overflow`.
    public func times(_ quantity: Quantity) throws(ArithmeticError) -> Product {
        let divisor = Quantity.greatestCommonDivisor(picodollars, quantity.denominator)
        let product = try Quantity.multiply(picodollars / divisor, quantity.numerator)
        let denominator = quantity.denominator / divisor
        let (whole, remainder) = Self.halfEven(product, over: denominator)
        return Product(usd: USD(picodollars: whole), isExact: remainder == 0)
    }

    static func halfEven(_ value: Int128, over divisor: Int128) -> (quotient: Int128, remainder: Int128) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        let rest = remainder.magnitude
        let (half, odd) = ((divisor.magnitude - rest), quotient % 2 != 0)
        let away = rest > half || (rest == half && odd)
        return (away ? quotient + (value < 0 ? -1 : 1) : quotient, remainder)
    }

    public static func + (left: USD, right: USD) throws(ArithmeticError) -> USD {
        USD(picodollars: try Quantity.add(left.picodollars, right.picodollars))
    }

    public static func - (left: USD, right: USD) throws(ArithmeticError) -> USD {
        let (difference, overflow) = left.picodollars.subtractingReportingOverflow(right.picodollars)
        guard !overflow else { throw .overflow }
        return USD(picodollars: difference)
    }
}

extension USD: Comparable {
    public static func < (left: USD, right: USD) -> Bool { left.picodollars < right.picodollars }
}

extension Sequence<USD> {
    /// - Throws: ``ArithmeticError`` `.overflow`.
    public func sum() throws(ArithmeticError) -> USD {
        var total = USD.zero
        for amount in self { total = try total + amount }
        return total
    }
}
