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

    private static let freeHealthChecks = FreeTier("route53.health-checks", 50, .always)

    /// Hosted zones, queries by routing policy, health checks. Alias queries to AWS resources are free.
    ///
    /// - Source: Amazon Route 53 pricing page; `docs/billing-rules.md`.
    static let route53 = ServiceDefinition(
        "route53", "Amazon Route 53", offer: "AmazonRoute53", page: "https://aws.amazon.com/route53/pricing/",
        [
            .events("queries", "Standard queries."),
            .number("hosted_zones", "zones", "Hosted zones; 25 at the first price."),
            .number("records_above_10000", "records", "Resource records above 10,000 in a zone."),
            .number("latency_queries", "queries", "Latency-based routing queries."),
            .number("geo_queries", "queries", "Geolocation and geoproximity queries."),
            .number("health_checks_aws", "checks", "Health checks of AWS endpoints."),
            .number("health_checks_other", "checks", "Health checks of other endpoints."),
            .number("health_check_options_aws", "options", "Options (HTTPS, string, fast, latency) on AWS endpoints."),
            .number("health_check_options_other", "options", "Options on other endpoints."),
        ]
    ) { input, meter in
        func bill(_ label: String, _ usageType: String, _ name: String, free: FreeTier? = nil) throws {
            meter.bill(label, usageType, try input.number(name), "Units", region: "global", free: free)
        }
        try bill("Hosted zones", "HostedZone", "hosted_zones")
        try bill("Records above 10,000", "RRSets", "records_above_10000")
        try bill("Standard queries", "DNS-Queries", "queries")
        try bill("Latency queries", "LBR-Queries", "latency_queries")
        try bill("Geo queries", "Geo-Queries", "geo_queries")
        try bill("Health checks, AWS", "Health-Check-AWS", "health_checks_aws", free: freeHealthChecks)
        try bill("Health checks, other", "Health-Check-Non-AWS", "health_checks_other")
        try bill("Health check options, AWS", "Health-Check-Option-AWS", "health_check_options_aws")
        try bill("Health check options, other", "Health-Check-Option-Non-AWS", "health_check_options_other")
    }
}
