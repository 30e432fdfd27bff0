import CostModel
import Domain
import Foundation
import HTTPTypes
import Traffic

/// What scenarios cost: metrics, bills, what-if, estimates.
struct MetricsRoutes {
    var metrics: MetricsService

    var endpoints: [Endpoint] {
        [summary, light, bill, timeseries, whatIf, forecast, compare, estimate]
    }

    private static func endpoint(_ path: String, _ id: String, _ summary: String) -> Endpoint {
        var endpoint = Endpoint(.get, "/api/v2/scenarios/{scenario_id}/\(path)", id: id, tag: "Metrics", summary)
        endpoint.parameters = [ScenarioRoutes.scenarioID]
        endpoint.errors = [.invalid]
        endpoint.isKept = true
        endpoint.access = .user(.readMetrics)
        return endpoint
    }

    private static let refresh = Parameter.query(
        "refresh", .flag, "Read and price everything anew; else other processes' last second may be missing.")

    private var summary: Endpoint {
        var endpoint = Self.endpoint("metrics", "getMetrics", "What was sent and what it costs.")
        endpoint.parameters.append(Self.refresh)
        return endpoint.answering(MetricsBodies.metrics) { request in
            _ = try request(Self.refresh)  // an answer to it is never kept
            return Answer(try await found(request))
        }
    }

    private var light: Endpoint {
        Self.endpoint("summary", "getSummary", "The sums alone.")
            .answering(MetricsBodies.summary) { request in Answer(try await found(request)) }
    }

    private func found(_ request: APIRequest) async throws -> Metrics {
        try await metrics.metrics(try request.required(ScenarioRoutes.scenarioID), by: request.caller)
    }

    private var bill: Endpoint {
        var endpoint = Self.endpoint("bill", "getBill", "The bill, line by line, with the source of every price.")
        endpoint.details = "observed: what the recorded events cost; null without any. monthly: projected to a month."
        return endpoint.answering(MetricsBodies.bills) { request in
            Answer(try await found(request))
        }
    }

    private static let bucket = Parameter.query(
        "bucket_minutes", .integer(1...44_640), "Length of a bucket in minutes; 60 unless given.")

    private static let from = Parameter.query("from", .time, "Only buckets that begin at this time or later.")
    private static let before = Parameter.query("before", .time, "Only buckets that begin before this time.")
    private static let longestSeries = 50_000  // buckets

    private var timeseries: Endpoint {
        var endpoint = Self.endpoint("timeseries", "getTimeSeries", "Traffic over time, by the records' own times.")
        endpoint.details = "At most \(Self.longestSeries) buckets; those without traffic are left out."
        endpoint.parameters += [Self.bucket, Self.from, Self.before]
        return endpoint.answering(MetricsBodies.timeseries) { request in
            let id = try request.required(ScenarioRoutes.scenarioID)
            let minutes = try request(Self.bucket) ?? 60
            let (from, before) = (try request(Self.from) ?? .distantPast, try request(Self.before) ?? .distantFuture)
            let series = Bucket.series(try await metrics.traffic(of: id, by: request.caller), minutes: minutes)
                .filter { $0.start >= from && $0.start < before }
            guard series.count <= Self.longestSeries else {
                throw DomainError(
                    .invalid,
                    "There are \(series.count) buckets, more than \(Self.longestSeries): ask for longer ones.",
                    members: [.init(pointer: "bucket_minutes", detail: "is \(minutes)")])
            }
            return Answer(series)
        }
    }

    private var whatIf: Endpoint {
        var endpoint = Self.endpoint("what-if", "whatIf", "The bill of the same traffic under other decisions.")
        endpoint.method = .post
        endpoint.isKept = false
        endpoint.details = "Members that are left out stay as the scenario has them. Nothing is saved."
        return endpoint.taking(ScenarioBodies.patch, answering: MetricsBodies.bills) { request, patch in
            Answer(
                try await metrics.metrics(
                    try request.required(ScenarioRoutes.scenarioID), by: request.caller,
                    whatIf: { try ScenarioBodies.apply(patch, to: &$0) }))
        }
    }

    private static let factor = Parameter.query(
        "factor", .decimal(0.000001...1_000_000), "How many times the recorded traffic; 1 unless given.")

    private var forecast: Endpoint {
        var endpoint = Self.endpoint("forecast", "getForecast", "What so many times the traffic will cost a month.")
        endpoint.details = """
            The interval is that of the mean traffic at 95 %, from its variation between hours, or between minutes where \
            fewer than eight hours were observed.
            """
        endpoint.parameters.append(Self.factor)
        return endpoint.answering(MetricsBodies.forecast) { request in
            Answer(
                try await metrics.forecast(
                    try request.required(ScenarioRoutes.scenarioID), by: request.caller,
                    factor: try request(Self.factor) ?? 1))
        }
    }

    private var compare: Endpoint {
        var endpoint = Endpoint(
            .post, "/api/v2/scenarios/compare", id: "compareScenarios", tag: "Metrics", "Put scenarios side by side.")
        endpoint.access = .user(.readMetrics)
        endpoint.details = "Each with its own traffic, workload and region; differences are to the first."
        endpoint.errors = [.notFound]
        return endpoint.taking(MetricsBodies.comparison, answering: .list(MetricsBodies.compared)) { request, ids in
            var columns: [Compared] = []
            for (index, id) in ids.enumerated() {
                let found = try await Self.naming("/scenario_ids/\(index)") {
                    try await metrics.metrics(id, by: request.caller)
                }
                columns.append(Compared(metrics: found, first: columns.first?.metrics ?? found))
            }
            return Answer(columns)
        }
    }

    /// Says which member of the request an error is about.
    private static func naming<Value>(_ pointer: String, _ body: () async throws -> Value) async throws -> Value {
        do { return try await body() } catch let error as DomainError where error.members.isEmpty {
            var error = error
            error.members = [.init(pointer: pointer, detail: error.detail)]
            throw error
        }
    }

    private var estimate: Endpoint {
        var endpoint = Endpoint(.post, "/api/v2/estimate", id: "estimate", tag: "Metrics", "Price known usage.")
        endpoint.access = .user(.readPrices)
        endpoint.details = "A workload with fixed or usage items and no steps. Nothing is stored."
        return endpoint.taking(ScenarioBodies.draft, answering: MetricsBodies.bill) { _, draft in
            Answer(try metrics.estimate(draft))
        }
    }
}

/// A scenario beside the first of a comparison.
struct Compared: Sendable {
    var metrics: Metrics
    var first: Metrics
}

/// Traffic of a stretch of time.
struct Bucket: Sendable {
    var start: Date
    var traffic: TrafficProfile.Minute

    /// - Parameter minutes: Length of a bucket; they begin at multiples of it since 1970.
    static func series(_ profile: TrafficProfile, minutes: Int) -> [Bucket] {
        var buckets: [Bucket] = []
        for (minute, traffic) in profile.minutes {
            let start = Date(timeIntervalSince1970: Double(minute - ((minute % minutes) + minutes) % minutes) * 60)
            if buckets.last?.start != start { buckets.append(Bucket(start: start, traffic: .init())) }
            buckets[buckets.count - 1].traffic.merge(traffic)
        }
        return buckets
    }
}
