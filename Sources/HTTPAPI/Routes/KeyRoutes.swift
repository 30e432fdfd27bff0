import Domain
import Foundation
import HTTPTypes

/// `/api/v2/api-keys`: the keys that programs sign in with.
struct KeyRoutes {
    var keys: KeyService

    var endpoints: [Endpoint] { [create, list, get, rotate, revoke] }

    private static func endpoint(_ method: HTTPRequest.Method, _ path: String, _ id: String, _ summary: String)
        -> Endpoint
    {
        var endpoint = Endpoint(method, "/api/v2/api-keys\(path)", id: id, tag: "API keys", summary)
        endpoint.access = .session
        if path.contains("{") { endpoint.parameters = [keyID] }
        return endpoint
    }

    private static let keyID = Parameter.path("key_id", .id, "The key.")

    static let scopes = Schema<Scopes>(
        description: [
            "type": "array", "items": ["type": "string", "enum": .array(Scopes.names.map(JSON.string))],
            "uniqueItems": true, "minItems": 1,
        ]
    ) { json, pointer, problems in
        guard let names = json.elements?.map({ $0.text ?? "" }), !names.isEmpty, let scopes = Scopes(names: names),
            Set(names).count == names.count
        else {
            let detail = "expected some of \(Scopes.names.joined(separator: ", ")), none twice"
            problems.add(pointer, detail)
            return nil
        }
        return scopes
    } write: { scopes, writer in
        writer.array { writer in for name in scopes.names { writer.string(name) } }
    }

    static let draft = Schema.request(
        "APIKeyDraft", KeyService.Draft(),
        [
            Member("name", \.name, .text(1...200, example: "laptop"), required: true, "What it is for."),
            Member("scopes", \.scopes, scopes, "What it may be used for; everything unless given."),
            Member(
                "scenario_id", \.scenario, Schema<UUID>.id.orNull,
                "The only scenario it may touch; with the scope ingest, a key for log shippers."),
            Member("expires_at", \.expiresAt, Schema<Date>.time.orNull, "When it ends; never unless given."),
        ])

    private static let members: [Member<APIKey>] = [
        Member(answer: "id", .id, "The key.") { $0.id },
        Member(answer: "name", .plain, "What it is for.") { $0.name },
        Member(answer: "prefix", .plain, "The first characters of the secret.") { $0.prefix },
        Member(answer: "scopes", scopes, "What it may be used for.") { $0.scopes },
        Member(answer: "scenario_id", Schema<UUID>.id.orNull, "The only scenario it may touch.") { $0.scenario },
        Member(answer: "created_at", .time, "When it was made.") { $0.createdAt },
        Member(answer: "expires_at", Schema<Date>.time.orNull, "When it ends.") { $0.expiresAt },
        Member(answer: "last_used_at", Schema<Date>.time.orNull, "When it was last used, to the minute.") {
            $0.lastUsedAt
        },
    ]

    static let key = Schema<APIKey>.answer("APIKey", members)

    struct NewKey: Sendable {
        var key: APIKey
        var secret: String
    }

    static let newKey = Schema<NewKey>.answer(
        "NewAPIKey",
        [
            Member(answer: "key", key, "The key.") { $0.key },
            Member(answer: "secret", .plain, "Send it as X-API-Key. It is not shown again.") { $0.secret },
        ])

    private var create: Endpoint {
        var endpoint = Self.endpoint(.post, "", "createKey", "Make an API key.")
        endpoint.errors.append(.conflict)
        return endpoint.taking(Self.draft, answering: Self.newKey, status: .created) { request, draft in
            let (key, secret) = try await keys.create(draft, by: request.caller)
            return Answer(NewKey(key: key, secret: secret))
        }
    }

    private var list: Endpoint {
        Self.endpoint(.get, "", "listKeys", "List your API keys.")
            .answering(.list(Self.key)) { Answer(try await keys.list($0.caller)) }
    }

    private var get: Endpoint {
        Self.endpoint(.get, "/{key_id}", "getKey", "Read an API key.")
            .answering(Self.key) { Answer(try await keys.get(try $0.required(Self.keyID), by: $0.caller)) }
    }

    struct Rotation: Sendable { var overlap = 86_400 }

    private static let rotation = Schema.request(
        "KeyRotation", Rotation(),
        [
            Member(
                "overlap_seconds", \.overlap, .integer(0...2_592_000),
                "How long the old secret still works; a day unless given.")
        ])

    private var rotate: Endpoint {
        var endpoint = Self.endpoint(.post, "/{key_id}/rotate", "rotateKey", "Put another key in place of one.")
        endpoint.needsBody = false
        endpoint.details = "The new one has the same name, scopes and end. The old one works for a while longer."
        endpoint.errors.append(.conflict)
        return endpoint.taking(Self.rotation, answering: Self.newKey, status: .created) { request, rotation in
            let (key, secret) = try await keys.rotate(
                try request.required(Self.keyID), overlap: TimeInterval(rotation.overlap), by: request.caller)
            return Answer(NewKey(key: key, secret: secret))
        }
    }

    private var revoke: Endpoint {
        Self.endpoint(.delete, "/{key_id}", "revokeKey", "End an API key at once.").answeringNothing { request in
            try await keys.revoke(try request.required(Self.keyID), by: request.caller)
        }
    }
}
