extension ServiceDefinition {
    private static let freeHours = FreeTier("rds.hours", 750, .firstYear)
    private static let freeStorage = FreeTier("rds.storage", 20, .firstYear)

    /// Engines by AWS's operation code, which is how the price list tells them apart.
    private static let operations = [
        "postgres": "CreateDBInstance:0014", "mysql": "CreateDBInstance:0002",
        "aurora-mysql": "CreateDBInstance:0016", "aurora-postgresql": "CreateDBInstance:0021",
    ]

    /// Instances per second with a minimum of 10 minutes; storage and provisioned IOPS by the month. A Multi-AZ instance
    /// has prices of its own. Aurora bills storage, I/O requests (none with I/O-Optimized) and Serverless v2 capacity.
    ///
    /// - Source: Amazon RDS and Aurora pricing pages; `docs/billing-rules.md`.
    static let rds = ServiceDefinition(
        "rds", "Amazon RDS and Aurora", offer: "AmazonRDS", page: "https://aws.amazon.com/rds/pricing/",
        [
            .choice("engine", ["postgres", "mysql", "aurora-postgresql", "aurora-mysql"], "Database engine."),
            .text("class", "Instance class: db.t4g.medium."),
            .number("instances", "instances", 1, "Number of instances; for Aurora, writer and readers."),
            .number("hours", "h", optional: true, "Hours that each runs; the whole month unless given."),
            .flag("multi_az", "A standby in another Availability Zone (not Aurora)."),
            .number("storage_gb", "GB", "Storage."),
            .choice("storage_type", ["gp3", "gp2", "io1"], "Storage type (not Aurora)."),
            .number(
                "iops", "IOPS", "io1: IOPS provisioned. gp3: IOPS, of which 3,000 (12,000 from 400 GB on) are included."
            ),
            .number("backup_gb_month", "GB-month", "Backups beyond the size of the database."),
            .number("snapshot_export_gb", "GB", "Snapshots exported to S3."),
            .number("io_requests", "requests", "Aurora: I/O requests."),
            .flag(
                "io_optimized",
                "Aurora: I/O-Optimized, with its own prices for instances, capacity and storage; no I/O requests billed."
            ),
            .number("acu", "ACU", "Aurora Serverless v2: average capacity units."),
        ]
    ) { input, meter in
        let engine = input.text("engine")
        let (aurora, operation) = (engine.hasPrefix("aurora"), operations[engine])
        let multi = input.flag("multi_az")
        if aurora, multi { throw UsageError("multi_az", "Aurora has readers instead: set instances") }
        let instances = try input.number("instances")
        let hours = try input.hours().atLeast(Quantity.ratio(1, 6), "h")
        let optimized = aurora && input.flag("io_optimized")
        let usage = multi ? "Multi-AZUsage:" : optimized ? "InstanceUsageIOOptimized:" : "InstanceUsage:"
        if let type = input.given(text: "class") {
            let eligible = ["db.t2.micro", "db.t3.micro", "db.t4g.micro"].contains(type) && !multi && !aurora
            meter.bill(
                "Instances \(type) (\(engine))", usage + type,
                try instances * hours, "Hrs", operation: operation, free: eligible ? freeHours : nil)
        } else if input.has("instances"), aurora || !input.has("storage_gb") {
            throw UsageError("class", "is needed with instances")
        }
        if aurora { return try input.aurora(operation: operation, hours: hours, &meter) }
        let (kind, size) = (input.text("storage_type"), try input.number("storage_gb"))
        let prefix = multi ? "RDS:Multi-AZ-" : "RDS:"
        let names = ["gp3": "GP3-Storage", "gp2": "GP2-Storage", "io1": "PIOPS-Storage"]
        let free = kind == "io1" || multi ? nil : freeStorage
        meter.bill("Storage (\(kind))", prefix + (names[kind] ?? kind), try instances * size, "GB-Mo", free: free)
        let iops = try input.number("iops")
        if kind == "io1" {
            meter.bill("Provisioned IOPS", prefix + "PIOPS", try instances * iops, "IOPS-Mo")
        } else if kind == "gp3" {
            let included: Quantity = size.value >= 400 ? 12_000 : 3_000
            meter.bill(
                "IOPS (gp3)", prefix + "GP3-PIOPS", try instances * (iops - Figure(included, "IOPS included")),
                "IOPS-Mo")
        }
        meter.bill("Backups", "RDS:ChargedBackupUsage", try input.number("backup_gb_month"), "GB-Mo")
        meter.bill("Snapshot export", "RDS:SnapshotExportToS3", try input.number("snapshot_export_gb"), "GB")
    }
}

extension ServiceInput {
    fileprivate func aurora(operation: String?, hours: Figure, _ meter: inout Meter) throws {
        let optimized = flag("io_optimized")
        meter.bill(
            "Serverless v2 capacity", optimized ? "Aurora:ServerlessV2IOOptimizedUsage" : "Aurora:ServerlessV2Usage",
            try number("acu") * hours, "ACU-Hr",
            operation: operation)
        meter.bill(
            optimized ? "Storage (I/O-Optimized)" : "Storage",
            optimized ? "Aurora:IO-OptimizedStorageUsage" : "Aurora:StorageUsage", try number("storage_gb"), "GB-Mo")
        if !optimized { meter.bill("I/O requests", "Aurora:StorageIOUsage", try number("io_requests"), "IOs") }
        meter.bill("Backups", "Aurora:BackupUsage", try number("backup_gb_month"), "GB-Mo")
        meter.bill("Snapshot export", "RDS:SnapshotExportToS3", try number("snapshot_export_gb"), "GB")
    }
}
