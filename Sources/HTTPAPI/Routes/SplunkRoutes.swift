import Domain
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore

/// Splunk's HTTP Event Collector.
struct SplunkRoutes {
    var intake: Intake

    private static let channel = Parameter<String>.header(
        "X-Splunk-Request-Channel", .header(0...255), "The channel; may be a scenario's id.")
    private static let source = Parameter<String>.query("source", .text(0...255), "What the lines come from.")
    private static let host = Parameter<String>.query("host", .text(0...255), "Where they come from.")

    var endpoints: [Endpoint] {
        let root = "/services/collector"
        return [
            event(root, id: "splunkCollect"), event(root + "/event", id: "splunkEvent"),
            event(root + "/event/1.0", id: "splunkEventVersioned"), raw(root + "/raw", id: "splunkRaw"),
            raw(root + "/raw/1.0", id: "splunkRawVersioned"), health(root + "/health", id: "splunkHealth"),
            health(root + "/health/1.0", id: "splunkHealthVersioned"), acknowledge(root + "/ack"),
        ]
    }

    private struct Reply: Sendable {
        var text: String
        var code: Int
        var invalidEvent: Int?

        static let success = Reply(text: "Success", code: 0)
        static let healthy = Reply(text: "HEC is healthy", code: 17)

        func response(_ status: HTTPResponse.Status) -> Response {
            var writer = JSONWriter()
            SplunkRoutes.reply.write(self, &writer)
            return .json(writer.bytes, status: status)
        }
    }

    /// Splunk's own numbers.
    private static let refusal = Refusal(description: reply.description) { problem, request in
        let code =
            switch problem.status.code {
            case 401: Credentials.areIn(request) ? 4 : 2
            case 400, 413, 415: 6
            case 500: 8
            case 503: 9
            default: 7  // "incorrect index": the scenario
            }
        let text =
            code == 4 ? "Invalid token" : code == 2 ? "Token is required" : problem.detail ?? "Internal server error"
        return Reply(text: text, code: code).response(problem.status)
    }

    private static let reply = Schema<Reply>(
        description: ["$ref": "#/components/schemas/SplunkReply"],
        components: [
            "SplunkReply": [
                "type": "object", "required": ["text", "code"],
                "properties": [
                    "text": ["type": "string"], "code": ["type": "integer"],
                    "invalid-event-number": ["type": "integer"],
                ],
            ]
        ], read: { _, _, _ in nil }
    ) { reply, writer in
        writer.object { writer in
            writer.member("text") { $0.string(reply.text) }
            writer.member("code") { $0.raw(String(reply.code)) }
            if let event = reply.invalidEvent { writer.member("invalid-event-number") { $0.raw(String(event)) } }
        }
    }

    private func collector(_ path: String, id: String, _ summary: String) -> Endpoint {
        var endpoint = Endpoint(.post, path, id: id, tag: "Splunk", summary)
        endpoint.details = "An answer of 200 means that the delivery is stored."
        endpoint.parameters = Intake.parameters + [Self.channel]
        endpoint.errors = Intake.errors
        endpoint.takesTraffic()
        endpoint.refusal = Self.refusal
        return endpoint
    }

    private static let envelope: JSON = [
        "type": "object", "required": ["event"],
        "properties": [
            "time": ["type": "number", "minimum": 0, "maximum": .number("1e11")],
            "event": ["type": "string", "minLength": 1], "source": [:], "host": [:],
        ],
    ]

    private func event(_ path: String, id: String) -> Endpoint {
        let endpoint = collector(path, id: id, "Send traffic as Splunk events.")
            .taking(anyOf: ["application/json"], Self.envelope).answering(Self.reply) { request in
                var reader = SplunkEventReader()
                _ = try await intake.take(request, tenant: try request(Self.channel), &reader)
                return Answer(.success)
            }
        return Self.telling(endpoint)
    }

    /// Answers what is wrong with the data in HEC's own numbers.
    private static func telling(_ endpoint: Endpoint) -> Endpoint {
        var endpoint = endpoint
        let respond = endpoint.respond
        endpoint.respond = { request in
            do { return try await respond(request) } catch let problem as SplunkEventReader.Problem {
                let reply = Reply(text: problem.text, code: problem.code, invalidEvent: problem.event)
                return reply.response(.badRequest)
            }
        }
        return endpoint
    }

    private func raw(_ path: String, id: String) -> Endpoint {
        var endpoint = collector(path, id: id, "Send traffic as lines.")
        endpoint.parameters += [Self.source, Self.host]
        endpoint = endpoint.taking(anyOf: ["text/plain"], ["type": "string"]).answering(Self.reply) { request in
            var reader = TextLineReader(source: try request(Self.source) ?? request(Self.host))
            let receipt = try await intake.take(request, tenant: try request(Self.channel), &reader).receipt
            guard receipt.accepted + receipt.rejected + receipt.duplicates > 0 else {
                throw SplunkEventReader.Problem.noData
            }
            return Answer(.success)
        }
        return Self.telling(endpoint)
    }

    private func health(_ path: String, id: String) -> Endpoint {
        var endpoint = Endpoint(.get, path, id: id, tag: "Splunk", "Whether events are taken.")
        endpoint.access = .anyone
        return endpoint.answering(Self.reply) { _ in Answer(.healthy) }
    }

    /// What was answered with 200 is stored: every acknowledgement asked for is given.
    private func acknowledge(_ path: String) -> Endpoint {
        let acks = Schema<[Int]>.list(.integer())
        let question = Schema<[Int]>(
            description: [
                "type": "object", "required": ["acks"], "properties": ["acks": acks.description],
            ]
        ) { json, pointer, problems in
            acks.read(json["acks"] ?? .null, pointer + "/acks", &problems)
        } write: { _, _ in
        }
        let answer = Schema<[Int]>(
            description: ["type": "object", "properties": ["acks": ["type": "object"]]], read: { _, _, _ in nil }
        ) { acks, writer in
            writer.object { writer in
                writer.member("acks") { writer in
                    writer.object { writer in
                        for ack in Set(acks).sorted() { writer.member(String(ack)) { $0.raw("true") } }
                    }
                }
            }
        }
        var endpoint = Endpoint(
            .post, path, id: "splunkAcknowledge", tag: "Splunk", "Whether deliveries are stored.")
        endpoint.takesTraffic()
        return endpoint.taking(question, answering: answer) { _, acks in Answer(acks) }
    }
}
