/// A quantity that remembers how it came about: the line of arithmetic in a receipt.
///
///     3,000,000 requests × 120 ms × 1,536 MB ÷ 1,024,000 = 540,000
public struct Figure: Hashable, Sendable {
    public var value: Quantity
    public var text: String
    private var isSum = false  // needs brackets as a factor

    public init(_ value: Quantity, _ unit: String = "") {
        self.value = value
        text = value.formatted() + (unit.isEmpty ? "" : " " + unit)
    }

    private init(value: Quantity, text: String, isSum: Bool = false) {
        (self.value, self.text, self.isSum) = (value, text, isSum)
    }

    private var factor: String { isSum ? "(\(text))" : text }

    public static func * (left: Figure, right: Figure) throws(ArithmeticError) -> Figure {
        if right.value == 1 { return left }
        if left.value == 1 { return right }
        return Figure(value: try left.value * right.value, text: "\(left.factor) × \(right.factor)")
    }

    public static func / (left: Figure, right: Figure) throws(ArithmeticError) -> Figure {
        if right.value == 1 { return left }
        let divisor = right.text.contains("×") ? "(\(right.text))" : right.factor
        return Figure(value: try left.value / right.value, text: "\(left.factor) ÷ \(divisor)")
    }

    public static func + (left: Figure, right: Figure) throws(ArithmeticError) -> Figure {
        if left.value == 0 { return right }
        if right.value == 0 { return left }
        return Figure(value: try left.value + right.value, text: "\(left.text) + \(right.text)", isSum: true)
    }

    /// `left` − `right`, or zero where that would be negative.
    public static func - (left: Figure, right: Figure) throws(ArithmeticError) -> Figure {
        if right.value == 0 { return left }
        let difference = try left.value - right.value
        let text = "\(left.text) − \(right.factor)"
        return difference < 0
            ? Figure(value: .zero, text: "max(0, \(text))") : Figure(value: difference, text: text, isSum: true)
    }

    /// Up to the next multiple of `step`: what AWS does before it adds up.
    public func roundedUp(to step: Quantity, _ unit: String = "") throws(ArithmeticError) -> Figure {
        let rounded = try value.roundedUp(toMultipleOf: step)
        if rounded == value { return self }
        let steps = step == 1 ? "" : " in steps of \(Figure(step, unit).text)"
        return Figure(value: rounded, text: "\(Figure(rounded, unit).text) (⌈\(text)⌉\(steps))")
    }

    public func atLeast(_ minimum: Quantity, _ unit: String = "") -> Figure {
        value >= minimum ? self : Figure(value: minimum, text: "\(Figure(minimum, unit).text) (the least; not \(text))")
    }

    /// The same value under another text.
    public func named(_ text: String) -> Figure { Figure(value: value, text: text) }
}
