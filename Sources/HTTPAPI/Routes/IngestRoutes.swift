import Domain
import Foundation
import HTTPTypes
import HummingbirdCore
import Hummingbird
import NIOCore
import Traffic

/// `/ingest`: traffic from log shippers and programs.
struct IngestRoutes {
    var intake: Intake

    private static let format = Parameter<LogFormat>.query(
        "format", .choice, "The log format of the body; unless given, what the content type says.")

    var endpoints: [Endpoint] {
        [
            generic(.post, "/ingest", id: "ingest"), generic(.put, "/ingest", id: "ingestPut"),
            generic(.post, "/", id: "ingestAtRoot"), probe, samples,
        ]
    }

    private func generic(_ method: HTTPRequest.Method, _ path: String, id: String) -> Endpoint {
        var endpoint = Endpoint(method, path, id: id, tag: "Ingest", "Send traffic to a scenario.")
        endpoint.details = """
            JSON (an object, an array, or objects one after another), NDJSON, text lines, MessagePack or a form; gzip, \
            deflate, zstd and snappy are taken, up to 1 GiB inflated. An answer of 200 means that the delivery is stored. \
            Damaged records are counted and told, the others are kept. The same bytes sent again count once when every \
            record has a time of its own, or when Idempotency-Key names the delivery; without one, so does each record \
            with a time and an id, event_id or @id, however it is batched.
            """
        endpoint.parameters = Intake.parameters + [Self.format]
        endpoint.errors = Intake.errors
        endpoint.takesTraffic()
        let types = [
            "application/json", "application/x-ndjson", "text/plain", "application/msgpack",
            "application/x-www-form-urlencoded",
        ]
        return endpoint.taking(anyOf: types).answering(Self.receipt) { request in
            let type = request.request.headers[.contentType]?.lowercased() ?? ""
            if let format = try request(Self.format) { return Answer(try await intake.meter(request, as: format)) }
            if type.contains("msgpack") {
                var reader = MessagePackReader()
                return Answer(try await intake.take(request, &reader).receipt)
            }
            if type.contains("form-urlencoded") { return Answer(try await form(request)) }
            return Answer(try await intake.meter(request, as: Self.format(of: type)))
        }
    }

    /// A form where it is one indeed: curl and others call everything a form.
    private func form(_ request: APIRequest) async throws -> IngestService.Receipt {
        let length = request.request.headers[.contentLength].flatMap { Int($0) } ?? .max
        guard length <= Endpoint.maximumBodyBytes, request.request.headers[.contentEncoding] == nil else {
            return try await intake.meter(request, as: .auto)
        }
        var held = request
        let body = try await intake.held(request)
        held.request.body = RequestBody(buffer: body)
        guard FormReader.isForm(body.readableBytesView) else { return try await intake.meter(held, as: .auto) }
        var reader = FormReader()
        return try await intake.take(held, &reader).receipt
    }

    /// What a content type says.
    private static func format(of type: String) -> LogFormat {
        if type.contains("ndjson") { return .ndjson }
        return type.hasPrefix("text/") ? .lines : type.contains("json") ? .json : .auto
    }

    private var samples: Endpoint {
        var endpoint = Endpoint(
            .get, "/api/v2/scenarios/{scenario_id}/samples", id: "listSamples", tag: "Ingest",
            "A few of the events that were sent, redacted.")
        endpoint.details = """
            The newest first: up to three events of a delivery, of at most one delivery a second; the last 100 are kept. \
            PII and secrets that were found are blotted out.
            """
        endpoint.parameters = [ScenarioRoutes.scenarioID]
        endpoint.access = .user(.readMetrics)
        return endpoint.answering(.list(Self.sample)) { request in
            Answer(
                try await intake.ingest.samples(of: try request.required(ScenarioRoutes.scenarioID), by: request.caller)
            )
        }
    }

    /// Vector's health check.
    private var probe: Endpoint {
        var endpoint = Endpoint(.head, "/ingest", id: "ingestProbe", tag: "Ingest", "Whether traffic is taken here.")
        endpoint.access = .anyone
        endpoint.respond = { _ in Response(status: .ok) }
        return endpoint
    }

    private static let receipt = Schema<IngestService.Receipt>.answer(
        "IngestReceipt",
        [
            Member(answer: "accepted", .integer(), "Records metered.") { $0.accepted },
            Member(answer: "rejected", .integer(), "Records that could not be read.") { $0.rejected },
            Member(answer: "duplicates", .integer(), "Records of a delivery that was stored before.") { $0.duplicates },
            Member(answer: "errors", .list(reject), "The first of the rejected.") { $0.samples },
        ])

    private static let sample = Schema<KeptSample>.answer(
        "EventSample",
        [
            Member(answer: "id", .id, "Its id.") { $0.id },
            Member(answer: "received_at", .time, "When its delivery came.") { $0.receivedAt },
            Member(answer: "time", Schema<Date>.time.orNull, "The event's own time, to the minute.") {
                $0.event.minute.map { Date(timeIntervalSince1970: Double($0) * 60) }
            },
            Member(answer: "bytes", .integer(), "Its payload in bytes.") { $0.event.bytes },
            Member(answer: "text", .plain, "Its first 2,000 bytes, redacted.") { $0.event.text },
        ])

    private static let reject = Schema<RejectSample>.answer(
        "RejectedRecord",
        [
            Member(answer: "line", .integer(), "Its line, from 1.") { $0.line },
            Member(answer: "reason", .plain, "Why.") { "\($0.reason)" },
            Member(answer: "excerpt", .plain, "Its beginning, blotted out.") { $0.excerpt },
        ])
}
