extension ServiceDefinition {
    /// A started hour is a whole hour; every GB through the gateway is charged, to S3 in the same region as well.
    ///
    /// - Source: Amazon VPC pricing page, "NAT gateway"; `docs/billing-rules.md`.
    static let natGateway = ServiceDefinition(
        "nat_gateway", "NAT Gateway", offer: "AmazonEC2", page: "https://aws.amazon.com/vpc/pricing/",
        [
            .events("events", "Events whose payload passes the gateway."), .payload,
            .number("count", "gateways", 1, "Number of gateways."),
            .number("hours", "h", optional: true, "Hours that each is there; the whole month unless given."),
            .number("data_gb", "GB", "Data that all of them process, beside the events."),
        ]
    ) { input, meter in
        let hours = try input.hours().roundedUp(to: 1, "h")
        meter.bill("Hours", "NatGateway-Hours", try input.number("count") * hours, "Hrs")
        meter.bill("Data processed", "NatGateway-Bytes", try input.payloadGB() + input.number("data_gb"), "GB")
    }
}
