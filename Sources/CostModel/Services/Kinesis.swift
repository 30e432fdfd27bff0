extension ServiceDefinition {
    /// Provisioned: shard hours, and PUT payload units of 25 KB per record. On demand: each record rounded up to 1 KB,
    /// then GB in, GB out and stream hours.
    ///
    /// - Source: Amazon Kinesis Data Streams pricing page; `docs/billing-rules.md`.
    static let kinesis = ServiceDefinition(
        "kinesis", "Amazon Kinesis Data Streams", offer: "AmazonKinesis",
        page: "https://aws.amazon.com/kinesis/data-streams/pricing/",
        [
            .events("records", "Records put."), .payload,
            .choice("mode", ["on_demand", "provisioned"], "Capacity mode."),
            .number("streams", "streams", 1, "On demand: number of streams."),
            .number("shards", "shards", "Provisioned: number of shards."),
            .number("hours", "h", optional: true, "Hours the streams are there; the whole month unless given."),
            .number("ingested_gb", "GB", "On demand: data in, beside the records, as billed."),
            .number("retrieved_gb", "GB", "On demand: data out, beside that of `consumers`."),
            .number("fan_out_gb", "GB", "Data out with enhanced fan-out, beside that of `fan_out_consumers`."),
            .number(
                "extended_gb_month", "GB-month",
                "On demand: data kept between 24 h and 7 days, beside what `retention_hours` makes."),
            .number("long_term_gb_month", "GB-month", "Data kept beyond 7 days, beside what `retention_hours` makes."),
            .number("consumers", "consumers", "On demand: consumers that each read all data."),
            .number("fan_out_consumers", "consumers", "Consumers with enhanced fan-out, each reading all data."),
            .number(
                "retention_hours", "h", 24, 24...8_760,
                "How long records are kept; beyond 24 h and beyond 168 h cost more."),
            .number("long_term_read_gb", "GB", "Provisioned: data older than 7 days that is read."),
        ]
    ) { input, meter in
        let hours = try input.hours().roundedUp(to: 1, "h")
        let retention = try input.number("retention_hours")
        let extended = try min(retention.value, 168) - 24
        let longTerm = try retention - Figure(168, "h")
        let month = Figure(input.monthHours, "h a month")
        let fanOut = try input.number("fan_out_consumers")
        if input.text("mode") == "on_demand" {
            let data = try input.payloadGB(roundedUpToKiB: 1) + input.number("ingested_gb")
            let out = try data * input.number("consumers") + input.number("retrieved_gb")
            let fanned = try data * fanOut + input.number("fan_out_gb")
            let kept = try data * Figure(extended, "h") / month + input.number("extended_gb_month")
            let keptLong = try data * longTerm / month + input.number("long_term_gb_month")
            meter.bill("Stream hours", "OnDemand-StreamHour", try input.number("streams") * hours, "StreamHr")
            meter.bill("Data in", "OnDemand-BilledIncomingBytes", data, "GB")
            meter.bill("Data out", "OnDemand-BilledOutgoingBytes", out, "GB")
            meter.bill("Data out, enhanced fan-out", "OnDemand-BilledOutgoingEFOBytes", fanned, "GB")
            meter.bill("Extended retention", "OnDemand-ExtendedRetention-ByteHrs", kept, "GB-Mo")
            meter.bill("Long-term retention", "OnDemand-LongTermRetention-ByteHrs", keptLong, "GB-Mo")
            return
        }
        let shards = try input.number("shards")
        let shardHours = try shards * hours
        meter.bill("Shard hours", "Storage-ShardHour", shardHours, "ShardHour")
        meter.bill("PUT payload units", "PutRequestPayloadUnits", try input.units(ofKiB: 25), "PutRequest")
        if extended > 0 { meter.bill("Extended retention", "Extended-ShardHour", shardHours, "ShardHour") }
        let data = try input.payloadGB()
        meter.bill(
            "Long-term retention", "LongTermRetention-ByteHrs",
            try data * longTerm / month + input.number("long_term_gb_month"), "GB-Mo")
        meter.bill("Long-term reads", "LongTermRetention-ReadBytes", try input.number("long_term_read_gb"), "GB")
        meter.bill("Enhanced fan-out hours", "EnhancedFanoutHour", try shardHours * fanOut, "ConsumerShardHour")
        meter.bill("Enhanced fan-out data", "ReadBytes", try data * fanOut + input.number("fan_out_gb"), "GB")
    }
}
