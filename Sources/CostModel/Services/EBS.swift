extension ServiceDefinition {
    private static let freeStorage = FreeTier("ebs.storage", 30, .firstYear)
    private static let freeSnapshots = FreeTier("ebs.snapshots", 1, .firstYear)

    /// Volumes per second, with a minimum of 60 seconds. gp3 has 3,000 IOPS and 125 MBps included; the bands of io2 IOPS
    /// (32,000 and 64,000) count for each volume on its own. Fast snapshot restore has a minimum of one hour, and API
    /// calls on snapshot blocks count per block of 512 KiB.
    ///
    /// - Source: Amazon EBS pricing page and its examples; `docs/billing-rules.md`.
    static let ebs = ServiceDefinition(
        "ebs", "Amazon EBS", offer: "AmazonEC2", page: "https://aws.amazon.com/ebs/pricing/",
        [
            .choice("type", ["gp3", "gp2", "io2", "io1", "st1", "sc1", "standard"], "Volume type."),
            .number("volumes", "volumes", 1, "Number of volumes."),
            .number("size_gb", "GB", "Size of each."),
            .number("hours", "h", optional: true, "Hours that each exists; the whole month unless given."),
            .number("iops", "IOPS", "IOPS provisioned for each (gp3: 3,000 are included)."),
            .number("throughput_mbps", "MBps", "gp3: throughput of each; 125 MBps are included."),
            .number("io_requests", "requests", "standard (magnetic): I/O requests."),
            .number("snapshot_gb_month", "GB-month", "Snapshots stored."),
            .number("archive_gb_month", "GB-month", "Snapshots in the archive tier; at least 90 days are charged."),
            .number("archive_retrieved_gb", "GB", "Data restored from the archive tier."),
            .number(describing: "archive_early_gb", "GB", "Snapshots that leave the archive before 90 days."),
            .number(
                "archived_hours", "h", "Hours they had been there; the rest is charged in whole hours, rounded down."),
            .number("fast_restore_snapshots", "snapshots", "Snapshots with fast restore enabled."),
            .number("fast_restore_zones", "zones", 1, "Availability Zones it is enabled in."),
            .number(
                "fast_restore_hours", "h", optional: true,
                "Hours it is enabled, at least 1; the whole month unless given."),
            .number("list_requests", "requests", "ListChangedBlocks and ListSnapshotBlocks calls."),
            .number("get_requests", "requests", "GetSnapshotBlock calls, of `block_kib` each."),
            .number("put_requests", "requests", "PutSnapshotBlock calls, of `block_kib` each."),
            .number("block_kib", "KiB", 512, "Size of a block."),
            .number("timed_copy_gb", "GB", "Snapshots copied within a set time."),
            .number("timed_copy_hours", "h", 8, .ratio(1, 4)...48, "That time; each has its own price."),
        ]
    ) { input, meter in
        try input.volumes(free: freeStorage, &meter)
        meter.bill(
            "Snapshots", "EBS:SnapshotUsage", try input.number("snapshot_gb_month"), "GB-Mo", free: freeSnapshots)
        meter.bill("Snapshot archive", "EBS:SnapshotArchiveStorage", try input.number("archive_gb_month"), "GB-Mo")
        let rest = try (Figure(2_160, "h") - input.number("archived_hours")).value.roundedDown
        let early = try input.number("archive_early_gb") * Figure(rest, "h") / Figure(input.monthHours, "h a month")
        meter.bill("Snapshot archive, early deletion", "EBS:SnapshotArchiveEarlyDelete", early, "GB-Mo")
        meter.bill(
            "Snapshot archive retrieval", "EBS:SnapshotArchiveRetrieval", try input.number("archive_retrieved_gb"), "GB"
        )
        let restore =
            try input.hours("fast_restore_hours").atLeast(1, "h") * input.number("fast_restore_snapshots")
            * input.number("fast_restore_zones")
        meter.bill("Fast snapshot restore", "EBS:FastSnapshotRestore", restore, "DSU-Hrs")
        let blocks = try (input.number("block_kib") / Figure(512, "KiB")).roundedUp(to: 1).atLeast(1)
        meter.bill("Snapshot API, list", "EBS:directAPI.snapshot.List", try input.number("list_requests"), "Requests")
        meter.bill(
            "Snapshot API, get", "EBS:directAPI.snapshot.Get", try input.number("get_requests") * blocks, "Requests")
        meter.bill(
            "Snapshot API, put", "EBS:directAPI.snapshot.Put", try input.number("put_requests") * blocks, "Requests")
        let time = try input.number("timed_copy_hours")
        meter.bill(
            "Timed copy in \(time.text)", "EBS:SnapshotTimedCopy.\(time.value.formatted())h",
            try input.number("timed_copy_gb"),
            "GB")
    }
}

extension ServiceInput {
    private static let names = ["io1": "piops", "io2": "io2", "gp3": "gp3", "gp2": "gp2", "st1": "st1", "sc1": "sc1"]

    fileprivate func volumes(free: FreeTier, _ meter: inout Meter) throws {
        let (type, volumes) = (text("type"), try number("volumes"))
        var part = Figure(1)
        let hours = try hours()
        if hours.value != monthHours {
            let seconds = try (hours * Figure(3_600, "s/h")).roundedUp(to: 1, "s").value
            let billed = try seconds < 60 && seconds > 0 ? Quantity(60) / 3_600 : seconds / 3_600
            part = try Figure(billed, "h") / Figure(monthHours, "h a month")
        }
        let usageType = Self.names[type].map { "EBS:VolumeUsage." + $0 } ?? "EBS:VolumeUsage"
        let eligible = ["gp2", "gp3", "standard"].contains(type)
        meter.bill(
            "Storage (\(type))", usageType, try volumes * number("size_gb") * part, "GB-Mo", free: eligible ? free : nil
        )
        meter.bill("I/O requests", "EBS:VolumeIOUsage", try number("io_requests"), "IOs")
        let iops = try number("iops")
        switch type {
        case "gp3":
            let extra = try iops - Figure(3_000, "IOPS included")
            meter.bill("IOPS (gp3)", "EBS:VolumeP-IOPS.gp3", try volumes * extra * part, "IOPS-Mo")
            let throughput = try number("throughput_mbps") - Figure(125, "MBps included")
            meter.bill("Throughput (gp3)", "EBS:VolumeP-Throughput.gp3", try volumes * throughput * part, "MBps-Mo")
        case "io1": meter.bill("IOPS (io1)", "EBS:VolumeP-IOPS.piops", try volumes * iops * part, "IOPS-Mo")
        case "io2":
            // AWS has a usage type for each band, filled by each volume for itself.
            let bands: [(String, Quantity, Quantity?)] = [
                ("", 0, 32_000), (".tier2", 32_000, 64_000), (".tier3", 64_000, nil),
            ]
            for (suffix, begin, end) in bands where iops.value > begin {
                let within = try min(iops.value, end ?? iops.value) - begin
                meter.bill(
                    "IOPS (io2\(suffix))", "EBS:VolumeP-IOPS.io2" + suffix, try volumes * Figure(within, "IOPS") * part,
                    "IOPS-Mo")
            }
        default: break
        }
    }
}
