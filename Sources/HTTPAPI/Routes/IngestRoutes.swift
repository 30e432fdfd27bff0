import Domain
import Foundation
import HTTPTypes
import HummingbirdCore
import Hummingbird
import NIOCore
import Traffic

/// `/ingest`: traffic from log shippers and programs.
struct IngestRoutes {
    var ingest: IngestService

    private static let scenarioHeader = Parameter.header("X-Scenario-ID", .id, "The scenario that the traffic is for.")
    private static let scenarioQuery = Parameter.query("scenario_id", .id, "The same, for clients that set no header.")
    private static let deliveryKey = Parameter<String>.header(
        "Idempotency-Key", .text(1...255), "Names the delivery; one that is sent again counts once.")

    private static let format = Parameter<LogFormat>.query(
        "format", .choice, "The log format of the body; unless given, what the content type says.")

    var endpoints: [Endpoint] { [generic(.post), generic(.put), probe] }

    private func generic(_ method: HTTPRequest.Method) -> Endpoint {
        var endpoint = Endpoint(
            method, "/ingest", id: method == .post ? "ingest" : "ingestPut", tag: "Ingest",
            "Send traffic to a scenario.")
        endpoint.details = """
            JSON (an object, an array, or objects one after another), NDJSON, or text lines; gzip and zstd are taken. An \
            answer of 200 means that the delivery is stored. Damaged records are counted and told, the others are kept.
            """
        endpoint.parameters = [Self.scenarioHeader, Self.scenarioQuery, Self.deliveryKey, Self.format]
        endpoint.errors = [.conflict, .notFound, .tooLarge]
        return endpoint.taking(anyOf: ["application/json", "application/x-ndjson", "text/plain"])
            .answering(Self.receipt) { request in
                let scenario = try await ingest.target(try Self.scenario(request), by: request.caller)
                let profile = try await Self.meter(request.request, try request(Self.format))
                return Answer(
                    try await ingest.take(profile, for: scenario, deliveryKey: try request(Self.deliveryKey)))
            }
    }

    /// Vector's health check.
    private var probe: Endpoint {
        var endpoint = Endpoint(.head, "/ingest", id: "ingestProbe", tag: "Ingest", "Whether traffic is taken here.")
        endpoint.access = .anyone
        endpoint.respond = { _ in Response(status: .ok) }
        return endpoint
    }

    /// Header, path prefix, query, or the key's own scenario; the first that is there.
    private static func scenario(_ request: APIRequest) throws -> UUID {
        if let id = try request(scenarioHeader) ?? request.prefixScenario ?? request(scenarioQuery) { return id }
        if let bound = try request.caller.scenario { return bound }
        throw DomainError(
            .invalid, "No scenario is named: send X-Scenario-ID, or put /s/<scenario id> before the path.")
    }

    private static func meter(_ request: Request, _ given: LogFormat?) async throws -> TrafficProfile {
        let type = request.headers[.contentType]?.lowercased() ?? ""
        let format: LogFormat =
            type.contains("ndjson") ? .ndjson : type.hasPrefix("text/") ? .lines : type.contains("json") ? .json : .auto
        let encoding = request.headers[.contentEncoding]?.lowercased() ?? "identity"
        guard ["identity", "gzip", "zstd"].contains(encoding) else {
            throw HTTPError(.unsupportedMediaType, message: "Send the body plain, or with gzip or zstd.")
        }
        var meter = TrafficMeter(
            options: MeterOptions(format: given ?? format, textCounts: true, maxLineBytes: 1 << 20),
            sourceName: "ingest")
        do {
            for try await chunk in request.body {
                try chunk.withUnsafeReadableBytes { try meter.consume($0) }
            }
            return try meter.finish()
        } catch let error as MeterError {
            throw HTTPError(.badRequest, message: "The body cannot be read: \(error).")
        }
    }

    private static let receipt = Schema<IngestService.Receipt>.answer(
        "IngestReceipt",
        [
            Member(answer: "accepted", .integer(), "Records metered.") { $0.accepted },
            Member(answer: "rejected", .integer(), "Records that could not be read.") { $0.rejected },
            Member(answer: "duplicates", .integer(), "Records of a delivery that was stored before.") { $0.duplicates },
            Member(answer: "errors", .list(reject), "The first of the rejected.") { $0.samples },
        ])

    private static let reject = Schema<RejectSample>.answer(
        "RejectedRecord",
        [
            Member(answer: "line", .integer(), "Its line, from 1.") { $0.line },
            Member(answer: "reason", .plain, "Why.") { "\($0.reason)" },
            Member(answer: "excerpt", .plain, "Its beginning, blotted out.") { $0.excerpt },
        ])
}
