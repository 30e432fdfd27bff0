/// A workload that cannot be priced. Nothing is ever taken to cost $0 because its price is unknown.
public enum PricingError: Error, Hashable, CustomStringConvertible {
    /// No source has this price; `near` names what they do have.
    case unknownPrice(PriceKey, near: [String])
    /// Several operations share the usage type, or several models the name, and the workload does not say which.
    case ambiguous(PriceKey, choices: [String])
    /// The price list stops at `end`; the usage goes on.
    case beyondLastTier(PriceKey, end: Quantity, quantity: Quantity)
    case unitMismatch(PriceKey, usage: String, price: String)

    public var description: String {
        switch self {
        case .unknownPrice(let key, let near):
            "no price for \(key)" + (near.isEmpty ? "" : "; near it: \(near.joined(separator: ", "))")
        case .ambiguous(let key, let choices):
            "\(key) has several prices; say which: \(choices.joined(separator: ", "))"
        case .beyondLastTier(let key, let end, let quantity):
            "the price of \(key) is known up to \(end.formatted()) only, and \(quantity.formatted()) are used"
        case .unitMismatch(let key, let usage, let price):
            "\(key) is priced per \(price) and the usage is in \(usage)"
        }
    }
}

/// A ``PricingError`` with the place in the workload that led to it.
public struct BillingError: Error, CustomStringConvertible {
    public var origin: String
    public var line: String  // the bill's line
    public var error: any Error

    public var description: String { (origin.isEmpty ? "" : origin + ": ") + "\(line): \(error)" }
}
