/// What one storage class is called in usage types, and its minimums.
private struct StorageClass {
    var storage: String
    var tier1: String  // PUT, COPY, POST, LIST
    var tier2: String  // GET and all others
    var retrieval: String?
    var transition: String?
    var minimumKB: Quantity = 0  // billed size of a smaller object
    var minimumDays: Quantity = 0

    static let all: [String: StorageClass] = [
        "standard": .init(storage: "TimedStorage-ByteHrs", tier1: "Requests-Tier1", tier2: "Requests-Tier2"),
        "standard_ia": .init(
            storage: "TimedStorage-SIA-ByteHrs", tier1: "Requests-SIA-Tier1", tier2: "Requests-SIA-Tier2",
            retrieval: "Retrieval-SIA", transition: "Transition-SIA", minimumKB: 128, minimumDays: 30),
        "onezone_ia": .init(
            storage: "TimedStorage-ZIA-ByteHrs", tier1: "Requests-ZIA-Tier1", tier2: "Requests-ZIA-Tier2",
            retrieval: "Retrieval-ZIA", transition: "Transition-ZIA", minimumKB: 128, minimumDays: 30),
        "intelligent_tiering": .init(
            storage: "TimedStorage-INT-FA-ByteHrs", tier1: "Requests-Tier1", tier2: "Requests-Tier2",
            transition: "Transition-INT"),
        "glacier_ir": .init(
            storage: "TimedStorage-GIR-ByteHrs", tier1: "Requests-GIR-Tier1", tier2: "Requests-GIR-Tier2",
            retrieval: "Retrieval-GIR", transition: "Transition-GIR", minimumKB: 128, minimumDays: 90),
        "glacier": .init(
            storage: "TimedStorage-GlacierByteHrs", tier1: "Requests-GLACIER-Tier1", tier2: "Requests-Tier2",
            retrieval: "Retrieval-GLACIER", transition: "Transition-GLACIER", minimumDays: 90),
        "deep_archive": .init(
            storage: "TimedStorage-GDA-ByteHrs", tier1: "Requests-GDA-Tier1", tier2: "Requests-Tier2",
            retrieval: "Retrieval-GDA", transition: "Transition-GDA", minimumDays: 180),
        "express_one_zone": .init(
            storage: "TimedStorage-XZ-ByteHrs", tier1: "Requests-XZ-Tier1", tier2: "Requests-XZ-Tier2"),
    ]
}

extension ServiceDefinition {
    private static let freeStorage = FreeTier("s3.storage", 5, .firstYear)
    private static let freePuts = FreeTier("s3.put", 2_000, .firstYear)
    private static let freeGets = FreeTier("s3.get", 20_000, .firstYear)

    /// Storage in GB of 2³⁰ bytes; an IA or Glacier Instant object is at least 128 KB, a Glacier or Deep Archive object
    /// has 8 KB more at Standard price and 32 KB more at its own. Deleting before the minimum days (30, 90, 180) pays the
    /// rest. DELETE is free, LIST is priced as PUT. Intelligent-Tiering does not monitor objects under 128 KB.
    ///
    /// - Source: Amazon S3 pricing page; `docs/billing-rules.md`.
    static let s3 = ServiceDefinition(
        "s3", "Amazon S3", offer: "AmazonS3", page: "https://aws.amazon.com/s3/pricing/",
        [
            .events("put_requests", "PUT, COPY and POST requests."), .payload,
            .choice(
                "storage_class",
                [
                    "standard", "intelligent_tiering", "standard_ia", "onezone_ia", "glacier_ir", "glacier",
                    "deep_archive", "express_one_zone",
                ], "Storage class."),
            .number("storage_gb", "GB", "Data stored, on average over the month."),
            .number(
                describing: "stored_objects", "objects",
                "Objects stored, for the minimum and the overhead of each; their size is `object_kb`, or `storage_gb` shared among them."
            ),
            .number("object_kb", "KB", "Average size of a stored object."),
            .number("retention_days", "days", "In a step: days that each recorded payload stays stored."),
            .number("storage_hours", "h", optional: true, "Hours the data is stored; the whole month unless given."),
            .number("get_requests", "requests", "GET, SELECT and other requests."),
            .number("list_requests", "requests", "LIST requests, priced as PUT."),
            .number(describing: "delete_requests", "requests", "DELETE requests, free."),
            .number(describing: "retrieved_gb", "GB", "Data retrieved; free from some classes."),
            .choice("retrieval", ["standard", "expedited", "bulk"], "Glacier: speed of retrieval."),
            .number("lifecycle_transitions", "objects", "Objects moved into this class."),
            .number("monitored_objects", "objects", "Intelligent-Tiering: objects of 128 KB and more."),
            .number("infrequent_gb", "GB", "Intelligent-Tiering: data in the infrequent tier, beside `storage_gb`."),
            .number("archive_instant_gb", "GB", "Intelligent-Tiering: data in the archive instant tier."),
            .number("archive_gb", "GB", "Intelligent-Tiering: data in the archive tier."),
            .number("deep_archive_gb", "GB", "Intelligent-Tiering: data in the deep archive tier."),
            .number("deleted_early_gb", "GB", "Data deleted before the class's minimum days."),
            .number("deleted_after_days", "days", "Days it had been stored."),
            .number("tags", "tags", "Object tags."),
            .number("object_lambda_gb", "GB", "S3 Object Lambda: data returned, decimal GB."),
            .number("accelerated_gb", "GB", "Transfer Acceleration: out, or in over edges in US, EU and JP."),
            .number("batch_jobs", "jobs", "Batch Operations jobs."),
            .number("batch_objects", "objects", "Batch Operations objects."),
            .number("checksum_gb", "GB", "Data that checksums are computed over, decimal GB."),
        ]
    ) { input, meter in
        let name = input.text("storage_class")
        guard let kind = StorageClass.all[name] else { throw UsageError("storage_class", "'\(name)' is not known") }
        let puts = try input.number("put_requests") + input.number("list_requests")
        let standard = name == "standard"
        meter.bill("PUT and LIST requests (\(name))", kind.tier1, puts, "Requests", free: standard ? freePuts : nil)
        meter.bill(
            "GET requests (\(name))", kind.tier2, try input.number("get_requests"), "Requests",
            free: standard ? freeGets : nil)
        try input.storage(kind, name: name, free: standard ? freeStorage : nil, &meter)
        try input.retrieval(kind, name: name, &meter)
        if let transition = kind.transition {
            meter.bill(
                "Lifecycle transitions (\(name))", transition, try input.number("lifecycle_transitions"), "Requests")
        }
        meter.bill("Monitoring", "Monitoring-Automation-INT", try input.number("monitored_objects"), "Objects")
        meter.bill("Infrequent access tier", "TimedStorage-INT-IA-ByteHrs", try input.number("infrequent_gb"), "GB-Mo")
        meter.bill(
            "Archive instant tier", "TimedStorage-INT-AIA-ByteHrs", try input.number("archive_instant_gb"), "GB-Mo")
        meter.bill("Archive tier", "TimedStorage-INT-AA-ByteHrs", try input.number("archive_gb"), "GB-Mo")
        meter.bill("Deep archive tier", "TimedStorage-INT-DAA-ByteHrs", try input.number("deep_archive_gb"), "GB-Mo")
        meter.bill("Object tags", "TagStorage-TagHrs", try input.number("tags"), "Tag-Mo")
        meter.bill("Object Lambda", "ObjectLambda-Bytes", try input.number("object_lambda_gb"), "GB")
        meter.bill("Transfer Acceleration", "Acceleration-Bytes", try input.number("accelerated_gb"), "GB")
        meter.bill("Batch Operations jobs", "BatchOperations-Jobs", try input.number("batch_jobs"), "Jobs")
        meter.bill("Batch Operations objects", "BatchOperations-Objects", try input.number("batch_objects"), "Objects")
        meter.bill("Checksums", "ComputeChecksum-Bytes", try input.number("checksum_gb"), "GB")
    }
}

extension ServiceInput {
    fileprivate func storage(_ kind: StorageClass, name: String, free: FreeTier?, _ meter: inout Meter) throws {
        let objects = try number("stored_objects")
        let perGB = Figure(1_048_576, "KB/GB")
        var stored = try number("storage_gb")
        if objects.value > 0 {
            let each = try has("object_kb") ? number("object_kb") : stored * perGB / objects
            stored = try objects * each.atLeast(kind.minimumKB, "KB") / perGB
        }
        let days =
            try number("retention_days").value > 0 ? number("retention_days").atLeast(kind.minimumDays, "days") : nil
        let kept = try days.map { days throws(ArithmeticError) in
            try days * Figure(24, "h/day") / Figure(monthHours, "h")
        }
        if let kept { stored = try stored + payloadGB(atLeastKiB: kind.minimumKB) * kept }
        let part = has("storage_hours") ? try partOfMonth("storage_hours") : Figure(1)
        let arriving = try kept.map { kept throws(ArithmeticError) in try number("put_requests") * kept } ?? Figure(0)
        let archived = try objects + arriving
        if ["glacier", "deep_archive"].contains(name), archived.value > 0 {
            let index = try archived * Figure(8, "KB index") / perGB * part
            meter.bill("Object index (\(name))", "TimedStorage-ByteHrs", index, "GB-Mo")
            stored = try stored + archived * Figure(32, "KB metadata") / perGB
        }
        meter.bill("Storage (\(name))", kind.storage, try stored * part, "GB-Mo", free: free)
        let rest = try Figure(kind.minimumDays, "days") - number("deleted_after_days")
        let early = try number("deleted_early_gb") * rest * Figure(24, "h/day") / Figure(monthHours, "h a month")
        meter.bill("Early deletion (\(name))", kind.storage, early, "GB-Mo")
    }

    fileprivate func retrieval(_ kind: StorageClass, name: String, _ meter: inout Meter) throws {
        let retrieved = try number("retrieved_gb")
        guard retrieved.value > 0, let usageType = kind.retrieval else { return }
        let speed = text("retrieval")
        let isArchive = ["glacier", "deep_archive"].contains(name)
        guard speed == "standard" || isArchive, !(speed == "expedited" && name == "deep_archive") else {
            throw UsageError("retrieval", "\(name) has no \(speed) retrieval")
        }
        if speed == "bulk", name == "glacier" { return }  // free
        let suffix = speed == "standard" ? "" : "-" + speed.prefix(1).uppercased() + speed.dropFirst()
        meter.bill("Retrieval (\(name), \(speed))", usageType + suffix, retrieved, "GB")
    }
}
