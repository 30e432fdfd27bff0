extension ServiceInput {
    /// The first quantity given here that changes nothing on the bill, whatever it says: `seconds` of a run without
    /// `starts`, `cache_hours` without a cache. Where a zero is given, or the rule refuses, there is none.
    public func quantityWithoutEffect() -> Parameter? {
        let isSwitchedOff = values.values.contains(.number(0))
        guard !isSwitchedOff, let billed = try? lines() else { return nil }
        return definition.parameters.first { parameter in
            guard case .number(let value)? = values[parameter.name], isTelling(value, of: parameter) else {
                return false
            }
            let others = [nil, try? value * 1_000_003, try? value / 1_000_003]
            return others.allSatisfy { other in
                var changed = self
                changed.values[parameter.name] = other.map { .number($0) }
                return (try? changed.lines()) == billed
            }
        }
    }

    /// Whether somebody who gives this value expects a cost of it, as of an amount; what describes an event may be said in
    /// any case, and so may what has a default.
    private func isTelling(_ value: Quantity, of parameter: Parameter) -> Bool {
        guard parameter.role == .plain || parameter.role == .events else { return false }
        if let fallback = parameter.fallback, fallback != .number(0) { return false }
        if case .number(unit: "h", _, _, _) = parameter.kind, value == monthHours { return false }
        return true
    }

    private struct Line: Equatable {
        var key: PriceKey
        var quantity: Quantity
        var free: [FreeTier]
        var factor: Quantity
        var price: USD?
    }

    private func lines() throws -> [Line] {
        try definition.usage(self).map {
            Line(key: $0.key, quantity: $0.quantity, free: $0.freeTiers, factor: $0.priceFactor, price: $0.ownPrice)
        }
    }
}

extension EventFlow {
    /// A few plain events, to see what a rule looks at.
    public static let example = EventFlow(count: 100, bytes: 102_400, sizes: [SizeClass(kib: 1, count: 100)])
}
