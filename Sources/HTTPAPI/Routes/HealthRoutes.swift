import Domain
import Foundation
import HTTPTypes
import HummingbirdCore
import Hummingbird

/// Whether the server lives, and whether it can work.
struct HealthRoutes {
    var health: HealthService

    var endpoints: [Endpoint] {
        [
            check("/health", "getHealth"), check("/api/v2/health/ready", "getReady"), check("/ready", "getLokiReady"),
            live,
        ]
            + [startup, info]
    }

    private static func endpoint(_ path: String, _ id: String, _ summary: String) -> Endpoint {
        var endpoint = Endpoint(.get, path, id: id, tag: "Health", summary)
        endpoint.access = .anyone
        endpoint.limit = .none  // probes come from one address, often
        return endpoint
    }

    struct Status: Sendable {
        var isReady: Bool
        var parts: [String: Bool]
    }

    private static let status = Schema<Status>.answer(
        "Health",
        [
            Member(answer: "status", .plain, "ok or unavailable.") { $0.isReady ? "ok" : "unavailable" },
            Member(
                answer: "parts",
                Schema<[String: Bool]>(
                    description: ["type": "object", "additionalProperties": ["type": "boolean"]],
                    read: { _, _, _ in nil },
                    write: { parts, writer in
                        writer.object { writer in
                            for (name, isReady) in parts.sorted(by: { $0.key < $1.key }) {
                                writer.member(name) { $0.raw(isReady ? "true" : "false") }
                            }
                        }
                    }), "Whether each part can be used."
            ) { $0.parts },
        ])

    private func check(_ path: String, _ id: String) -> Endpoint {
        var endpoint = Self.endpoint(path, id, "Whether the server can do its work.")
        endpoint.errors = [.unavailable]
        return endpoint.answering(Self.status) { _ in
            let parts = await health.parts()
            guard parts.values.allSatisfy(\.self) else {
                let lost = parts.filter { !$0.value }.map(\.key).sorted().joined(separator: ", ")
                throw DomainError(.unavailable, "Cannot be used now: \(lost).")
            }
            return Answer(Status(isReady: true, parts: parts))
        }
    }

    private var live: Endpoint {
        Self.endpoint("/api/v2/health/live", "getLive", "Whether the server runs at all.")
            .answering(Self.status) { _ in Answer(Status(isReady: true, parts: [:])) }
    }

    private var startup: Endpoint {
        Self.endpoint("/api/v2/health/startup", "getStartup", "Whether the start is over.")
            .answering(Self.status) { _ in Answer(Status(isReady: true, parts: [:])) }
    }

    private var info: Endpoint {
        Self.endpoint("/api/v2/health/info", "getInfo", "Version and uptime.")
            .answering(
                .answer(
                    "Info",
                    [
                        Member(answer: "name", .plain, "The program.") { _ in "mockupaws" },
                        Member(answer: "version", .plain, "Its version.") { (info: HealthService) in info.version },
                        Member(answer: "started_at", .time, "When it began.") { $0.startedAt },
                        Member(answer: "uptime_seconds", .integer(), "Seconds since.") {
                            Int($0.ambient.now().timeIntervalSince($0.startedAt))
                        },
                    ])
            ) { _ in Answer(health) }
    }
}
