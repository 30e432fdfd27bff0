extension ServiceDefinition {
    private static let freeHours = FreeTier("elasticache.hours", 750, .firstYear)
    private static let operations = [
        "valkey": "CreateCacheCluster:0003", "redis": "CreateCacheCluster:0002", "memcached": "CreateCacheCluster:0001",
    ]

    /// Nodes by the started hour; serverless by GB-hours stored (at least 1 GB, Valkey 100 MB) and by processing units.
    ///
    /// - Source: Amazon ElastiCache pricing page; `docs/billing-rules.md`.
    static let elastiCache = ServiceDefinition(
        "elasticache", "Amazon ElastiCache", offer: "AmazonElastiCache",
        page: "https://aws.amazon.com/elasticache/pricing/",
        [
            .choice("engine", ["valkey", "redis", "memcached"], "Engine."),
            .text("node_type", "Node type: cache.t4g.small. Without one the cache is serverless."),
            .number("nodes", "nodes", 1, "Number of nodes."),
            .number("hours", "h", optional: true, "Hours that the cache is there; the whole month unless given."),
            .number("stored_gb", "GB", "Serverless: average data stored."),
            .number("processing_units", "ECPUs", "Serverless: ElastiCache processing units a month."),
        ]
    ) { input, meter in
        let engine = input.text("engine")
        if let type = input.given(text: "node_type") {
            let hours = try input.hours().roundedUp(to: 1, "h")
            let eligible = ["cache.t2.micro", "cache.t3.micro"].contains(type)
            meter.bill(
                "Nodes \(type) (\(engine))", "NodeUsage:" + type, try input.number("nodes") * hours, "Hrs",
                operation: operations[engine], free: eligible ? freeHours : nil)
            return
        }
        if input.has("nodes") {
            throw UsageError("node_type", "is needed with nodes; without it the cache is serverless")
        }
        guard input.has("stored_gb") || input.has("processing_units") else { return }
        let name = engine.prefix(1).uppercased() + engine.dropFirst()
        let minimum = engine == "valkey" ? Quantity.ratio(1, 10) : 1
        let stored = try input.number("stored_gb").atLeast(minimum, "GB") * input.hours()
        meter.bill("Serverless storage (\(engine))", "CachedData:\(name)", stored, "GB-Hours")
        meter.bill(
            "Serverless processing (\(engine))", "ElastiCacheProcessingUnits:\(name)",
            try input.number("processing_units"), "Units")
    }
}
