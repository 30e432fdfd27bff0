extension ServiceDefinition {
    private static let freeDiscovery = FreeTier("eventbridge.discovery", 5_000_000, .always)

    /// Events, pipes and cross-account deliveries in 64 KB chunks, schema discovery in 8 KB chunks. Events of AWS's own
    /// services are free. Replayed events are billed as custom ones.
    ///
    /// - Source: Amazon EventBridge pricing page and its examples; `docs/billing-rules.md`.
    static let eventBridge = ServiceDefinition(
        "eventbridge", "Amazon EventBridge", offer: "AWSEvents", page: "https://aws.amazon.com/eventbridge/pricing/",
        [
            .events("events", "Custom events put on a bus."), .payload,
            .number("partner_events", "events", "Events of partners or opted-in sources, of the same size."),
            .number("replayed_events", "events", "Events replayed from an archive, of the same size."),
            .number(
                "cross_account_events", "events", "Custom events delivered to another account's bus, of the same size."),
            .number("api_destination_invocations", "invocations", "Invocations of API destinations."),
            .number("pipes_requests", "requests", "Requests to pipes, after filter and batch, of the same size."),
            .number("scheduler_invocations", "invocations", "Scheduler invocations; 14 million are free."),
            .flag("schema_discovery", "The bus discovers schemas."),
            .flag("archive", "Events are archived: processed once, then stored."),
            .number("archive_months", "months", 1, "Months that an archived event is kept."),
            .number("archived_gb", "GB", "Payload archived, beside that of `events`."),
            .number("archive_gb_month", "GB-month", "Archive storage, beside that of `events`."),
        ]
    ) { input, meter in
        func chunks(_ count: String, _ kib: Int) throws -> Figure {
            try input.number(count) * input.meanUnits(ofKiB: kib)
        }
        let custom = try input.units(ofKiB: 64) + chunks("replayed_events", 64)
        meter.bill("Custom events", "Event-64K-Chunks", custom, "64K-Chunks", operation: "PutEvents")
        meter.bill(
            "Partner events", "Event-64K-Chunks", try chunks("partner_events", 64), "64K-Chunks",
            operation: "ReceivedPartnerEvents")
        meter.bill(
            "Cross-account events", "CrossAccount-64K-Chunks", try chunks("cross_account_events", 64), "64K-Chunks")
        meter.bill(
            "API destinations", "ApiDestination-Invocations", try input.number("api_destination_invocations"),
            "Invocations")
        meter.bill("Pipes", "Pipes-64K-Chunks", try chunks("pipes_requests", 64), "64K-Chunks")
        meter.bill("Scheduler", "ScheduledInvocations", try input.number("scheduler_invocations"), "Invocations")
        if input.flag("schema_discovery") {
            meter.bill(
                "Schema discovery", "Event-8K-Chunks", try input.units(ofKiB: 8), "8K-Chunks", free: freeDiscovery)
        }
        let payload = input.flag("archive") ? try input.payloadGB() : Figure(0, "GB")
        meter.bill("Archive processing", "ArchivedEvents-Bytes", try payload + input.number("archived_gb"), "GB")
        let kept = try payload * input.number("archive_months") + input.number("archive_gb_month")
        meter.bill("Archive storage", "ArchivedEvents-ByteHrs", kept, "GB-Mo")
    }
}
