extension ServiceDefinition {
    private static let freeHours = FreeTier("ec2.hours", 750, .firstYear)
    private static let freeAddress = FreeTier("ec2.public_ipv4", 750, .firstYear)

    /// Per second, with a minimum of 60 seconds for each start. On-demand, Linux, shared tenancy.
    ///
    /// - Source: Amazon EC2 on-demand pricing page; `docs/billing-rules.md`.
    static let ec2 = ServiceDefinition(
        "ec2", "Amazon EC2", offer: "AmazonEC2", page: "https://aws.amazon.com/ec2/pricing/on-demand/",
        [
            .text("instance_type", required: true, "Instance type: m7g.large."),
            .number("count", "instances", 1, "Number of instances."),
            .number("hours", "h", optional: true, "Hours that each runs; the whole month unless given."),
            .number(
                "starts", "starts",
                "Runs a month of each instance, each of at least 60 s, where `seconds` says how long one is."),
            .number("seconds", "s", "Seconds of one run."),
            .number(
                "public_ipv4", "addresses",
                "Public IPv4 addresses in use, of all instances together, as long as one runs."),
            .text(
                "operation", "Another platform's operation: RunInstances:0002 is Windows. Needs an imported price list."
            ),
        ]
    ) { input, meter in
        let (type, count) = (input.text("instance_type"), try input.number("count"))
        let starts = try input.number("starts")
        let used: Figure
        var hours: Figure
        if starts.value > 0 {
            let run = try input.number("seconds").roundedUp(to: 1, "s").atLeast(60, "s")
            hours = try starts * run / Figure(3_600, "s/h")
            used = hours
        } else {
            used = try input.hours()
            hours = try (used * Figure(3_600, "s/h")).roundedUp(to: 1, "s").atLeast(60, "s") / Figure(3_600, "s/h")
            if hours.value == used.value { hours = used }
        }
        let operation = input.given(text: "operation") ?? "RunInstances"
        let eligible = ["t2.micro", "t3.micro", "t4g.micro"].contains(type)
        meter.bill(
            "Instances \(type)", "BoxUsage:" + type, try count * hours, "Hrs", operation: operation,
            free: eligible ? freeHours : nil)
        let addresses = try input.number("public_ipv4") * used
        meter.bill(
            "Public IPv4 addresses", "PublicIPv4:InUseAddress", addresses, "Hrs", offer: "AmazonVPC", free: freeAddress)
    }
}
