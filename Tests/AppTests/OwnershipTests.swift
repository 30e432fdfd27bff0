import App
import Domain
import Foundation
import TestSupport
import Testing

/// Nobody has what is another's: every operation that the server documents, tried by those who should not have it.
@Suite struct OwnershipTests {
    /// What a caller may not have, of all that the server documents.
    private struct Operation {
        var method: String
        var path: String
        var body: String?
        var takesKeys: Bool
        var namesScenario: Bool  // in a header

        static func all(_ server: RunningServer) async throws -> [Operation] {
            let document = try await server.send("GET", "/openapi.json").json
            let paths = try #require(document["paths"] as? [String: [String: [String: Any]]])
            return paths.flatMap { path, operations in
                operations.compactMap { method, operation in
                    guard let security = operation["security"] as? [[String: Any]], !security.isEmpty else {
                        return nil
                    }
                    let parameters = operation["parameters"] as? [[String: Any]] ?? []
                    return Operation(
                        method: method.uppercased(), path: path,
                        body: operation["requestBody"] == nil ? nil : #"{"name":"mine"}"#,
                        takesKeys: security.contains { $0["api_key"] != nil },
                        namesScenario: parameters.contains { $0["name"] as? String == "X-Scenario-ID" })
                }
            }
        }
    }

    /// Every endpoint that the server documents, tried by nobody, by the wrong user with a key and a session, and with a
    /// key of the owner that is bound to another scenario.
    @Test(arguments: DatabaseBackend.allCases)
    func nobodyReachesAnothersScenario(backend: DatabaseBackend) async throws {
        let server = try await RunningServer.start(backend)
        let (id, second) = (try await server.scenario(), try await server.scenario())
        var draft = KeyService.Draft()
        (draft.name, draft.scenario) = ("bound", UUID(uuidString: second))
        let bound = try await server.server.keys.create(draft, for: server.user.id, from: .commandLine).secret
        let session = try await server.signIn(as: server.other)
        var tried = 0
        for operation in try await Operation.all(server) {
            let what = "\(operation.method) \(operation.path)"
            let place = operation.path.replacing("{scenario_id}", with: id)
            let nobody = try await server.send(operation.method, place, key: "mk_wrong", operation.body)
            #expect(nobody.status == 401, "\(what)")
            guard operation.path.contains("{scenario_id}") || operation.namesScenario else { continue }
            let named = operation.namesScenario ? ["X-Scenario-ID": id] : [:]
            for (key, headers) in [(server.otherKey, [:]), ("", session), (bound, [:])] {
                let reply = try await server.send(
                    operation.method, place, key: key, headers: named.merging(headers) { $1 }, operation.body)
                // A bound key makes no scenarios, whichever one they are made of.
                let isRefused = reply.status == 404 || key == bound && reply.status == 403
                #expect(isRefused, "\(what) with \(key.prefix(3)): \(reply.text)")
            }
            tried += 1
        }
        #expect(tried >= 25)
        let mine = try await server.send("GET", "/api/v2/scenarios/\(id)")
        #expect(mine.json["status"] as? String == "running" && mine.json["version"] as? Int == 2)
        #expect(try await server.send("GET", "/api/v2/scenarios/\(id)/summary").json["total_requests"] as? Int == 0)
        #expect(try await server.send("GET", "/api/v2/scenarios", key: server.otherKey).json["total"] as? Int == 0)
        let own = try await server.send("GET", "/api/v2/scenarios", key: bound).json["items"] as? [[String: Any]] ?? []
        #expect(own.map { $0["id"] as? String } == [second])
        await server.stop()
    }

    /// Nor many at once: to the wrong user, and to a key that is bound to another scenario, none of them is there.
    @Test(arguments: DatabaseBackend.allCases)
    func nobodyReachesAnothersScenariosTogether(backend: DatabaseBackend) async throws {
        let server = try await RunningServer.start(backend)
        let (running, second) = (try await server.scenario(), try await server.scenario())
        let made = try await server.send("POST", "/api/v2/scenarios", #"{"name":"draft"}"#)
        let draft = try #require(made.json["id"] as? String)
        var bound = KeyService.Draft()
        (bound.name, bound.scenario) = ("bound", UUID(uuidString: second))
        let boundKey = try await server.server.keys.create(bound, for: server.user.id, from: .commandLine).secret
        func post(_ path: String, _ key: String, _ body: String) async throws -> RunningServer.Reply {
            try await server.send("POST", "/api/v2/scenarios/\(path)", key: key, body)
        }
        /// The status of each item's problem.
        func problems(_ key: String, _ body: String) async throws -> [Int?] {
            let reply = try await post("bulk", key, body)
            #expect(reply.status == 200, "\(reply.text)")
            let results = try #require(try JSONSerialization.jsonObject(with: reply.data) as? [[String: Any]])
            return results.map { ($0["problem"] as? [String: Any])?["status"] as? Int }
        }
        func scenarios() async throws -> [Scenario] {
            try await server.server.scenarios.list(ScenarioQuery(), by: Caller(user: server.user.id)).items
        }
        let before = try await scenarios()
        for (name, key) in [("another's", server.otherKey), ("a bound key", boundKey)] {
            for action in ["start", "stop", "archive", "delete"] {
                let found = try await problems(key, #"{"action":"\#(action)","ids":["\#(running)","\#(draft)"]}"#)
                #expect(found == [404, 404], "\(action) with \(name)")
            }
            let compared = try await post("compare", key, #"{"scenario_ids":["\#(running)","\#(draft)"]}"#)
            #expect(compared.status == 404, "compare with \(name): \(compared.text)")
        }
        #expect(try await problems(boundKey, #"{"action":"create","items":[{"name":"mine"}]}"#) == [403])
        #expect(try await scenarios() == before && before.count == 3)
        // What is there for the key is no way to the others.
        let compared = try await post("compare", boundKey, #"{"scenario_ids":["\#(second)","\#(running)"]}"#)
        let errors = compared.json["errors"] as? [[String: String]]
        #expect(compared.status == 404 && errors?.map { $0["pointer"] } == ["/scenario_ids/1"], "\(compared.text)")
        let found = try await problems(boundKey, #"{"action":"stop","ids":["\#(running)","\#(second)"]}"#)
        #expect(found == [404, nil])
        #expect(try await scenarios().first { $0.id.text == running }?.status == .running)
        await server.stop()
    }

    /// The same of what belongs to a person: keys, sessions, users.
    @Test(arguments: DatabaseBackend.allCases)
    func nobodyReachesAnothersKeysAndSessions(backend: DatabaseBackend) async throws {
        let server = try await RunningServer.start(backend)
        let (mine, others) = (try await server.signIn(), try await server.signIn(as: server.other))
        let key = try #require(try await server.server.keys.list(of: server.user.id).first?.id)
        let sessions = try await server.send("GET", "/api/v2/auth/sessions", key: "", headers: mine).data
        let list = try #require(try JSONSerialization.jsonObject(with: sessions) as? [[String: Any]])
        let ids = [
            "{key_id}": key.uuidString.lowercased(), "{session_id}": list.first?["id"] as? String ?? "",
            "{user_id}": server.user.id.uuidString.lowercased(),
        ]
        var tried: [String] = []
        for operation in try await Operation.all(server) {
            guard let (name, id) = ids.first(where: { operation.path.contains($0.key) }) else { continue }
            let place = operation.path.replacing(name, with: id)
            let body = operation.body == nil ? nil : "{}"
            let reply = try await server.send(operation.method, place, key: "", headers: others, body)
            let isAdmins = operation.path.contains("/admin/")
            #expect(reply.status == (isAdmins ? 403 : 404), "\(operation.method) \(operation.path): \(reply.text)")
            let bound = try await server.send(operation.method, place, key: server.otherKey, body)
            #expect(bound.status == 401, "\(operation.method) \(operation.path): \(bound.text)")
            tried.append(name)
        }
        #expect(Set(tried) == Set(ids.keys) && tried.count >= 8)
        #expect(try await server.send("GET", "/api/v2/auth/sessions", key: "", headers: mine).data == sessions)
        #expect(try await server.server.keys.list(of: server.user.id).map(\.id) == [key])
        await server.stop()
    }
}
