extension ServiceDefinition {
    /// Data scanned, rounded up to a MB and to at least 10 MB for each query; 1 TB is 1,024⁴ bytes.
    ///
    /// - Source: Amazon Athena pricing page; `docs/billing-rules.md`.
    static let athena = ServiceDefinition(
        "athena", "Amazon Athena", offer: "AmazonAthena", page: "https://aws.amazon.com/athena/pricing/",
        [
            .events("queries", "Queries."),
            .number("scanned_mb", "MB", "Data that one query scans (1 MB = 1,024² bytes)."),
            .number("scanned_tb", "TB", "Further data scanned a month, as billed."),
            .number("provisioned_dpu_hours", "DPU-h", "Provisioned capacity."),
        ]
    ) { input, meter in
        var scanned = try input.number("scanned_tb")
        if input.has("scanned_mb") {
            let each = try input.number("scanned_mb").roundedUp(to: 1, "MB").atLeast(10, "MB")
            scanned = try input.number("queries") * each / Figure(1_048_576, "MB/TB") + scanned
        } else if scanned.value == 0, try input.number("queries").value > 0 {
            throw UsageError("scanned_mb", "is missing: what a query scans; each is billed for at least 10 MB")
        }
        meter.bill("Data scanned", "DataScannedInTB", scanned, "TB")
        meter.bill(
            "Provisioned capacity", "ProvisionedCapacity-DPU-Hour", try input.number("provisioned_dpu_hours"),
            "DPU-Hour")
    }
}
