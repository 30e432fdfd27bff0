import App
import Domain
import Foundation
import TestSupport
import Testing

/// What one signs in with is good for as long as was said, and no longer.
@Suite struct LifetimeTests {
    private func post(
        _ server: RunningServer, _ path: String, _ body: [String: String]
    ) async throws -> RunningServer.Reply {
        let text = String(decoding: try JSONSerialization.data(withJSONObject: body), as: UTF8.self)
        return try await server.send("POST", "/api/v2/auth/\(path)", key: "", text)
    }

    private func refresh(_ server: RunningServer, _ tokens: RunningServer.Reply) async throws -> RunningServer.Reply {
        try await post(server, "refresh", ["refresh_token": tokens.json["refresh_token"] as? String ?? ""])
    }

    /// The status that an access token gets.
    private func use(_ tokens: RunningServer.Reply, _ server: RunningServer) async throws -> Int {
        let bearer = ["Authorization": "Bearer \(tokens.json["access_token"] as? String ?? "")"]
        return try await server.send("GET", "/api/v2/auth/me", key: "", headers: bearer).status
    }

    @Test(arguments: DatabaseBackend.allCases, [true, false])
    func aSessionLastsAsSet(backend: DatabaseBackend, isSet: Bool) async throws {
        let settings: [String: String] = isSet ? ["ACCESS_TOKEN_MINUTES": "5", "REFRESH_TOKEN_DAYS": "2"] : [:]
        let (access, session) = isSet ? (300.0, 172_800.0) : (1_800.0, 604_800.0)  // seconds
        let clock = MovableClock()
        let server = try await RunningServer.start(backend, settings, clock: clock)
        _ = try await server.signIn()  // sets the password
        let form = ["email": server.user.email, "password": RunningServer.password]
        var tokens = try await post(server, "login", form)
        #expect(tokens.json["expires_in"] as? Int == Int(access), "\(tokens.text)")
        clock.advance(by: access - 1)
        #expect(try await use(tokens, server) == 200)
        clock.advance(by: 2)
        #expect(try await use(tokens, server) == 401)
        clock.advance(by: session - access - 2)  // a second is left
        tokens = try await refresh(server, tokens)
        #expect(tokens.status == 200, "\(tokens.text)")
        #expect(try await use(tokens, server) == 200)
        clock.advance(by: session + 1)
        let late = try await refresh(server, tokens)
        #expect(late.status == 401, "\(late.text)")
        await server.stop()
    }

    @Test(arguments: DatabaseBackend.allCases)
    func aMailedTokenLastsADayOrAnHour(backend: DatabaseBackend) async throws {
        let clock = MovableClock()
        let server = try await RunningServer.start(backend, clock: clock)
        func mailed() throws -> String { try #require(try AccountTests().mails(server).last?.token) }
        for (seconds, status) in [(86_399.0, 200), (86_401.0, 422)] {
            let form = ["email": "ann\(status)@example.com", "password": AccountTests.password]
            #expect(try await post(server, "register", form).status == 202)
            let token = try mailed()
            clock.advance(by: seconds)
            let reply = try await post(server, "verify-email", ["token": token])
            #expect(reply.status == status, "after \(seconds) s: \(reply.text)")
        }
        for (seconds, status) in [(3_599.0, 200), (3_601.0, 422)] {
            #expect(try await post(server, "forgot-password", ["email": server.user.email]).status == 202)
            let form = ["token": try mailed(), "new_password": AccountTests.password]
            clock.advance(by: seconds)
            let reply = try await post(server, "reset-password", form)
            #expect(reply.status == status, "after \(seconds) s: \(reply.text)")
        }
        await server.stop()
    }

    @Test(arguments: DatabaseBackend.allCases)
    func aKeyEndsWhenItSays(backend: DatabaseBackend) async throws {
        let clock = MovableClock()
        let server = try await RunningServer.start(backend, clock: clock)
        var draft = KeyService.Draft()
        (draft.name, draft.expiresAt) = ("for an hour", clock.ambient.now().addingTimeInterval(3_600))
        let secret = try await server.server.keys.create(draft, for: server.user.id, from: .commandLine).secret
        for (seconds, status) in [(3_599.5, 200), (0.6, 401)] {
            clock.advance(by: seconds)
            for path in ["auth/me", "scenarios"] {  // answers to the second are kept for a second
                #expect(try await server.send("GET", "/api/v2/\(path)", key: secret).status == status, "\(path)")
            }
        }
        #expect(try await server.send("GET", "/api/v2/auth/me").status == 200)  // one that has no end
        await server.stop()
    }

    /// A key that another process ends is good for ten seconds more at most, with what was kept for it last.
    @Test func aKeyThatAnotherProcessEndsIsNoneAfterTenSeconds() async throws {
        let clock = MovableClock()
        let url = ["DATABASE_URL": "sqlite://" + (try temporaryFolder("shared")) + "/test.db"]
        let server = try await RunningServer.start(.sqlite, url, clock: clock)
        let other = try await RunningServer.start(.sqlite, url, addsUsers: false, clock: clock)
        var draft = KeyService.Draft()
        draft.name = "short"
        let (key, secret) = try await server.server.keys.create(draft, for: server.user.id, from: .commandLine)
        func status() async throws -> Int {
            try await server.send("GET", "/api/v2/scenarios", key: secret).status
        }
        #expect(try await status() == 200)
        try await other.server.keys.revoke(key.id, from: .commandLine)
        for (seconds, expected) in [(8.9, 200), (0.9, 200), (0.15, 401)] {
            clock.advance(by: seconds)
            #expect(try await status() == expected, "after \(seconds) s more")
        }
        await other.stop()
        await server.stop()
    }
}
