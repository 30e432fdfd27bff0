import Domain
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Traffic

/// As much of Elasticsearch as log shippers ask for: `_bulk`, and what they probe before it.
struct ElasticsearchRoutes {
    var intake: Intake

    private static let index = Parameter.path("index", .plain, "The index; may be a scenario's id.")
    private static let name = Parameter.path("name", .plain, "The template or policy.")

    var endpoints: [Endpoint] {
        var endpoints = [
            bulk(.post, "/_bulk", id: "bulk"), bulk(.put, "/_bulk", id: "bulkPut"),
            bulk(.post, "/{index}/_bulk", id: "bulkIndex"), bulk(.put, "/{index}/_bulk", id: "bulkIndexPut"),
            probe(.get, "/", id: "getElasticsearch", "Which Elasticsearch this speaks like.", Self.about),
            probe(
                .get, "/_license", id: "getElasticsearchLicense", "Its licence.",
                ["license": ["status": "active", "type": "basic"]]),
            probe(
                .get, "/_cluster/health", id: "getElasticsearchHealth", "Its health.",
                ["cluster_name": "mockupaws", "status": "green", "number_of_nodes": 1]),
            probe(  // rsyslog's, before each batch
                .get, "/_cat/health", id: "getElasticsearchCatHealth", "Its health, as rsyslog asks for it.",
                ["cluster": "mockupaws", "status": "green"]),
        ]
        for (path, id) in [
            ("/_index_template/{name}", "IndexTemplate"), ("/_template/{name}", "Template"),
            ("/_ilm/policy/{name}", "LifecyclePolicy"),
        ] {
            endpoints.append(probe(.put, path, id: "put" + id, "Taken and forgotten.", ["acknowledged": true]))
            endpoints.append(probe(.get, path, id: "get" + id, "As if it were there.", [:]))
        }
        return endpoints
    }

    private static let about: JSON = [
        "name": "mockupaws", "cluster_name": "mockupaws", "cluster_uuid": "mockupaws",
        "version": ["number": "8.15.0", "build_flavor": "default", "lucene_version": "9.11.1"],
        "tagline": "You Know, for Search",
    ]

    /// Clients refuse a server that does not send it.
    private static let product: HTTPFields = [HTTPField.Name("X-Elastic-Product")!: "Elasticsearch"]

    private static let refusal = Refusal(
        description: ["type": "object", "required": ["error", "status"], "description": "As Elasticsearch says it."]
    ) { problem, _ in
        let type =
            switch problem.status.code {
            case 401, 403: "security_exception"
            case 404: "index_not_found_exception"
            case 429: "es_rejected_execution_exception"
            case 500...: "exception"
            default: "illegal_argument_exception"
            }
        let error: JSON = [
            "error": ["type": .string(type), "reason": .string(problem.detail ?? problem.status.reasonPhrase)],
            "status": .number("\(problem.status.code)"),
        ]
        return .json(error.compact, status: problem.status, headers: product)
    }

    private static func object(_ name: String) -> Schema<[UInt8]> {
        Schema(
            description: ["$ref": .string("#/components/schemas/\(name)")],
            components: [name: ["type": "object", "description": "As Elasticsearch answers."]],
            read: { _, _, _ in nil }, write: { bytes, writer in writer.raw(bytes) })
    }

    private func probe(
        _ method: HTTPRequest.Method, _ path: String, id: String, _ summary: String, _ answer: JSON
    ) -> Endpoint {
        var endpoint = Endpoint(method, path, id: id, tag: "Elasticsearch", summary)
        endpoint.access = .anyone
        if path.contains("{name}") { endpoint.parameters = [Self.name] }
        let bytes = answer.compact
        return endpoint.answering(Self.object("ElasticsearchAnswer")) { _ in Answer(bytes, headers: Self.product) }
    }

    private func bulk(_ method: HTTPRequest.Method, _ path: String, id: String) -> Endpoint {
        var endpoint = Endpoint(method, path, id: id, tag: "Elasticsearch", "Send traffic as documents, in bulk.")
        endpoint.details = """
            Pairs of lines, action and document. A document with `_id` counts once for its index, id and content. An \
            answer of 200 means that all items of status 200 and 201 are stored.
            """
        endpoint.parameters = (path.hasPrefix("/{") ? [Self.index] : []) + Intake.parameters
        endpoint.errors = Intake.errors
        endpoint.refusal = Self.refusal
        endpoint.takesTraffic()
        return endpoint.taking(anyOf: ["application/x-ndjson", "application/json"])
            .answering(Self.object("BulkAnswer")) { request in
                var reader = BulkReader(index: request.path["index"])
                let outcome = try await intake.take(request, &reader)
                return Answer(Self.answer(reader.items, outcome.refused), headers: Self.product)
            }
    }

    /// Compact, and `errors` before `items`: some shippers look for just these bytes.
    private static func answer(_ items: [BulkReader.Item], _ refused: [Int: RejectReason]) -> [UInt8] {
        var writer = JSONWriter(capacity: 64 + 96 * items.count)
        writer.object { writer in
            writer.member("took") { $0.raw("1") }
            writer.member("errors") { $0.raw(refused.isEmpty ? "false" : "true") }
            writer.member("items") { writer in
                writer.array { writer in
                    for item in items { write(item, item.event.flatMap { refused[$0] }, &writer) }
                }
            }
        }
        return writer.bytes
    }

    private static func write(_ item: BulkReader.Item, _ reason: RejectReason?, _ writer: inout JSONWriter) {
        writer.object { writer in
            writer.member(item.action.rawValue) { writer in
                writer.object { writer in
                    writer.member("_index") { $0.string(item.index) }
                    if let id = item.id { writer.member("_id") { $0.string(id) } }
                    if let reason {
                        writer.member("status") { $0.raw("400") }
                        writer.member("error") { writer in
                            writer.object { writer in
                                writer.member("type") { $0.string("mapper_parsing_exception") }
                                writer.member("reason") {
                                    $0.string(
                                        item.isForeign
                                            ? "a request is for one scenario, this index is another's"
                                            : "the document is \(reason)")
                                }
                            }
                        }
                    } else {
                        writer.member("_version") { $0.raw("1") }
                        writer.member("result") { $0.string(item.result) }
                        writer.member("status") {
                            $0.raw(item.action == .index || item.action == .create ? "201" : "200")
                        }
                    }
                }
            }
        }
    }
}

extension BulkReader.Item {
    fileprivate var result: String {
        switch action {
        case .index, .create: "created"
        case .update: "updated"
        case .delete: "deleted"
        }
    }
}
