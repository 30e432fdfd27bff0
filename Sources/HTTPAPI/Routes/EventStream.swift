import Domain
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import ServiceLifecycle

/// Server-sent events: a scenario's sums, now and whenever they change.
struct EventStream {
    var metrics: MetricsService
    var limits: LimitService
    var authentication: AuthenticationService

    private static let silence = 15  // seconds until a comment shows that the line still stands

    var endpoint: Endpoint {
        var endpoint = Endpoint(
            .get, "/api/v2/scenarios/{scenario_id}/events", id: "streamEvents", tag: "Metrics",
            "The sums, now and whenever they change.")
        endpoint.access = .user(.readMetrics)
        endpoint.details = """
            Server-sent events named `summary`, at most one a second, each with the body of …/summary. It ends when the \
            credential does. A plan allows so many at a time: beyond, 429.
            """
        endpoint.parameters = [ScenarioRoutes.scenarioID]
        endpoint.errors = [.invalid]
        endpoint.contentType = "text/event-stream"
        endpoint.answer = (["type": "string"], [:])
        endpoint.respond = { request in
            let id = try request.required(ScenarioRoutes.scenarioID)
            let place = try limits.openStream(request.caller)
            let first = try await metrics.metrics(id, by: request.caller)  // what is wrong is told as a problem
            return Response(
                status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
                body: ResponseBody { writer in
                    defer { withExtendedLifetime(place) {} }
                    try await send(first, id, to: request, &writer)
                    try await writer.finish(nil)
                })
        }
        return endpoint
    }

    private func send(
        _ first: Metrics, _ id: UUID, to request: APIRequest, _ writer: inout any ResponseBodyWriter
    ) async throws {
        var (last, quiet): ([UInt8], Int) = ([], 0)
        var current: Metrics? = first
        while let shown = current, !Task.isShuttingDownGracefully {
            var body = JSONWriter()
            MetricsBodies.summary.write(shown, &body)
            if body.bytes != last {
                (last, quiet) = (body.bytes, 0)
                try await writer.write(ByteBuffer(bytes: Array("event: summary\ndata: ".utf8) + last + [0x0a, 0x0a]))
            } else if quiet >= Self.silence {
                quiet = 0
                try await writer.write(ByteBuffer(string: ": still here\n\n"))
            }
            try await Task.sleep(for: .seconds(1))
            quiet += 1
            do { current = try await metrics.metrics(id, by: caller(request)) } catch is DomainError { current = nil }
        }
    }

    /// Who the credential is now: one that was revoked meanwhile hears no more.
    private func caller(_ request: APIRequest) async throws -> Caller {
        let secret = try Credentials.secret(request.request) ?? ""
        return try await authentication.caller(secret, from: request.origin)
    }
}
