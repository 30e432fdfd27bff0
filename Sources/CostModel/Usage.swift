/// A part of the usage that AWS does not charge for, over all lines and regions that name it.
///
/// Free tiers that the price list itself holds as a zero-priced first band are not here: the band is enough.
public struct FreeTier: Hashable, Sendable {
    public enum Term: String, Hashable, Sendable { case always, firstYear = "first_year" }

    public var id: String  // one allowance, shared by every line that names it
    public var amount: Quantity  // a month, in the unit of the usage
    public var term: Term
    public var fillsBands: Bool  // the free part counts for the price's bands: 1 TB free of the first 10 TB

    public init(_ id: String, _ amount: Quantity, _ term: Term, fillsBands: Bool = false) {
        (self.id, self.amount, self.term, self.fillsBands) = (id, amount, term, fillsBands)
    }
}

/// Which free tiers the bill takes off.
public enum FreeTierChoice: String, CaseIterable, Hashable, Sendable {
    case none, always
    case firstYear = "first_year"

    func allows(_ term: FreeTier.Term) -> Bool {
        switch self {
        case .none: false
        case .always: term == .always
        case .firstYear: true
        }
    }
}

/// How much of one priced thing is used: what a service's billing rule comes to, before any price.
public struct Usage: Hashable, Sendable {
    public var service: String  // the name in a workload file: `lambda`
    public var label: String  // what a person calls the line: `Duration (arm64)`
    public var key: PriceKey
    public var figure: Figure  // rounded as AWS rounds, with its derivation
    public var unit: String
    public var freeTiers: [FreeTier] = []  // taken off in this order
    public var priceFactor: Quantity = 1  // of the listed price: batch inference is 1/2

    public var origin = ""  // where the workload says so, for errors: `workload.yaml:14, steps[2].lambda`
    public var ownPrice: USD?  // written in the workload, instead of any list

    public var quantity: Quantity { figure.value }

    public init(service: String, label: String, key: PriceKey, figure: Figure, unit: String) {
        (self.service, self.label, self.key, self.figure, self.unit) = (service, label, key, figure, unit)
    }
}
