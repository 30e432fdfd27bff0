extension ServiceDefinition {
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
