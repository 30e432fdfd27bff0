extension ServiceDefinition {
    private static let freeLogs = FreeTier("cloudwatch.logs", 5, .always)
    private static let freeTail = FreeTier("cloudwatch.live_tail", 1_800, .always)

    /// Ingestion by GB, storage of the compressed data, Insights by GB scanned; one free allowance of 5 GB covers all three.
    ///
    /// - Source: Amazon CloudWatch pricing page; `docs/billing-rules.md`. Compression to 15 % is what its examples assume.
    static let cloudWatchLogs = ServiceDefinition(
        "cloudwatch_logs", "Amazon CloudWatch Logs", offer: "AmazonCloudWatch",
        page: "https://aws.amazon.com/cloudwatch/pricing/",
        [
            .events("events", "Log events ingested."), .payload,
            .number(
                "bytes_per_event", "bytes", optional: true,
                "Size of one log event, instead of the recorded or given payload; AWS adds no overhead here."),
            .choice("class", ["standard", "infrequent_access"], "Log class."),
            .number("ingested_gb", "GB", "Data ingested, beside the events."),
            .number("retention_days", "days", "Days that ingested data is kept."),
            .number("compression", "", .ratio(15, 100), "Stored size as a part of the ingested."),
            .number("stored_gb_month", "GB-month", "Compressed data stored, beside what retention makes."),
            .number("insights_scanned_gb", "GB", "Data that Logs Insights queries scan."),
            .number("data_protection_gb", "GB", "Data scanned for masking."),
            .number("live_tail_minutes", "minutes", "Live Tail sessions."),
            .number("vended_gb", "GB", "Vended logs delivered to CloudWatch Logs."),
            .number("vended_to_s3_gb", "GB", "Vended logs delivered to S3."),
        ]
    ) { input, meter in
        var data = try input.payloadGB()
        if let size = try input.given("bytes_per_event") {
            data = try input.number("events") * size / Figure(1_073_741_824, "bytes/GB")
        }
        data = try data + input.number("ingested_gb")
        let infrequent = input.text("class") == "infrequent_access"
        meter.bill(
            infrequent ? "Ingestion (infrequent access)" : "Ingestion",
            infrequent ? "DataProcessingIA-Bytes" : "DataProcessing-Bytes", data, "GB",
            free: infrequent ? nil : freeLogs)
        let kept =
            try data * input.number("compression") * input.number("retention_days") * Figure(24, "h/day")
            / Figure(input.monthHours, "h a month")
        meter.bill(
            "Storage", "TimedStorage-ByteHrs", try kept + input.number("stored_gb_month"), "GB-Mo", free: freeLogs)
        meter.bill(
            "Insights queries", "DataScanned-Bytes", try input.number("insights_scanned_gb"), "GB", free: freeLogs)
        meter.bill("Data protection", "DataProtection-Bytes", try input.number("data_protection_gb"), "GB")
        meter.bill("Live Tail", "Logs-LiveTail", try input.number("live_tail_minutes"), "Minutes", free: freeTail)
        meter.bill("Vended logs", "VendedLog-Bytes", try input.number("vended_gb"), "GB")
        meter.bill("Vended logs to S3", "S3-Egress-Bytes", try input.number("vended_to_s3_gb"), "GB")
    }
}
