extension ServiceDefinition {
    private static let freeStreamReads = FreeTier("dynamodb.streams", 2_500_000, .always)

    /// Writes in units of 1 KB, reads in units of 4 KB; an eventually consistent read is half a unit, a transactional
    /// read or write two. The free capacity (25 units × 744 h) and the free 25 GB are zero-priced bands of the price list.
    ///
    /// - Source: Amazon DynamoDB pricing pages; `docs/billing-rules.md`.
    static let dynamoDB = ServiceDefinition(
        "dynamodb", "Amazon DynamoDB", offer: "AmazonDynamoDB", page: "https://aws.amazon.com/dynamodb/pricing/",
        [
            .events("writes", "Items written."), .payload,
            .choice("mode", ["on_demand", "provisioned"], "Capacity mode."),
            .choice("table_class", ["standard", "standard_ia"], "Table class."),
            .choice("consistency", ["eventual", "strong", "transactional"], "Of reads."),
            .flag("transactional_writes", "Writes are transactional."),
            .number("reads", "reads", "Items read a month."),
            .number("reads_per_write", "reads", "Items read for each one written."),
            .number("read_kb", "KB", optional: true, "Size of an item read; `payload_kb` unless given."),
            .number("write_capacity_units", "WCU", "Provisioned write capacity."),
            .number("read_capacity_units", "RCU", "Provisioned read capacity."),
            .number("hours", "h", optional: true, "Hours the capacity is provisioned; the whole month unless given."),
            .number("replica_regions", "regions", "Global tables: further regions that every write goes to."),
            .text("replica_region", "Global tables: one of them, whose price counts; the workload's unless given."),
            .number("storage_gb", "GB", "Data stored."),
            .number("stream_reads", "requests", "GetRecords calls on streams, other than Lambda's."),
            .number("kinesis_change_units", "units", "Change data capture units to Kinesis, of 1 KB each."),
            .number("pitr_gb", "GB", "Point-in-time recovery: table size."),
            .number("backup_gb", "GB", "On-demand backups stored."),
            .number("restored_gb", "GB", "Data restored."),
            .number("exported_gb", "GB", "Data exported to S3."),
            .number("imported_gb", "GB", "Data imported from S3."),
        ]
    ) { input, meter in
        let ia = input.text("table_class") == "standard_ia"
        let prefix = ia ? "IA-" : ""
        let suffix = ia ? ", Standard-IA" : ""
        if input.text("mode") == "on_demand" {
            try input.requestUnits(prefix: prefix, suffix: suffix, &meter)
        } else {
            let hours = try input.hours()
            let writes = try input.number("write_capacity_units") * hours
            let reads = try input.number("read_capacity_units") * hours
            meter.bill("Write capacity" + suffix, prefix + "WriteCapacityUnit-Hrs", writes, "Hrs")
            meter.bill("Read capacity" + suffix, prefix + "ReadCapacityUnit-Hrs", reads, "Hrs")
            let replicated = try writes * input.number("replica_regions")
            meter.bill(
                "Replicated write capacity", prefix + "ReplWriteCapacityUnit-Hrs", replicated, "Hrs",
                region: input.given(text: "replica_region"))
        }
        meter.bill("Storage" + suffix, prefix + "TimedStorage-ByteHrs", try input.number("storage_gb"), "GB-Mo")
        meter.bill(
            "Stream reads", "Streams-Requests", try input.number("stream_reads"), "Requests", free: freeStreamReads)
        meter.bill(
            "Change data capture", "ChangeDataCaptureUnits-Kinesis", try input.number("kinesis_change_units"), "Units")
        meter.bill("Point-in-time recovery", "TimedPITRStorage-ByteHrs", try input.number("pitr_gb"), "GB-Mo")
        meter.bill("Backups", "TimedBackupStorage-ByteHrs", try input.number("backup_gb"), "GB-Mo")
        meter.bill("Restore", "RestoreDataSize-Bytes", try input.number("restored_gb"), "GB")
        meter.bill("Export to S3", "ExportDataSize-Bytes", try input.number("exported_gb"), "GB")
        meter.bill("Import from S3", "ImportDataSize-Bytes", try input.number("imported_gb"), "GB")
    }
}

extension ServiceInput {
    fileprivate func requestUnits(prefix: String, suffix: String, _ meter: inout Meter) throws {
        var writes = try units(ofKiB: 1)
        if flag("transactional_writes") { writes = try writes * Figure(2, "transactional") }
        meter.bill("Write request units" + suffix, prefix + "WriteRequestUnits", writes, "Requests")
        let replicated = try writes * number("replica_regions")
        meter.bill(
            "Replicated write units", prefix + "ReplWriteRequestUnits", replicated, "Requests",
            region: given(text: "replica_region"))

        let factor: Figure =
            switch text("consistency") {
            case "strong": Figure(1)
            case "transactional": Figure(2, "transactional")
            default: Figure(Quantity.ratio(1, 2), "eventually consistent")
            }
        var reads = Figure(0, "reads")
        if let size = try given("read_kb") ?? given("payload_kb") {
            let each = try (size / Figure(4, "KB")).roundedUp(to: 1).atLeast(1)
            reads = try (number("reads") + number("writes") * number("reads_per_write")) * each
        } else {
            let writes = try number("writes")
            let each = writes.value > 0 ? try units(ofKiB: 4) / writes : Figure(1)  // the mean of the recorded items
            reads = try units(ofKiB: 4) * number("reads_per_write") + number("reads") * each
        }
        meter.bill("Read request units" + suffix, prefix + "ReadRequestUnits", try reads * factor, "Requests")
    }
}
