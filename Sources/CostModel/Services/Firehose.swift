extension ServiceDefinition {
    /// Each record, not each batch, is rounded up to 5 KB, except on the way into Iceberg tables and where
    /// the source is a vended log. Tiers at 500 TB and 2 PB.
    ///
    /// - Source: Amazon Data Firehose pricing page; `docs/billing-rules.md`.
    static let firehose = ServiceDefinition(
        "firehose", "Amazon Data Firehose", offer: "AmazonKinesisFirehose",
        page: "https://aws.amazon.com/firehose/pricing/",
        [
            .events("records", "Records ingested."), .payload,
            .choice("source", ["direct_put", "kinesis", "vended_logs"], "Where records come from."),
            .flag("iceberg", "The destination is an Iceberg table: no rounding to 5 KB."),
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
        let data = try input.payloadGB(roundedUpToKiB: rounded ? 5 : nil) + input.number("ingested_gb")
        let usageType =
            switch input.text("source") {
            case "kinesis": "BilledBytes-KinesisSource"
            case "vended_logs": "BilledBytes-VendedLogs"
            default: "BilledBytes"
            }
        meter.bill("Data ingested (\(input.text("source")))", usageType, data, "GB")
        if input.flag("format_conversion") { meter.bill("Format conversion", "DataFormatConversion-Bytes", data, "GB") }
        if input.flag("dynamic_partitioning") {
            meter.bill("Dynamic partitioning", "DynamicPartitioning-Bytes", data, "GB")
        }
        meter.bill(
            "Partitioned objects", "DynamicPartitioning-Objects", try input.number("partition_objects"), "Objects")
        meter.bill("JQ processing", "DynamicPartitioning-JQ-Hours", try input.number("jq_hours"), "Hrs")
        meter.bill("VPC delivery hours", "VpcDelivery-Hours", try input.number("vpc_az_hours"), "Hrs")
        if input.flag("vpc_delivery") { meter.bill("VPC delivery data", "VpcDelivery-Bytes", data, "GB") }
    }
}
