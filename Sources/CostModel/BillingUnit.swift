/// Units as price lists spell them, and what one is in terms of another.
///
/// AWS writes the same unit in many ways (`Hrs`, `hours`, `Hours`) and sometimes quotes per thousand. A usage is only
/// ever priced in a unit that this table can convert to; anything else is an error, not a guess.
public struct BillingUnit: Hashable, Sendable {
    public var dimension: String
    public var size: Quantity  // in the dimension's base unit

    /// Whole things that are counted: requests, messages, metrics, keys. All are interchangeable but tokens per 1K.
    private static let counts: Set<String> = [
        "requests", "request", "api requests", "api calls", "calls", "count", "quantity", "notifications", "messages",
        "message", "invocations", "operations", "events", "evaluations", "items", "objects", "updates", "jobs", "runs",
        "traces", "metrics", "metricupdate", "alarms", "rules", "secrets", "keys", "tokens", "recipients", "chunks",
        "8k-chunks", "64k-chunks", "queries", "unit", "units", "ios", "putrequest", "statetransitions", "minutes",
        "readrequestunits", "writerequestunits", "replicatedwriterequestunits", "readrequests", "mau", "mo", "month",
        "months", "ip-mo", "tag-mo", "pipelines", "changedatacaptureunits", "elasticacheprocessingunit", "environments",
        "images", "documents", "pages", "iops-mo", "vectors", "dashboards", "users", "user-mo", "metric-mo", "zones",
        "elasticacheprocessingunits", "characters", "minute",
    ]
    private static let hours: Set<String> = [
        "hrs", "hours", "hour", "hr", "lcu-hrs", "shardhour", "consumershardhour", "streamhr", "dpu-hour", "dpu-hours",
        "acu-hr", "epu-hour", "dsu-hrs", "ocu-hours", "readcapacityunit-hrs", "writecapacityunit-hrs", "vcpu-hours",
        "replicatedwritecapacityunit-hrs", "ocu-hour", "acu-hrs", "nlcu-hrs", "glcu-hrs", "shard-hours",
    ]
    private static let others: [String: BillingUnit] = [
        "gb": .init(dimension: "GB", size: 1), "gigabytes": .init(dimension: "GB", size: 1),
        "gib": .init(dimension: "GB", size: 1),
        "tb": .init(dimension: "GB", size: 1_024), "terabytes": .init(dimension: "GB", size: 1_024),
        "gb-mo": .init(dimension: "GB-Mo", size: 1), "gb-month": .init(dimension: "GB-Mo", size: 1),
        "gb-seconds": .init(dimension: "GB-s", size: 1), "gb-second": .init(dimension: "GB-s", size: 1),
        "lambda-gb-second": .init(dimension: "GB-s", size: 1), "gb-s": .init(dimension: "GB-s", size: 1),
        "gb-hours": .init(dimension: "GB-h", size: 1), "gb-hrs": .init(dimension: "GB-h", size: 1),
        "vcpu-second": .init(dimension: "vCPU-s", size: 1), "vcpu-seconds": .init(dimension: "vCPU-s", size: 1),
        "1k tokens": .init(dimension: "count", size: 1_000), "1k requests": .init(dimension: "count", size: 1_000),
        "1m tokens": .init(dimension: "count", size: 1_000_000), "1k-tokens": .init(dimension: "count", size: 1_000),
        "1m requests": .init(dimension: "count", size: 1_000_000),
        "mibps-mo": .init(dimension: "MiBps-Mo", size: 1), "mbps-mo": .init(dimension: "MiBps-Mo", size: 1),
        "gibps-mo": .init(dimension: "MiBps-Mo", size: 1_024),
    ]

    /// A unit that is not in the table stands for itself alone.
    public init(_ name: String) {
        let lower = name.lowercased()
        if let known = Self.others[lower] {
            self = known
        } else if Self.counts.contains(lower) {
            self.init(dimension: "count", size: 1)
        } else if Self.hours.contains(lower) {
            self.init(dimension: "hours", size: 1)
        } else {
            self.init(dimension: lower, size: 1)
        }
    }

    init(dimension: String, size: Quantity) { (self.dimension, self.size) = (dimension, size) }
}
