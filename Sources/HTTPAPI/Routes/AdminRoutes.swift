import Domain
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore

/// `/api/v2/admin`: users, their plans, and the audit log.
struct AdminRoutes {
    var users: UserService
    var audit: AuditService

    var endpoints: [Endpoint] { [list, get, change, search, export] }

    private static func endpoint(_ method: HTTPRequest.Method, _ path: String, _ id: String, _ summary: String)
        -> Endpoint
    {
        var endpoint = Endpoint(method, "/api/v2/admin/\(path)", id: id, tag: "Administration", summary)
        endpoint.access = .admin
        return endpoint
    }

    private static let page = Parameter.query("page", .integer(1...1_000_000), "Page, from 1.")
    private static let pageSize = Parameter.query("page_size", .integer(1...100), "Items a page; 20 unless given.")

    private static func page<Element>(_ name: String, _ element: Schema<Element>) -> Schema<Page<Element>> {
        .answer(
            name,
            [
                Member(answer: "items", Schema<[Element]>.answers(element), "This page.") { $0.items },
                Member(answer: "total", .integer(), "On all pages; of audit entries, 10,000 at most.") { $0.total },
            ])
    }

    // MARK: Users

    private static let text = Parameter.query("q", .text(1...200), "Only with this text in address or name.")
    private static let userID = Parameter.path("user_id", .id, "The user.")

    private var list: Endpoint {
        var endpoint = Self.endpoint(.get, "users", "listUsers", "List users, the newest first.")
        endpoint.parameters = [Self.text, Self.page, Self.pageSize]
        return endpoint.answering(Self.page("UserPage", SignInRoutes.user)) { request in
            var query = UserQuery()
            query.text = try request(Self.text)
            query.page = try request(Self.page) ?? 1
            query.pageSize = try request(Self.pageSize) ?? 20
            return Answer(try await users.list(query, by: request.caller))
        }
    }

    private var get: Endpoint {
        var endpoint = Self.endpoint(.get, "users/{user_id}", "getUser", "Read a user.")
        endpoint.parameters = [Self.userID]
        return endpoint.answering(SignInRoutes.user) {
            Answer(try await users.get(try $0.required(Self.userID), by: $0.caller))
        }
    }

    private static let changes = Schema.request(
        "UserChange", UserService.Change(),
        [
            Member("role", \.role, Schema<Role>.choice.some, "What they may do to others."),
            Member("plan", \.plan, Schema<Plan>.choice.some, "How much they may ask for."),
            Member("is_disabled", \.isDisabled, Schema<Bool>.flag.some, "Whether they are shut out."),
        ])

    private var change: Endpoint {
        var endpoint = Self.endpoint(.patch, "users/{user_id}", "changeUser", "Change a user's role or plan.")
        endpoint.parameters = [Self.userID]
        endpoint.errors.append(.conflict)
        return endpoint.taking(Self.changes, answering: SignInRoutes.user) { request, change in
            Answer(try await users.change(try request.required(Self.userID), change, by: request.caller))
        }
    }

    // MARK: Audit

    private static let action = Parameter<[AuditEvent.Action]>.query(
        "action", .list(.choice, maximum: AuditEvent.Action.allCases.count, isSet: true),
        "Only these, separated by commas.")
    private static let user = Parameter.query("user_id", .id, "Only of this user.")
    private static let resource = Parameter.query("resource_id", .text(1...64), "Only about this.")
    private static let address = Parameter.query("address", .text(1...64), "Only from this address.")
    private static let correlation = Parameter.query("correlation_id", .text(1...128), "Only of this request.")
    private static let from = Parameter.query("from", .time, "At this time or later.")
    private static let before = Parameter.query("before", .time, "Before this time.")

    private static let entry = Schema<AuditEntry>.answer(
        "AuditEntry",
        [
            Member(answer: "sequence", .integer(), "Its place, from 1.") { Int($0.sequence) },
            Member(answer: "id", .id, "The event.") { $0.event.id },
            Member(answer: "at", .time, "When.") { $0.event.at },
            Member(answer: "type", .plain, "The kind of event.") {
                String($0.event.action.rawValue.prefix { $0 != "." })
            },
            Member(answer: "action", .choice, "What happened.") { $0.event.action },
            Member(answer: "user_id", Schema<UUID>.id.orNull, "Who did it, or whom it is about.") { $0.event.user },
            Member(answer: "api_key_id", Schema<UUID>.id.orNull, "With which key.") { $0.event.key },
            Member(answer: "resource_type", Schema<String>.plain.orNull, "To what.") { $0.event.resource?.type },
            Member(answer: "resource_id", Schema<String>.plain.orNull, "To which.") { $0.event.resource?.id },
            Member(answer: "details", details, "More.") { $0.event.details },
            Member(answer: "address", Schema<String>.plain.orNull, "From where.") { $0.event.address },
            Member(answer: "correlation_id", .plain, "Of the request.") { $0.event.correlationID },
            Member(answer: "link", .plain, "HMAC-SHA256 over this entry and the link before, in hexadecimal.") {
                $0.link.hexadecimal
            },
        ])

    private static let details = Schema<[String: String]>(
        description: ["type": "object", "additionalProperties": ["type": "string"]], read: { _, _, _ in nil }
    ) { details, writer in
        writer.object { writer in
            for (name, value) in details.sorted(by: { $0.key < $1.key }) { writer.member(name) { $0.string(value) } }
        }
    }

    private var search: Endpoint {
        var endpoint = Self.endpoint(.get, "audit", "searchAudit", "Search the audit log, the newest first.")
        endpoint.parameters = [
            Self.action, Self.user, Self.resource, Self.address, Self.correlation, Self.from, Self.before, Self.page,
            Self.pageSize,
        ]
        return endpoint.answering(Self.page("AuditPage", Self.entry)) { request in
            var query = AuditQuery()
            query.actions = try request(Self.action) ?? []
            (query.user, query.resourceID) = (
                try request(Self.user),
                try request(Self.resource).map { UUID(text: $0)?.text ?? $0 }  // as it was written down
            )
            query.address = try request(Self.address).map { NetworkAddress($0)?.description ?? $0 }
            query.correlationID = try request(Self.correlation)
            (query.from, query.before) = (try request(Self.from), try request(Self.before))
            query.page = try request(Self.page) ?? 1
            query.pageSize = try request(Self.pageSize) ?? 20
            return Answer(try await audit.search(query, by: request.caller))
        }
    }

    private var export: Endpoint {
        var endpoint = Self.endpoint(.get, "audit/export", "exportAudit", "The whole audit log, an entry a line.")
        endpoint.contentType = "application/x-ndjson"
        endpoint.answer = (["type": "string"], [:])
        endpoint.respond = { request in
            let pieces = try await audit.export(by: request.caller)
            let body = ResponseBody { writer in
                for try await entries in pieces {
                    var json = JSONWriter(capacity: 512 * entries.count)
                    for entry in entries {
                        Self.entry.write(entry, &json)
                        json.endLine()
                    }
                    try await writer.write(ByteBuffer(bytes: json.bytes))
                }
                try await writer.finish(nil)
            }
            return Response(status: .ok, headers: [.contentType: "application/x-ndjson"], body: body)
        }
        return endpoint
    }
}
