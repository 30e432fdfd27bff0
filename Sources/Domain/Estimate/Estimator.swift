public import CostModel
public import Traffic

/// Recorded traffic and the bill it leads to, in both views.
public struct Estimate: Sendable {
    public var observed: Bill?  // what the recorded events alone cost; nil without traffic
    public var monthly: Bill
    public var scale: Quantity?  // from observed to monthly
}

/// Turns a workload, with or without traffic, into bills. Pure: the same input gives the same bill.
public struct Estimator: Sendable {
    public var lookup: PriceLookup
    public var privatePrices: PriceBook  // asked before the workload's own

    public init(lookup: PriceLookup, privatePrices: PriceBook = PriceBook()) {
        (self.lookup, self.privatePrices) = (lookup, privatePrices)
    }

    /// - Throws: ``BillingError`` or ``UsageProblem``, each naming the place in the workload.
    public func estimate(_ workload: Workload) throws -> Bill {
        guard workload.steps.isEmpty else {
            throw UsageProblem(
                origin: workload.steps[0].origin,
                detail: "steps need traffic: use 'mockupaws replay', or put known quantities under usage")
        }
        let usages = try usages(workload.fixed + workload.usage, of: workload)
        try checkBook(of: workload, usages)
        return try bill(workload, usages: usages)
    }

    /// - Throws: ``BillingError`` or ``UsageProblem``, each naming the place in the workload.
    public func estimate(_ workload: Workload, traffic: TrafficProfile, projection: Projection) throws -> Estimate {
        guard traffic.totals.events > 0 else {
            let lines = traffic.accounting
            let first = lines.samples.first.map { "; \($0.input), line \($0.line): \($0.reason)" } ?? ""
            throw UsageProblem(
                origin: "",
                detail:
                    "the traffic holds no event that could be metered: \(lines.read) read, \(lines.rejected) rejected"
                    + (lines.context > 0 ? ", \(lines.context) lines of other kinds" : "")
                    + first)
        }
        let flow: EventFlow
        do { flow = try EventFlow(traffic) } catch {
            throw UsageProblem(origin: "", detail: "the traffic cannot be counted: \(error)")
        }
        let text = traffic.text
        let recorded = try ObservedTime(traffic).map { try Quantity($0.minutes) / 60 }
        guard let hours = projection.observedHours ?? recorded else {
            throw UsageProblem(
                origin: "", detail: "no record has a time, so a month cannot be projected: give --observed-hours")
        }
        let observed = try usages(workload.steps, of: workload, flow: flow, text: text, periodHours: hours)
        let scale: Quantity
        do {
            scale = try projection.scale(monthHours: workload.monthHours, observedHours: hours)
        } catch {
            throw UsageProblem(origin: "", detail: "the traffic cannot be projected to a month: \(error)")
        }
        var scaled = flow
        scaled.scale = scale
        let monthly = try usages(workload.steps, of: workload, flow: scaled, text: text)
        let rest = try usages(workload.fixed + workload.usage, of: workload)
        try checkBook(of: workload, monthly + rest)
        return Estimate(
            observed: try bill(workload, usages: observed), monthly: try bill(workload, usages: monthly + rest),
            scale: scale)
    }

    private func checkBook(of workload: Workload, _ usages: [Usage]) throws(UsageProblem) {
        guard let unused = workload.book.firstUnused(by: usages) else { return }
        throw UsageProblem(origin: unused.origin, detail: "this entry of prices fits no line of the bill")
    }

    private func bill(_ workload: Workload, usages: [Usage]) throws -> Bill {
        let book = PriceBook(privatePrices.overrides + workload.book.overrides)
        return try Biller(lookup: lookup, book: book, freeTier: workload.freeTier).bill(usages)
    }

    private func usages(
        _ items: [Workload.Item], of workload: Workload, flow: EventFlow? = nil, text: TextCounts = TextCounts(),
        periodHours: Quantity? = nil
    ) throws -> [Usage] {
        try items.flatMap { item in
            do {
                let own = try flow.map { try $0.reaching(item, text: text) }
                let input = ServiceInput(
                    item.service, values: item.values, region: workload.region, monthHours: workload.monthHours,
                    periodHours: periodHours, flow: own)
                let usages = try item.service.usage(input)
                if usages.isEmpty, input.saysNothing {
                    let names = item.service.parameters.prefix(8).map(\.name).joined(separator: ", ")
                    throw UsageProblem(origin: item.origin, detail: "says nothing to bill: give \(names) …")
                }
                return usages.map { usage in
                    var usage = usage
                    usage.origin = item.origin
                    return usage
                }
            } catch let problem as UsageProblem {
                throw problem
            } catch {
                throw UsageProblem(origin: item.origin, detail: "\(error)")
            }
        }
    }
}

/// A step, resource or usage that cannot be turned into quantities.
public struct UsageProblem: Error, Hashable, CustomStringConvertible {
    public var origin: String
    public var detail: String

    public var description: String { origin.isEmpty ? detail : "\(origin): \(detail)" }
}

extension EventFlow {
    /// The part of the traffic that reaches a step. Where no record reports its tokens, the model's input is estimated
    /// from the text of the records.
    fileprivate func reaching(_ item: Workload.Item, text: TextCounts) throws(ArithmeticError) -> EventFlow {
        var flow = self
        for name in ["share", "per_event"] {
            if case .number(let part)? = item.values[name] { flow.scale = try flow.scale * part }
        }
        if flow.tokens == nil, text != TextCounts(), case .text(let model)? = item.values["model"] {
            let estimate = text.estimatedTokens(family: TokenEstimator.Family(modelID: model))
            flow.tokens = Tokens(input: estimate, output: 0, isEstimate: true)
        }
        return flow
    }
}
