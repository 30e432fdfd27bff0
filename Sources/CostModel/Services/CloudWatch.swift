extension ServiceDefinition {
    private static let freeMetrics = FreeTier("cloudwatch.metrics", 10, .always)
    private static let freeAlarms = FreeTier("cloudwatch.alarms", 10, .always)
    private static let freeDashboards = FreeTier("cloudwatch.dashboards", 3, .always)
    private static let freeRequests = FreeTier("cloudwatch.requests", 1_000_000, .always)
    private static let freeCanaries = FreeTier("cloudwatch.canaries", 100, .always)

    /// Every combination of dimensions is a metric; metrics, alarms and dashboards are prorated by the hour. The free
    /// alarms cover only those of standard resolution. GetMetricData is never free.
    ///
    /// - Source: Amazon CloudWatch pricing page; `docs/billing-rules.md`.
    static let cloudWatch = ServiceDefinition(
        "cloudwatch", "Amazon CloudWatch", offer: "AmazonCloudWatch",
        page: "https://aws.amazon.com/cloudwatch/pricing/",
        [
            .number("metrics", "metrics", "Custom metrics, one for every combination of dimensions."),
            .number(
                "hours", "h", optional: true,
                "Hours that metrics, alarms and dashboards exist; the whole month unless given."),
            .number("alarms", "alarm metrics", "Metrics that standard alarms watch."),
            .number("high_resolution_alarms", "alarm metrics", "Metrics that high-resolution alarms watch."),
            .number("composite_alarms", "alarms", "Composite alarms."),
            .number("dashboards", "dashboards", "Dashboards."),
            .number("api_requests", "requests", "API requests other than GetMetricData."),
            .number("get_metric_data_metrics", "metrics", "Metrics requested with GetMetricData."),
            .number("contributor_insights_rules", "rules", "Contributor Insights rules."),
            .number("canary_runs", "runs", "Synthetics canary runs."),
            .number("metric_stream_updates", "updates", "Metric updates streamed."),
        ]
    ) { input, meter in
        let part = try input.partOfMonth()
        func prorated(_ name: String) throws -> Figure { try input.number(name) * part }
        meter.bill("Custom metrics", "CW:MetricMonitorUsage", try prorated("metrics"), "Metrics", free: freeMetrics)
        meter.bill("Alarms", "CW:AlarmMonitorUsage", try prorated("alarms"), "Alarms", free: freeAlarms)
        meter.bill(
            "High-resolution alarms", "CW:HighResAlarmMonitorUsage", try prorated("high_resolution_alarms"), "Alarms")
        meter.bill("Composite alarms", "CW:CompositeAlarmMonitorUsage", try prorated("composite_alarms"), "Alarms")
        meter.bill("Dashboards", "DashboardsUsageHour", try prorated("dashboards"), "Dashboards", free: freeDashboards)
        meter.bill("API requests", "CW:Requests", try input.number("api_requests"), "Requests", free: freeRequests)
        meter.bill("GetMetricData", "CW:GMD-Metrics", try input.number("get_metric_data_metrics"), "Metrics")
        meter.bill(
            "Contributor Insights", "CW:ContributorInsightRules", try prorated("contributor_insights_rules"), "Rules")
        meter.bill("Canary runs", "CW:Canary-runs", try input.number("canary_runs"), "Runs", free: freeCanaries)
        meter.bill("Metric streams", "CW:MetricStreamUsage", try input.number("metric_stream_updates"), "Updates")
    }

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
