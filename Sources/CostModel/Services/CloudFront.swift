extension ServiceDefinition {
    private static let freeOut = FreeTier("cloudfront.out", 1_024, .always, fillsBands: true)
    private static let freeRequests = FreeTier("cloudfront.requests", 10_000_000, .always)

    /// Data and requests at the price of the edge that serves them; 1 TB and 10 million requests a month are free.
    ///
    /// - Source: Amazon CloudFront pricing page; `docs/billing-rules.md`.
    static let cloudFront = ServiceDefinition(
        "cloudfront", "Amazon CloudFront", offer: "AmazonCloudFront",
        page: "https://aws.amazon.com/cloudfront/pricing/",
        [
            .events("requests", "Requests of viewers."), .payload,
            .choice(
                "edge", ["US", "EU", "CA", "JP", "AP", "AU", "IN", "SA", "ME", "ZA"],
                "Price class of the edge locations."),
            .choice("scheme", ["https", "http"], "Requests by HTTPS or HTTP."),
            .number("data_out_gb", "GB", "Data to viewers, beside recorded answers."),
            .number("origin_gb", "GB", "Data from the edge to the origin (uploads)."),
            .number("origin_shield_requests", "requests", "Requests to Origin Shield."),
            .text("origin_shield_region", "Region of Origin Shield, whose price counts; us-east-1 unless given."),
        ]
    ) { input, meter in
        let edge = "edge-" + input.text("edge")
        let sent = try input.responseGB() ?? input.payloadGB()
        let https = input.text("scheme") == "https"
        let requests = try input.number("requests")
        meter.bill(
            "Requests (\(input.text("scheme")))", https ? "Requests-Tier2-HTTPS" : "Requests-Tier1", requests,
            "Requests", region: edge, free: freeRequests)
        meter.bill(
            "Data to viewers", "DataTransfer-Out-Bytes", try sent + input.number("data_out_gb"), "GB", region: edge,
            free: freeOut)
        meter.bill("Data to origin", "DataTransfer-Out-OBytes", try input.number("origin_gb"), "GB", region: edge)
        meter.bill(
            "Origin Shield", "Requests-OriginShield", try input.number("origin_shield_requests"), "Requests",
            region: input.given(text: "origin_shield_region") ?? "us-east-1")
    }
}
