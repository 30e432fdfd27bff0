/// One AWS service: what a workload may say of it, and AWS's rule that turns this into billed quantities.
public struct ServiceDefinition: Sendable {
    public let name: String  // in workload files: `lambda`
    public let title: String  // AWS's name: `AWS Lambda`
    public let offerCode: String
    public let page: String  // AWS's page with the rule
    public let parameters: [Parameter]
    let rule: @Sendable (ServiceInput, inout Meter) throws -> Void

    init(
        _ name: String, _ title: String, offer: String, page: String, _ parameters: [Parameter],
        rule: @escaping @Sendable (ServiceInput, inout Meter) throws -> Void
    ) {
        (self.name, self.title, offerCode, self.page) = (name, title, offer, page)
        (self.parameters, self.rule) = (parameters, rule)
    }

    public static let common: [Parameter] = [
        .number("share", "", 1, 0...1, "The part of the traffic that reaches this step: 5% or 0.05."),
        .number("per_event", "", 1, "How often this step is passed for each event that reaches it."),
        .text("region", "Another region than the workload's."),
        .text("label", "A name for the line on the bill."),
    ]

    /// - Throws: ``UsageError`` where the parameters contradict each other; ``ArithmeticError`` on overflow.
    public func usage(_ input: ServiceInput) throws -> [Usage] {
        var meter = Meter(service: name, offerCode: offerCode, region: input.region, label: input.given(text: "label"))
        try rule(input, &meter)
        return meter.usages
    }
}

/// Parameters that are each fine and together are not.
public struct UsageError: Error, Hashable, CustomStringConvertible {
    public var parameter: String
    public var detail: String

    public init(_ parameter: String, _ detail: String) { (self.parameter, self.detail) = (parameter, detail) }
    public var description: String { "\(parameter): \(detail)" }
}

/// The parameters of one step or resource, with defaults filled in and traffic behind those it supplies.
public struct ServiceInput: Sendable {
    public let definition: ServiceDefinition
    public var values: [String: ParameterValue]
    public var region: String
    public var monthHours: Quantity
    public var periodHours: Quantity  // that the bill covers: the whole month unless it is of a shorter time
    public var flow: EventFlow?

    public init(
        _ definition: ServiceDefinition, values: [String: ParameterValue], region: String, monthHours: Quantity,
        periodHours: Quantity? = nil, flow: EventFlow? = nil
    ) {
        (self.definition, self.values, self.monthHours, self.flow) = (definition, values, monthHours, flow)
        self.periodHours = periodHours ?? monthHours
        if case .text(let own)? = values["region"] { self.region = own } else { self.region = region }
    }

    public func parameter(_ name: String) -> Parameter {
        guard
            let known = definition.parameters.first(where: { $0.name == name })
                ?? ServiceDefinition.common.first(where: { $0.name == name })
        else {
            preconditionFailure("\(definition.name) declares no parameter \(name)")  // a slip in a rule, not in a file
        }
        return known
    }

    private func unit(_ parameter: Parameter) -> String {
        if case .number(let unit, _, _, _) = parameter.kind { return unit }
        return ""
    }

    func has(_ name: String) -> Bool { values[name] != nil }

    /// No quantity of the service is given, and no traffic stands behind it.
    public var saysNothing: Bool {
        flow == nil
            && !values.contains { name, value in
                if case .number = value { return !ServiceDefinition.common.contains { $0.name == name } }
                return false
            }
    }

    /// The number given, or its default, with its unit; traffic's count for a parameter that stands for events.
    func number(_ name: String) throws(ArithmeticError) -> Figure {
        let parameter = parameter(name)
        if case .number(let value)? = values[name] { return Figure(value, unit(parameter)) }
        if parameter.role == .events { return try events(unit: unit(parameter)) }
        if case .number(let value)? = parameter.fallback { return Figure(value, unit(parameter)) }
        return Figure(0, unit(parameter))
    }

    func given(_ name: String) throws(ArithmeticError) -> Figure? { has(name) ? try number(name) : nil }

    /// The hours given, of a month, and no more than the bill covers.
    func hours(_ name: String = "hours") throws(ArithmeticError) -> Figure {
        guard let given = try given(name) else { return Figure(periodHours, "h") }
        return periodHours < monthHours && given.value > periodHours ? Figure(periodHours, "h observed") : given
    }

    /// The part of a month that something exists that is billed by the month and prorated by the hour.
    func partOfMonth(_ name: String = "hours") throws(ArithmeticError) -> Figure {
        let hours = try hours(name)
        return hours.value == monthHours ? Figure(1) : try hours / Figure(monthHours, "h a month")
    }

    func text(_ name: String) -> String {
        if case .text(let value)? = values[name] ?? parameter(name).fallback { return value }
        return ""
    }

    func given(text name: String) -> String? {
        if case .text(let value)? = values[name] { return value }
        return nil
    }

    func flag(_ name: String) -> Bool { (values[name] ?? parameter(name).fallback) == .flag(true) }

    // MARK: Traffic

    private func events(unit: String) throws(ArithmeticError) -> Figure {
        guard let flow else { return Figure(0, unit) }
        return try scaled(Figure(Quantity(flow.count), unit), by: flow)
    }

    private func scaled(_ figure: Figure, by flow: EventFlow) throws(ArithmeticError) -> Figure {
        try figure * Figure(flow.scale)
    }

    private var eventsParameter: String? { definition.parameters.first { $0.role == .events }?.name }

    /// Billed units of `kib` KiB: each payload rounded up on its own, `together` of them to a call.
    ///
    /// With recorded sizes, a call of several holds as many bytes as the mean of all: what was batched with what is in no
    /// log.
    func units(ofKiB kib: Int, together: Quantity = 1) throws(ArithmeticError) -> Figure {
        guard let name = eventsParameter else { return Figure(0) }
        if let flow, !has("payload_kb"), !has(name) {
            if together == 1 {
                let units = try flow.units(ofKiB: kib)
                return try scaled(Figure(Quantity(units), "× \(kib) KB units"), by: flow)
            }
            let calls = try (number(name) / Figure(together, "a call")).roundedUp(to: 1)
            guard flow.count > 0 else { return calls }
            let mean = try Quantity(flow.bytes) * together / Quantity(flow.count) / Quantity(kib * 1_024)
            return try calls * Figure(Swift.max(1, mean.roundedUp), "× \(kib) KB units of a mean call")
        }
        let (count, size) = (try number(name), try number("payload_kb").value)
        let whole = try (count.value / together).roundedDown
        let perCall = Swift.max(1, try (size * together / Quantity(kib)).roundedUp)
        let rest = try count.value - whole * together
        guard rest > 0 else {
            return try count / Figure(together, "a call") * Figure(perCall, "× \(kib) KB units")
        }
        let last = Swift.max(1, try (size * rest / Quantity(kib)).roundedUp)
        return try Figure(whole, "calls") * Figure(perCall, "× \(kib) KB units") + Figure(last, "for the last call")
    }

    /// Billed units of `kib` KiB of one event: of the given size, or on the mean of the recorded ones.
    func meanUnits(ofKiB kib: Int) throws(ArithmeticError) -> Figure {
        if let flow, flow.count > 0, !has("payload_kb") {
            return try Figure(
                Quantity(flow.units(ofKiB: kib)) / Quantity(flow.count), "× \(kib) KB units, the mean recorded")
        }
        return try (number("payload_kb") / Figure(Quantity(kib), "KB")).roundedUp(to: 1).atLeast(1)
    }

    /// All payloads together, each first rounded up to whole `kib` KiB where that is asked for, in GB of 2³⁰ bytes.
    func payloadGB(roundedUpToKiB kib: Int? = nil) throws(ArithmeticError) -> Figure {
        if let kib { return try units(ofKiB: kib) * Figure(Quantity(kib), "KB") / Figure(1_048_576, "KB/GB") }
        guard let name = eventsParameter else { return Figure(0) }
        if let flow, !has("payload_kb"), !has(name) {
            return try scaled(Figure(Quantity(flow.bytes), "bytes"), by: flow) / Figure(1_073_741_824, "bytes/GB")
        }
        return try number(name) * number("payload_kb") / Figure(1_048_576, "KB/GB")
    }

    /// All payloads together, each counted as at least `minimum` KiB, in GB of 2³⁰ bytes.
    func payloadGB(atLeastKiB minimum: Quantity) throws(ArithmeticError) -> Figure {
        guard minimum > 0, let name = eventsParameter else { return try payloadGB() }
        if let flow, !has("payload_kb"), !has(name) {
            var total = Quantity.zero
            for size in flow.sizes {
                total = try total + Quantity(size.count) * Swift.max(Quantity(size.kib), minimum)
            }
            return try scaled(Figure(total, "KB, each at least \(minimum.formatted()) KB"), by: flow)
                / Figure(1_048_576, "KB/GB")
        }
        return try number(name) * number("payload_kb").atLeast(minimum, "KB") / Figure(1_048_576, "KB/GB")
    }

    /// Recorded answers in GB of 2³⁰ bytes; nil when the traffic does not say.
    func responseGB() throws(ArithmeticError) -> Figure? {
        guard let flow, flow.responseBytes > 0 else { return nil }
        return try scaled(Figure(Quantity(flow.responseBytes), "bytes"), by: flow) / Figure(1_073_741_824, "bytes/GB")
    }

    func recorded(_ value: (EventFlow) -> Quantity?, _ unit: String) throws(ArithmeticError) -> Figure? {
        guard let flow, let count = value(flow) else { return nil }
        return try scaled(Figure(count, unit), by: flow)
    }
}

/// Collects what a rule bills. A quantity of zero makes no line.
public struct Meter {
    let service: String
    let offerCode: String
    let region: String
    let label: String?
    public private(set) var usages: [Usage] = []

    /// - Parameters:
    ///   - label: What a person calls it.
    ///   - usageType: AWS's, without the region's prefix.
    ///   - figure: In `unit`, rounded as AWS rounds.
    mutating func bill(
        _ label: String, _ usageType: String, _ figure: Figure, _ unit: String, operation: String? = nil,
        offer: String? = nil, region: String? = nil, free: FreeTier?..., factor: Quantity = 1,
        as service: String? = nil
    ) {
        guard figure.value > 0 else { return }
        let key = PriceKey(
            offerCode: offer ?? offerCode, region: region ?? self.region, usageType: usageType, operation: operation)
        let name = self.label.map { "\($0): \(label)" } ?? label
        var usage = Usage(service: service ?? self.service, label: name, key: key, figure: figure, unit: unit)
        (usage.freeTiers, usage.priceFactor) = (free.compactMap(\.self), factor)
        usages.append(usage)
    }

    /// Gives the line that was billed last a price of the workload's own, in dollars per unit.
    mutating func price(last usd: Quantity) throws(ArithmeticError) {
        guard let index = usages.indices.last else { return }
        usages[index].ownPrice = try USD(exactly: usd)
    }
}
