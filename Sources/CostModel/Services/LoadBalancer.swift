/// What one capacity unit holds: new connections a second, active connections a minute, GB an hour, rules a second.
private struct CapacityUnit {
    var newConnections: Quantity
    var activeConnections: Quantity
    var gbPerHour: Quantity = 1
    var rules: Quantity?

    static let all: [String: CapacityUnit] = [
        "alb": .init(newConnections: 25, activeConnections: 3_000, rules: 1_000),
        "nlb": .init(newConnections: 800, activeConnections: 100_000),
        "nlb_tls": .init(newConnections: 50, activeConnections: 3_000),
        "nlb_udp": .init(newConnections: 400, activeConnections: 50_000),
        "gwlb": .init(newConnections: 600, activeConnections: 60_000),
    ]
}

extension ServiceDefinition {
    private static let freeHours = FreeTier("elb.hours", 750, .firstYear)
    private static let freeData = FreeTier("elb.classic-data", 15, .firstYear)
    private static let freeUnits = FreeTier("elb.lcu", 10_950, .firstYear)

    /// A started hour is a whole hour. Capacity units are the largest of four dimensions, not their sum.
    ///
    /// - Source: Elastic Load Balancing pricing page; `docs/billing-rules.md`.
    static let loadBalancer = ServiceDefinition(
        "load_balancer", "Elastic Load Balancing", offer: "AWSELB",
        page: "https://aws.amazon.com/elasticloadbalancing/pricing/",
        [
            .events("requests", "Requests; each opens a connection unless `new_connections_per_second` is given."),
            .payload,
            .choice("type", ["alb", "nlb", "gwlb", "classic"], "Balancer type."),
            .choice("protocol", ["tcp", "tls", "udp"], "NLB: traffic, for what a capacity unit holds."),
            .number(
                "count", "balancers", 1,
                "Number of balancers, with the same traffic each; recorded traffic is shared between them."),
            .number("hours", "h", optional: true, "Hours that each is there; the whole month unless given."),
            .number("lcu", "LCU", optional: true, "Average capacity units, where they are known."),
            .number("new_connections_per_second", "", optional: true, "New connections a second, on average."),
            .number("active_connections", "", "Active connections, sampled by the minute."),
            .number("processed_gb", "GB", optional: true, "Data that each balancer processes a month."),
            .flag("lambda_targets", "ALB: the data goes to Lambda, where a unit holds 0.4 GB an hour."),
            .number("rule_evaluations_per_second", "", "ALB: rule evaluations a second beyond 10 rules a request."),
        ]
    ) { input, meter in
        let type = input.text("type")
        let hours = try input.hours().roundedUp(to: 1, "h")
        let count = try input.number("count")
        let name = [
            "alb": "LoadBalancing:Application", "nlb": "LoadBalancing:Network", "gwlb": "LoadBalancing:Gateway",
        ]
        let data = try input.given("processed_gb") ?? input.processedGB()
        let eligible = type == "alb" || type == "classic"
        meter.bill(
            "Hours (\(type))", "LoadBalancerUsage", try count * hours, "Hrs", operation: name[type] ?? "LoadBalancing",
            free: eligible ? freeHours : nil)
        if type == "classic" {
            meter.bill("Data processed (classic)", "DataProcessing-Bytes", try count * data, "GB", free: freeData)
            return
        }
        let units =
            try input.given("lcu").map { try $0 * hours } ?? input.capacityUnits(type: type, data: data, hours: hours)
        meter.bill(
            "Capacity units (\(type))", "LCUUsage", try count * units, "LCU-Hrs", operation: name[type],
            free: type == "alb" ? freeUnits : nil)
    }
}

extension ServiceInput {
    fileprivate func processedGB() throws(ArithmeticError) -> Figure {
        let response = try responseGB() ?? Figure(0, "GB")
        return try (payloadGB() + response) / balancersOfRecorded()
    }

    /// Recorded traffic is that of all balancers together; given figures are those of one.
    private func balancersOfRecorded() throws(ArithmeticError) -> Figure {
        let count = try number("count")
        return flow == nil || has("requests") || count.value == 0 ? Figure(1) : count
    }

    /// Unit-hours: each dimension over what a unit holds of it; the largest counts.
    fileprivate func capacityUnits(type: String, data: Figure, hours: Figure) throws -> Figure {
        let kind = type == "nlb" && text("protocol") != "tcp" ? "nlb_" + text("protocol") : type
        guard var unit = CapacityUnit.all[kind] else { throw UsageError("type", "'\(type)' has no capacity units") }
        guard hours.value > 0 else { return hours }
        if flag("lambda_targets") { unit.gbPerHour = Quantity.ratio(2, 5) }
        let seconds = try hours * Figure(3_600, "s/h")
        let rate = try given("new_connections_per_second") ?? number("requests") / balancersOfRecorded() / seconds
        var dimensions = [
            try rate / Figure(unit.newConnections, "new a second") * hours,
            try number("active_connections") / Figure(unit.activeConnections, "active a minute") * hours,
            try data / Figure(unit.gbPerHour, "GB/h"),
        ]
        if let rules = unit.rules {
            dimensions.append(try number("rule_evaluations_per_second") / Figure(rules, "rules a second") * hours)
        }
        return dimensions.max { $0.value < $1.value } ?? Figure(0)
    }
}
