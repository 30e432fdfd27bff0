extension ServiceDefinition {
    private static let freeHours = FreeTier("opensearch.hours", 750, .firstYear)
    private static let freeStorage = FreeTier("opensearch.storage", 10, .firstYear)

    /// Instances by the started hour, gp3 storage, serverless capacity units.
    ///
    /// - Source: Amazon OpenSearch Service pricing page; `docs/billing-rules.md`.
    static let openSearch = ServiceDefinition(
        "opensearch", "Amazon OpenSearch Service", offer: "AmazonES",
        page: "https://aws.amazon.com/opensearch-service/pricing/",
        [
            .text("instance_type", "Data node type: r7g.large (with or without .search)."),
            .number("instances", "instances", 1, "Number of nodes."),
            .number("hours", "h", optional: true, "Hours that they run; the whole month unless given."),
            .number("storage_gb", "GB", "gp3 storage of all nodes."),
            .number("throughput_mibps", "MiBps", "gp3 throughput above what is included."),
            .number("indexing_ocu", "OCU", "Serverless: average indexing units."),
            .number("search_ocu", "OCU", "Serverless: average search units."),
            .number("serverless_storage_gb", "GB", "Serverless: data in S3."),
        ]
    ) { input, meter in
        let hours = try input.hours().roundedUp(to: 1, "h")
        if let given = input.given(text: "instance_type") {
            let type = given.hasSuffix(".search") ? String(given.dropLast(".search".count)) : given
            let eligible = ["t2.small", "t3.small"].contains(type)
            meter.bill(
                "Instances \(type)", "ESInstance:" + type, try input.number("instances") * hours, "Hrs",
                free: eligible ? freeHours : nil)
        } else if input.has("instances") {
            throw UsageError("instance_type", "is needed with instances")
        }
        meter.bill("Storage (gp3)", "ES:GP3-Storage", try input.number("storage_gb"), "GB-Mo", free: freeStorage)
        meter.bill(
            "Throughput (gp3)", "ES:GP3-Provisioned-ThroughPut", try input.number("throughput_mibps"), "MiBps-Mo")
        meter.bill("Serverless indexing", "IndexingOCU", try input.number("indexing_ocu") * hours, "OCU-hours")
        meter.bill("Serverless search", "SearchOCU", try input.number("search_ocu") * hours, "OCU-hours")
        meter.bill("Serverless storage", "StorageUsedInS3ByteHour", try input.number("serverless_storage_gb"), "GB-Mo")
    }
}
