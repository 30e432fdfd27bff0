extension ServiceDefinition {
    private static let freeEgress = FreeTier("data_transfer.internet_out", 100, .always)

    /// 100 GB a month to the internet are free over all regions and services; tiers are filled by the region's total.
    /// Between Availability Zones both sides pay.
    ///
    /// - Source: EC2 on-demand pricing page, "Data transfer"; `docs/billing-rules.md`.
    static let dataTransfer = ServiceDefinition(
        "data_transfer", "Data transfer", offer: "AWSDataTransfer",
        page: "https://aws.amazon.com/ec2/pricing/on-demand/",
        [
            .events("events", "Events that are sent out; in a replay of an access log, the recorded answers count."),
            .payload,
            .choice("direction", ["internet_out", "inter_region", "inter_az"], "Where the events' data goes."),
            .number("internet_out_gb", "GB", "Data to the internet, beside the events."),
            .number("inter_region_gb", "GB", "Data to another region, `to_region`."),
            .text("to_region", "That region."),
            .number("inter_az_gb", "GB", "Data between Availability Zones."),
            .whole("inter_az_sides", "sides", 2, 1...2, "Sides of it that this bill pays."),
        ]
    ) { input, meter in
        let sent = try input.responseGB() ?? input.payloadGB()
        func total(_ direction: String) throws -> Figure {
            let given = try input.number(direction + "_gb")
            return input.text("direction") == direction ? try sent + given : given
        }
        meter.bill("To the internet", "DataTransfer-Out-Bytes", try total("internet_out"), "GB", free: freeEgress)
        let between = try total("inter_region")
        if between.value > 0 {
            guard let destination = input.given(text: "to_region") else {
                throw UsageError("to_region", "is needed with data to another region")
            }
            meter.bill("To \(destination)", "AWS-Out-Bytes", between, "GB", operation: "to " + destination)
        }
        let zones = try total("inter_az") * input.number("inter_az_sides")
        meter.bill("Between Availability Zones", "DataTransfer-Regional-Bytes", zones, "GB")
    }
}
