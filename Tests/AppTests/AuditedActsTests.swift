import App
import Domain
import Foundation
import TestSupport
import Testing

/// What people do with keys, sessions and scenarios is in the audit log, with what it was done to.
@Suite struct AuditedActsTests {
    @Test(arguments: DatabaseBackend.allCases)
    func whatIsDoneIsToldOf(backend: DatabaseBackend) async throws {
        let server = try await RunningServer.start(backend, clock: MovableClock())
        let bearer = try await server.signIn()
        func call(_ method: String, _ path: String, _ body: String? = nil) async throws -> [String: Any] {
            let reply = try await server.send(method, "/api/v2/\(path)", key: "", headers: bearer, body)
            #expect((200..<300).contains(reply.status), "\(reply.text)")
            return reply.json
        }
        func id(_ json: [String: Any]) throws -> String {
            try #require((json["key"] as? [String: Any] ?? json)["id"] as? String)
        }
        let key = try id(try await call("POST", "api-keys", #"{"name":"shipper"}"#))
        let next = try id(try await call("POST", "api-keys/\(key)/rotate"))
        _ = try await call("DELETE", "api-keys/\(next)")
        let scenario = try id(try await call("POST", "scenarios", #"{"name":"a"}"#))
        _ = try await call("PATCH", "scenarios/\(scenario)", #"{"name":"b"}"#)
        _ = try await call("DELETE", "scenarios/\(scenario)")
        for _ in 0..<62 {  // more than a person mistypes
            let unknown = "/api/v2/scenarios/\(UUID().uuidString.lowercased())"
            #expect(try await server.send("GET", unknown, key: "", headers: bearer).status == 404)
        }
        _ = try await call(
            "POST", "auth/login", #"{"email":"one@example.com","password":"\#(RunningServer.password)"}"#)
        let sessions = try await server.send("GET", "/api/v2/auth/sessions", key: "", headers: bearer)
        let listed = try JSONSerialization.jsonObject(with: sessions.data) as? [[String: Any]] ?? []
        let session = try id(try #require(listed.first { $0["is_current"] as? Bool == false }))
        _ = try await call("DELETE", "auth/sessions/\(session)")
        let events = try await server.auditEvents().filter { $0.user == server.user.id || $0.user == nil }
        let told = events.map { "\($0.action.rawValue) \($0.resource?.id ?? "-")" }
        for expected in [
            "api_key.create \(key)", "api_key.rotate \(key)", "api_key.revoke \(next)", "scenario.create \(scenario)",
            "scenario.update \(scenario)", "scenario.delete \(scenario)", "security.enumeration -",
            "auth.session_revoke \(session)",
        ] {
            #expect(told.count { $0 == expected } == 1, "\(expected) in \(told)")
        }
        #expect(events.contains { $0.action == .userAdded } && events.contains { $0.action == .signedIn })
        await server.stop()
    }

    /// What guards an account, in the order in which it was done: who did it, and to what; once each.
    @Test(arguments: DatabaseBackend.allCases)
    func whatGuardsAnAccountIsToldOf(backend: DatabaseBackend) async throws {
        let server = try await RunningServer.start(backend, clock: MovableClock())
        let bearer = try await server.signIn()
        func post(_ path: String, _ body: String? = nil) async throws -> Int {
            try await server.send("POST", "/api/v2/auth/\(path)", key: "", headers: bearer, body).status
        }
        func changePassword(from current: String) async throws -> Int {
            let body = #"{"current_password":"\#(current)","new_password":"another long passphrase"}"#
            return try await post("change-password", body)
        }
        let listed = try await server.send("GET", "/api/v2/auth/sessions", key: "", headers: bearer)
        let sessions = try JSONSerialization.jsonObject(with: listed.data) as? [[String: Any]]
        let session = try #require(sessions?.first?["id"] as? String)
        let before = try await server.auditEvents().count
        #expect(try await server.send("GET", "/api/v2/scenarios", key: "mk_none").status == 401)
        #expect(try await changePassword(from: "not the passphrase") == 422)
        #expect(try await changePassword(from: RunningServer.password) == 200)
        #expect(try await post("logout") == 204)
        let told = try await server.auditEvents().dropFirst(before).map { event in
            let resource = event.resource.map { "\($0.type) \($0.id)" } ?? "nothing"
            return "\(event.action.rawValue) by \(event.user?.text ?? "nobody") of \(resource)"
        }
        let user = server.user.id.text
        #expect(
            told == [
                "auth.refused by nobody of nothing", "password.change_failure by \(user) of user \(user)",
                "password.change by \(user) of user \(user)", "auth.logout by \(user) of session \(session)",
            ])
        await server.stop()
    }

    /// However many ids are tried with one request, each is a try, but to delete them.
    @Test func manyIDsAtOnceAreTriesToo() async throws {
        let server = try await RunningServer.start(.sqlite, clock: MovableClock())
        // A deletion that is sent again finds nothing.
        for (action, count, alarms) in [("delete", 100, 0), ("stop", 60, 0), ("stop", 2, 1), ("stop", 99, 1)] {
            let ids = (0..<count).map { _ in "\"\(UUID().uuidString.lowercased())\"" }.joined(separator: ",")
            let reply = try await server.send(
                "POST", "/api/v2/scenarios/bulk", #"{"action":"\#(action)","ids":[\#(ids)]}"#)
            #expect(reply.status == 200)
            #expect(try await server.auditEvents().count { $0.action == .enumeration } == alarms)
        }
        await server.stop()
    }
}
