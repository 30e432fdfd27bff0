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
}
