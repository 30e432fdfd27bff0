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

    /// Data scanned, rounded up to a MB and to at least 10 MB for each query; 1 TB is 1,024⁴ bytes.
    ///
    /// - Source: Amazon Athena pricing page; `docs/billing-rules.md`.
    static let athena = ServiceDefinition(
        "athena", "Amazon Athena", offer: "AmazonAthena", page: "https://aws.amazon.com/athena/pricing/",
        [
            .events("queries", "Queries."),
            .number("scanned_mb", "MB", "Data that one query scans (1 MB = 1,024² bytes)."),
            .number("scanned_tb", "TB", "Further data scanned a month, as billed."),
            .number("provisioned_dpu_hours", "DPU-h", "Provisioned capacity."),
        ]
    ) { input, meter in
        var scanned = try input.number("scanned_tb")
        if input.has("scanned_mb") {
            let each = try input.number("scanned_mb").roundedUp(to: 1, "MB").atLeast(10, "MB")
            scanned = try input.number("queries") * each / Figure(1_048_576, "MB/TB") + scanned
        } else if scanned.value == 0, try input.number("queries").value > 0 {
            throw UsageError("scanned_mb", "is missing: what a query scans; each is billed for at least 10 MB")
        }
        meter.bill("Data scanned", "DataScannedInTB", scanned, "TB")
        meter.bill(
            "Provisioned capacity", "ProvisionedCapacity-DPU-Hour", try input.number("provisioned_dpu_hours"),
            "DPU-Hour")
    }

    private static let freeMessages = FreeTier("ses.messages", 3_000, .firstYear)

    /// Outbound by recipient and by GB of attachments; inbound by message and by complete chunks of 256 KB.
    ///
    /// - Source: Amazon SES pricing page; `docs/billing-rules.md`.
    static let ses = ServiceDefinition(
        "ses", "Amazon SES", offer: "AmazonSES", page: "https://aws.amazon.com/ses/pricing/",
        [
            .events("recipients", "Recipients of outbound mail, one for each message and address."),
            .flag("from_ec2", "Sent from an application on EC2."),
            .number("attachments_gb", "GB", "Attachments sent."),
            .number("received", "messages", "Inbound messages."),
            .number("received_kb", "KB", "Size of an inbound message; only complete chunks of 256 KB count."),
            .number("dedicated_ips", "addresses", "Dedicated IP addresses."),
        ]
    ) { input, meter in
        let usageType = input.flag("from_ec2") ? "Recipients-EC2" : "Recipients"
        meter.bill("Outbound mail", usageType, try input.number("recipients"), "Recipients", free: freeMessages)
        meter.bill("Attachments", "AttachmentsSize-Bytes", try input.number("attachments_gb"), "GB")
        let received = try input.number("received")
        meter.bill("Inbound mail", "Message", received, "Message", free: freeMessages)
        let size = try input.number("received_kb")
        let chunks = Figure(try (size.value / 256).roundedDown, "whole 256 KB chunks")
        meter.bill("Inbound chunks", "ReceivedMailChunks", try received * chunks, "Chunks")
        meter.bill("Dedicated IPs", "DIP-Months", try input.number("dedicated_ips"), "IP-Mo")
    }
}
