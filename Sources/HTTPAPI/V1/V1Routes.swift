import Domain
import Foundation
import HTTPTypes

/// `/api/v1`: the shape that the original system had, over the services of version 2.
struct V1Routes {
    var scenarios: ScenarioService
    var metrics: MetricsService
    var signIn: SignInService
    var keys: KeyService
    var ambient: Ambient

    var endpoints: [Endpoint] {
        [create, list, get, update, delete] + moves + [summary, register, logIn, refresh, me] + keyEndpoints + [flush]
    }

    /// - Parameter successor: In version 2, where the path is not the same.
    private static func endpoint(
        _ method: HTTPRequest.Method, _ path: String, _ id: String, _ summary: String, _ access: Endpoint.Access,
        successor: String? = nil
    ) -> Endpoint {
        var endpoint = Endpoint(method, "/api/v1/\(path)", id: id + "V1", tag: "Version 1", summary)
        endpoint.access = access
        endpoint.successor = successor ?? "/api/v2/\(path)"
        if path.contains("{scenario_id}") { endpoint.parameters = [ScenarioRoutes.scenarioID] }
        return endpoint
    }

    // MARK: Scenarios

    private var create: Endpoint {
        var endpoint = Self.endpoint(.post, "scenarios", "createScenario", "Make a scenario.", .user(.writeScenarios))
        endpoint.errors = [.conflict]
        return endpoint.taking(V1Bodies.draft, answering: V1Bodies.scenario, status: .created) { request, draft in
            Answer(try await scenarios.create(draft, by: request.caller))
        }
    }

    private static let page = Parameter.query("page", .integer(1...1_000_000), "Page, from 1.")
    private static let pageSize = Parameter.query("page_size", .integer(1...100), "Scenarios a page; 20 unless given.")
    private static let status = Parameter<Scenario.Status>.query("status", .choice, "Only this state.")
    private static let region = Parameter.query("region", .text(1...32), "Only this region.")

    private var list: Endpoint {
        var endpoint = Self.endpoint(.get, "scenarios", "listScenarios", "List your scenarios.", .user(.readScenarios))
        endpoint.parameters = [Self.page, Self.pageSize, Self.status, Self.region]
        return endpoint.answering(V1Bodies.page) { request in
            var query = ScenarioQuery()
            query.page = try request(Self.page) ?? 1
            query.pageSize = try request(Self.pageSize) ?? 20
            query.statuses = try request(Self.status).map { [$0] } ?? []
            query.region = try request(Self.region)
            return Answer(ScenarioPage(page: try await scenarios.list(query, by: request.caller), query: query))
        }
    }

    private var get: Endpoint {
        Self.endpoint(.get, "scenarios/{scenario_id}", "getScenario", "Read a scenario.", .user(.readScenarios))
            .answering(V1Bodies.scenario) { request in
                Answer(try await scenarios.get(try request.required(ScenarioRoutes.scenarioID), by: request.caller))
            }
    }

    private var update: Endpoint {
        var endpoint = Self.endpoint(
            .put, "scenarios/{scenario_id}", "updateScenario", "Change a scenario.", .user(.writeScenarios))
        endpoint.details = "Members that are left out stay."
        endpoint.errors = [.conflict]
        return endpoint.taking(V1Bodies.change, answering: V1Bodies.scenario) { request, change in
            let id = try request.required(ScenarioRoutes.scenarioID)
            return Answer(
                try await scenarios.update(id, versions: nil, by: request.caller) {
                    try V1Bodies.apply(change, to: &$0)
                })
        }
    }

    private var delete: Endpoint {
        Self.endpoint(
            .delete, "scenarios/{scenario_id}", "deleteScenario", "Delete a scenario.", .user(.writeScenarios)
        ).answeringNothing { request in
            try await scenarios.delete(try request.required(ScenarioRoutes.scenarioID), by: request.caller)
        }
    }

    private var moves: [Endpoint] {
        [("start", Scenario.Status.running), ("stop", .completed), ("archive", .archived)].map { verb, status in
            var endpoint = Self.endpoint(
                .post, "scenarios/{scenario_id}/\(verb)", "\(verb)Scenario", "Make a scenario \(status.rawValue).",
                .user(.writeScenarios))
            endpoint.errors = [.conflict]
            return endpoint.answering(V1Bodies.scenario) { request in
                let id = try request.required(ScenarioRoutes.scenarioID)
                return Answer(try await scenarios.move(id, to: status, by: request.caller))
            }
        }
    }

    private var summary: Endpoint {
        var endpoint = Self.endpoint(
            .get, "scenarios/{scenario_id}/metrics", "getMetrics", "What was sent and what it costs.",
            .user(.readMetrics))
        endpoint.errors = [.invalid]
        return endpoint.answering(V1Bodies.metrics) { request in
            let id = try request.required(ScenarioRoutes.scenarioID)
            return Answer(try await metrics.metrics(id, by: request.caller))
        }
    }

    // MARK: Accounts

    private static func open(_ path: String, _ id: String, _ summary: String) -> Endpoint {
        var endpoint = endpoint(.post, path, id, summary, .anyone)
        endpoint.limit = .signIn
        endpoint.errors = [.rateLimited, .unavailable]
        return endpoint
    }

    private var register: Endpoint {
        var endpoint = Self.open("auth/register", "register", "Make an account.")
        endpoint.details = "The answer is the same for an address that has an account; the mail that is sent is not."
        let name = Member<SignInRoutes.Form>("full_name", \.name, .text(0...200), "What you are called.")
        let body = Schema.request(
            "RegistrationV1", SignInRoutes.Form(), [SignInRoutes.email, SignInRoutes.password, name])
        return endpoint.taking(body, answering: SignInRoutes.notice, status: .created) { request, form in
            try await signIn.register(
                email: form.email, password: form.password, name: form.name, from: request.origin)
            return Answer(SignInRoutes.Notice(text: "A mail was sent to the address; sign in with it."))
        }
    }

    private var logIn: Endpoint {
        var endpoint = Self.open("auth/login", "logIn", "Sign in with a password.")
        endpoint.errors.append(.unauthenticated)
        let body = Schema.request("LoginV1", SignInRoutes.Form(), [SignInRoutes.email, SignInRoutes.password])
        return endpoint.taking(body, answering: SignInRoutes.tokens) { request, form in
            Answer(try await signIn.signIn(email: form.email, password: form.password, from: request.origin))
        }
    }

    private var refresh: Endpoint {
        var endpoint = Self.open("auth/refresh", "refresh", "Take a refresh token for new tokens.")
        endpoint.limit = .request
        endpoint.errors.append(.unauthenticated)
        return endpoint.taking(SignInRoutes.refreshBody, answering: SignInRoutes.tokens) { request, form in
            Answer(try await signIn.refresh(form.token, from: request.origin))
        }
    }

    private var me: Endpoint {
        Self.endpoint(.get, "auth/me", "getMe", "Who you are.", .user(.all))
            .answering(V1Bodies.user) { Answer(try await signIn.me($0.caller)) }
    }

    private static let keyID = Parameter.path("key_id", .id, "The key.")

    private var keyEndpoints: [Endpoint] {
        var create = Self.endpoint(.post, "api-keys", "createKey", "Make an API key.", .session)
        create.errors = [.conflict]
        create = create.taking(KeyRoutes.draft, answering: V1Bodies.key, status: .created) { request, draft in
            let (key, secret) = try await keys.create(draft, by: request.caller)
            return Answer((key, secret, true))
        }
        let list = Self.endpoint(.get, "api-keys", "listKeys", "List your API keys.", .session)
            .answering(Schema<[(key: APIKey, secret: String?, isActive: Bool)]>.answers(V1Bodies.key)) { request in
                let now = ambient.now()
                return Answer(
                    try await keys.list(request.caller).map { ($0, nil, $0.expiresAt.map { $0 > now } != false) })
            }
        var revoke = Self.endpoint(.delete, "api-keys/{key_id}", "revokeKey", "End an API key at once.", .session)
        revoke.parameters = [Self.keyID]
        revoke = revoke.answeringNothing { try await keys.revoke(try $0.required(Self.keyID), by: $0.caller) }
        var rotate = Self.endpoint(
            .post, "api-keys/{key_id}/rotate", "rotateKey", "Put another key in place of one, which ends.", .session)
        rotate.parameters = [Self.keyID]
        rotate.errors = [.conflict]
        rotate = rotate.answering(V1Bodies.key, status: .created) { request in
            let id = try request.required(Self.keyID)
            let (key, secret) = try await keys.rotate(id, overlap: 0, by: request.caller)
            return Answer((key, secret, true))
        }
        return [create, list, revoke, rotate]
    }

    /// The original gathered events and wrote them later.
    private var flush: Endpoint {
        var endpoint = Endpoint(
            .post, "/flush", id: "flushV1", tag: "Version 1", "Write what was taken: what was answered always is.")
        endpoint.access = .user(.ingest)
        endpoint.successor = "/ingest"
        let answer = Schema<Void>.answer(
            "FlushV1",
            [
                Member(answer: "status", .plain, "flushed.") { _ in "flushed" },
                Member(answer: "pending", .integer(), "Events that wait: none ever do.") { _ in 0 },
            ])
        return endpoint.answering(answer) { _ in Answer(()) }
    }
}
