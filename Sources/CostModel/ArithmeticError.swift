/// Exact arithmetic that cannot be carried out. Never a wrapped or a truncated figure.
public enum ArithmeticError: Error, Hashable, CustomStringConvertible {
    case overflow
    case divisionByZero
    case malformed(String)
    /// More decimals than a `USD` holds (12).
    case inexact(String)

    public var description: String {
        switch self {
        case .overflow: "the figure does not fit in 127 bits"
        case .divisionByZero: "division by zero"
        case .malformed(let text): "'\(text)' is not a decimal number"
        case .inexact(let text): "'\(text)' has more than 12 decimals"
        }
    }
}
