/// Prices usage: finds each price, takes the free tier off, fills the bands with the month's total, and adds up.
public struct Biller: Sendable {
    public var lookup: PriceLookup
    public var book: PriceBook
    public var freeTier: FreeTierChoice

    public init(lookup: PriceLookup, book: PriceBook = PriceBook(), freeTier: FreeTierChoice) {
        (self.lookup, self.book, self.freeTier) = (lookup, book, freeTier)
    }

    /// - Throws: ``BillingError`` around a ``PricingError`` or around what a price source throws when it cannot be read.
    public func bill(_ usages: [Usage]) throws -> Bill {
        let priced = try usages.map { usage in (usage: usage, quote: try located(usage) { try quote(usage) }) }
        func charges(_ choice: FreeTierChoice) throws -> [Charge] {
            var ledger = Ledger(choice: choice)
            return try priced.map { usage, quote in try located(usage) { try ledger.charge(usage, quote) } }
        }
        let list = try charges(.none)
        let chosen = freeTier == .none ? list : try charges(freeTier)
        let after = freeTier == .firstYear ? try charges(.always) : chosen
        let lines = priced.indices.map { index in
            let (usage, quote) = priced[index]
            return BillLine(
                usage: usage, price: quote.price, discounts: quote.notes, list: list[index], chosen: chosen[index],
                afterFirstYear: after[index])
        }
        do {
            return Bill(
                lines: lines, freeTier: freeTier, list: try lines.map(\.list.cost).sum(),
                total: try lines.map(\.chosen.cost).sum(), afterFirstYear: try lines.map(\.afterFirstYear.cost).sum())
        } catch {
            throw BillingError(origin: "", line: "the bill's total", error: error)
        }
    }

    private func located<Result>(_ usage: Usage, _ work: () throws -> Result) throws -> Result {
        do { return try work() } catch {
            throw BillingError(origin: usage.origin, line: "\(usage.service), \(usage.label)", error: error)
        }
    }

    private func quote(_ usage: Usage) throws -> Quote {
        var quote: Quote
        if let usd = usage.ownPrice {
            quote = Quote(
                price: Price(
                    offerCode: usage.key.offerCode, region: usage.key.region, usageType: usage.key.usageType,
                    operation: usage.key.operation ?? "", unit: usage.unit,
                    tiers: [PriceTier(begin: 0, end: nil, usd: usd)], effectiveDate: "", source: "the workload",
                    description: usage.label))
        } else if let own = book.price(for: usage) {
            // A private price is for the unit of the line unless it names another.
            quote = Quote(
                price: Price(
                    offerCode: usage.key.offerCode, region: usage.key.region, usageType: usage.key.usageType,
                    operation: usage.key.operation ?? "", unit: own.unit ?? usage.unit,
                    tiers: own.tiers, effectiveDate: "", source: "price book, \(own.origin)",
                    description: usage.label))
        } else {
            quote = Quote(price: try lookup.price(usage.key))
        }
        let (mine, theirs) = (BillingUnit(usage.unit), BillingUnit(quote.price.unit))
        guard usage.unit.isEmpty || mine.dimension == theirs.dimension else {
            throw PricingError.unitMismatch(usage.key, usage: usage.unit, price: quote.price.unit)
        }
        if !usage.unit.isEmpty { quote.unitsPerPriceUnit = try theirs.size / mine.size }
        if usage.priceFactor != 1 {
            quote.factor = usage.priceFactor
            quote.notes.append("× \(usage.priceFactor) of the listed price")
        }
        for (rate, origin) in book.discounts(for: usage) {
            quote.factor = try quote.factor * (Quantity.one - rate)
            quote.notes.append("− \(try (rate * 100).formatted()) % (price book, \(origin))")
        }
        return quote
    }
}

/// The price that applies to a usage, with what changes it.
private struct Quote {
    var price: Price
    var unitsPerPriceUnit: Quantity = 1
    var factor: Quantity = 1
    var notes: [String] = []
}

/// One month's account under one choice of free tier: what is left of each allowance, how full each price's bands are.
private struct Ledger {
    let choice: FreeTierChoice
    var remaining: [String: Quantity] = [:]
    var filled: [Ladder: Quantity] = [:]

    /// Bands that usages fill together: those of one price, private ones apart from the list's.
    struct Ladder: Hashable {
        var key: PriceKey
        var source: String

        init(_ price: Price) {
            key = PriceKey(
                offerCode: price.offerCode, region: price.region, usageType: price.usageType,
                operation: price.operation)
            source = price.source
        }
    }

    mutating func charge(_ usage: Usage, _ quote: Quote) throws -> Charge {
        var (free, chargeable, filling) = (Quantity.zero, usage.quantity, Quantity.zero)
        for tier in usage.freeTiers where choice.allows(tier.term) && chargeable > 0 {
            let left = remaining[tier.id] ?? tier.amount
            let taken = min(left, chargeable)
            remaining[tier.id] = try left - taken
            (free, chargeable) = (try free + taken, try chargeable - taken)
            if tier.fillsBands { filling = try filling + taken }
        }
        let amount = try chargeable / quote.unitsPerPriceUnit
        let ladder = Ladder(quote.price)
        let start = try (filled[ladder] ?? 0) + filling / quote.unitsPerPriceUnit  // by the month's total
        filled[ladder] = try start + amount
        var slices: [TierSlice] = []
        for tier in bands(quote.price) {
            let end = try start + amount
            let (low, high) = (max(tier.begin, start), tier.end.map { min($0, end) } ?? end)
            guard high > low else { continue }
            let quantity = try high - low
            let product = try tier.usd.times(quantity * quote.factor)
            if tier.usd == .zero, quote.price.hasFreeBand { free = try free + quantity * quote.unitsPerPriceUnit }
            slices.append(TierSlice(tier: tier, quantity: quantity, cost: product.usd, isExact: product.isExact))
        }
        if let end = quote.price.tiers.last?.end, try start + amount > end {
            throw PricingError.beyondLastTier(usage.key, end: end, quantity: try start + amount)
        }
        return Charge(freeQuantity: free, slices: slices, cost: try slices.map(\.cost).sum())
    }

    /// The list price ignores a free first band: the band after it then begins at zero.
    private func bands(_ price: Price) -> [PriceTier] {
        guard choice == .none, price.hasFreeBand else { return price.tiers }
        var bands = Array(price.tiers.dropFirst())
        bands[0].begin = .zero
        return bands
    }
}

extension Price {
    /// AWS writes some free tiers as a zero-priced first band (DynamoDB storage, SNS requests).
    var hasFreeBand: Bool { tiers.count > 1 && tiers[0].usd == .zero }
}
