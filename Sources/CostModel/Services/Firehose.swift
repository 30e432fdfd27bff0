extension ServiceDefinition {
    /// Each record, not each batch, is rounded up to 5 KB, except on the way into Iceberg tables and where
    /// the source is a vended log. Partitioning counts the data as it is. Tiers at 500 TB and 2 PB.
    ///
    /// - Source: Amazon Data Firehose pricing page; `docs/billing-rules.md`.
    static let firehose = ServiceDefinition(
        "firehose", "Amazon Data Firehose", offer: "AmazonKinesisFirehose",
        page: "https://aws.amazon.com/firehose/pricing/",
        [
            .events("records", "Records ingested."), .payload,
            .choice("source", ["direct_put", "kinesis", "vended_logs"], "Where records come from."),
            .flag(
                "iceberg",
                "The destination is an Iceberg table: no rounding to 5 KB, GB of 10⁹ bytes, a price of its own."),
            .number("ingested_gb", "GB", "Data ingested, beside the records, as billed."),
            .flag("format_conversion", "Records are converted to Parquet or ORC."),
            .flag("dynamic_partitioning", "Records are partitioned by content."),
            .number("partition_objects", "objects", "Objects that partitioning delivers to S3."),
            .number("jq_hours", "h", "JQ processing hours of partitioning."),
            .number("vpc_az_hours", "h", "VPC delivery: hours times Availability Zones."),
            .flag("vpc_delivery", "Data is delivered into a VPC."),
        ]
    ) { input, meter in
        let rounded = !input.flag("iceberg") && input.text("source") != "vended_logs"
        var payload = try input.payloadGB(roundedUpToKiB: rounded ? 5 : nil)
        if input.flag("iceberg") {
            payload = try payload * Figure(1_073_741_824, "bytes") / Figure(1_000_000_000, "bytes/GB")
        }
        let data = try payload + input.number("ingested_gb")
        let usageType =
            switch input.text("source") {
            case _ where input.flag("iceberg"): "BilledBytes-Iceberg"
            case "kinesis": "BilledBytes-KinesisSource"
            case "vended_logs": "BilledBytes-VendedLogs"
            default: "BilledBytes"
            }
        meter.bill("Data ingested (\(input.text("source")))", usageType, data, "GB")
        if input.flag("format_conversion") { meter.bill("Format conversion", "DataFormatConversion-Bytes", data, "GB") }
        if input.flag("dynamic_partitioning") {
            let partitioned = try input.payloadGB() + input.number("ingested_gb")
            meter.bill("Dynamic partitioning", "DynamicPartitioning-Bytes", partitioned, "GB")
        }
        meter.bill(
            "Partitioned objects", "DynamicPartitioning-Objects", try input.number("partition_objects"), "Objects")
        meter.bill("JQ processing", "DynamicPartitioning-JQ-Hours", try input.number("jq_hours"), "Hrs")
        meter.bill("VPC delivery hours", "VpcDelivery-Hours", try input.number("vpc_az_hours"), "Hrs")
        if input.flag("vpc_delivery") { meter.bill("VPC delivery data", "VpcDelivery-Bytes", data, "GB") }
    }
}
