import App
import Domain
import Foundation
import Storage
import TestSupport
import Testing

/// Accounts and sessions, as a person uses them.
@Suite struct AccountTests {
    static let password = "a rather long passphrase"

    private struct Tokens {
        var access: String
        var refresh: String
        var headers: [String: String] { ["Authorization": "Bearer \(access)"] }
    }

    private func tokens(_ reply: RunningServer.Reply) throws -> Tokens {
        Tokens(
            access: try #require(reply.json["access_token"] as? String, "\(reply.text)"),
            refresh: try #require(reply.json["refresh_token"] as? String))
    }

    private func post(
        _ server: RunningServer, _ path: String, _ body: [String: String] = [:], _ tokens: Tokens? = nil
    ) async throws -> RunningServer.Reply {
        let text = String(decoding: try JSONSerialization.data(withJSONObject: body), as: UTF8.self)
        let body = path.hasSuffix("logout") ? nil : text
        return try await server.send("POST", "/api/v2/auth/\(path)", key: "", headers: tokens?.headers ?? [:], body)
    }

    private func logIn(
        _ server: RunningServer, _ email: String = "ann@example.com", _ password: String = AccountTests.password
    ) async throws -> RunningServer.Reply {
        try await post(server, "login", ["email": email, "password": password])
    }

    /// The mails that were sent, the oldest first: to whom, and the token in them.
    func mails(_ server: RunningServer) throws -> [(to: String, subject: String, token: String?)] {
        let files = try FileManager.default.contentsOfDirectory(atPath: server.outbox).filter { $0.hasSuffix(".eml") }
        return try files.sorted().map { file in
            let text = try String(contentsOfFile: "\(server.outbox)/\(file)", encoding: .utf8)
            let lines = text.replacing("=\r\n", with: "").split(separator: "\r\n").map(String.init)
            func field(_ name: String) -> String {
                lines.first { $0.hasPrefix(name) }.map { String($0.dropFirst(name.count)) } ?? ""
            }
            return (field("To: "), field("Subject: "), lines.first { $0.utf8.count == 43 && !$0.contains(" ") })
        }
    }

    @Test(arguments: DatabaseBackend.allCases)
    func anAccountLives(backend: DatabaseBackend) async throws {
        let server = try await RunningServer.start(backend)
        let form = ["email": "Ann@Example.com", "password": Self.password, "name": "Ann"]
        let registered = try await post(server, "register", form)
        #expect(registered.status == 202)
        let again = try await post(server, "register", form)
        #expect(again.status == 202 && again.text == registered.text)
        let letters = try mails(server)
        #expect(letters.map(\.to) == ["ann@example.com", "ann@example.com"])
        #expect(letters.map(\.subject) == ["mockupAWS: Confirm your address", "mockupAWS: You have an account"])

        var signedIn = try tokens(try await logIn(server))
        var me = try await server.send("GET", "/api/v2/auth/me", key: "", headers: signedIn.headers)
        #expect(me.json["email"] as? String == "ann@example.com" && me.json["is_verified"] as? Bool == false)
        let token = try #require(letters[0].token)
        #expect(try await post(server, "verify-email", ["token": token]).status == 200)
        #expect(try await post(server, "verify-email", ["token": token]).status == 422)  // once
        me = try await server.send("GET", "/api/v2/auth/me", key: "", headers: signedIn.headers)
        #expect(me.json["is_verified"] as? Bool == true && me.json["plan"] as? String == "free")

        let next = try tokens(try await post(server, "refresh", ["refresh_token": signedIn.refresh]))
        #expect(next.refresh != signedIn.refresh)
        #expect(try await post(server, "refresh", ["refresh_token": signedIn.refresh]).status == 401)
        // The whole family has ended.
        #expect(try await post(server, "refresh", ["refresh_token": next.refresh]).status == 401)
        #expect(try await server.send("GET", "/api/v2/auth/me", key: "", headers: next.headers).status == 401)

        signedIn = try tokens(try await logIn(server))
        let other = try tokens(try await logIn(server))
        let sessions = try await server.send("GET", "/api/v2/auth/sessions", key: "", headers: signedIn.headers)
        let listed = try #require(try JSONSerialization.jsonObject(with: sessions.data) as? [[String: Any]])
        #expect(listed.count == 2)
        #expect(listed.filter { $0["is_current"] as? Bool == true }.count == 1)
        let change = ["current_password": Self.password, "new_password": "another long passphrase"]
        #expect(try await post(server, "change-password", change, signedIn).status == 200)
        #expect(try await server.send("GET", "/api/v2/auth/me", key: "", headers: other.headers).status == 401)
        #expect(try await logIn(server).status == 401)
        #expect(try await post(server, "logout", [:], signedIn).status == 204)
        #expect(try await server.send("GET", "/api/v2/auth/me", key: "", headers: signedIn.headers).status == 401)

        #expect(try await post(server, "forgot-password", ["email": "ann@example.com"]).status == 202)
        let reset = try #require(try mails(server).last?.token)
        let poor = try await post(server, "reset-password", ["token": reset, "new_password": "password123"])
        #expect(poor.status == 422)
        let done = try await post(server, "reset-password", ["token": reset, "new_password": Self.password])
        #expect(done.status == 200)
        #expect(try await logIn(server).status == 200)
        try await server.server.audit.linkWaiting()
        let missing = Set([
            "auth.register", "auth.verification_sent", "auth.verify_email", "auth.login", "auth.refresh",
            "security.token_reuse", "password.forgot", "password.reset",
        ]).subtracting(try await server.auditActions())
        #expect(missing == [])
        #expect(try await server.server.audit.verify().flaw == nil)
        await server.stop()
    }

    /// Who asks learns nothing about addresses: the answers are the same, to the byte.
    @Test func addressesAreNotToldApart() async throws {
        let server = try await RunningServer.start(.sqlite, clock: MovableClock())
        _ = try await post(server, "register", ["email": "ann@example.com", "password": Self.password])
        let wrong = try await logIn(server, "ann@example.com", "not the passphrase")
        let unknown = try await logIn(server, "bob@example.com", "not the passphrase")
        func told(_ reply: RunningServer.Reply) -> [String?] { [reply.code, reply.json["detail"] as? String] }
        #expect(wrong.status == 401 && unknown.status == 401 && told(wrong) == told(unknown))
        let known = try await post(server, "forgot-password", ["email": "ann@example.com"])
        let nobody = try await post(server, "forgot-password", ["email": "bob@example.com"])
        #expect(known.text == nobody.text && known.status == nobody.status)
        // An address locks whether it has an account or not.
        for address in ["ann@example.com", "bob@example.com"] {
            for _ in 0..<4 { _ = try await logIn(server, address, "not the passphrase") }
            let locked = try await logIn(server, address, Self.password)
            #expect(locked.status == 429 && locked.headers["retry-after"] != nil, "\(address)")
        }
        await server.stop()
    }

    /// Five mails at once and no more, and nobody is told.
    @Test func nobodyIsFloodedWithMail() async throws {
        let server = try await RunningServer.start(
            .sqlite,
            ["RATE_LIMITS": "true", "RATE_LIMIT_SIGN_IN": "1000/1000", "TRUSTED_PROXIES": "127.0.0.0/8"],
            clock: MovableClock())
        var answers: Set<String> = []
        for _ in 0..<4 {
            for address in ["ann@example.com", "Ann@example.com"] {
                let reply = try await post(server, "forgot-password", ["email": address])
                answers.insert("\(reply.status) \(reply.text)")
            }
        }
        #expect(answers.count == 1)
        #expect(try mails(server).count == 5)
        // An account is made all the same, and others get their mail.
        let body = ["email": "ann@example.com", "password": Self.password]
        #expect(try await post(server, "register", body).status == 202)
        #expect(try await logIn(server).status == 200)
        _ = try await post(server, "forgot-password", ["email": "bob@example.com"])
        #expect(try mails(server).count == 6)
        let floods = try await server.auditEvents().filter { $0.action == .mailFlood }
        #expect(floods.map(\.address) == ["127.0.0.1"])
        // Who asks from elsewhere gets mail all the same, but not without end.
        for network in 1...20 {
            let reply = try await server.send(
                "POST", "/api/v2/auth/forgot-password", key: "", headers: ["X-Forwarded-For": "192.0.\(network).1"],
                #"{"email":"ann@example.com"}"#)
            #expect(reply.status == 202)
        }
        #expect(try mails(server).count == 21)
        await server.stop()
    }

    /// An address that mail refuses is none: nothing is made of it, and nobody is told that mail is at fault.
    @Test func addressesAreThoseThatMailTakes() async throws {
        let server = try await RunningServer.start(.sqlite)
        let longest = String(repeating: "a", count: 64) + "@example.com"
        for (address, status) in [(longest, 202), ("a" + longest, 422)] {
            let reply = try await post(server, "register", ["email": address, "password": Self.password])
            #expect(reply.status == status)
            #expect(
                (reply.json["errors"] as? [[String: String]])?.first?["pointer"] == (status == 422 ? "/email" : nil))
            #expect(try await post(server, "forgot-password", ["email": address]).status == status)
        }
        #expect(try mails(server).count == 2)
        #expect(try await server.server.users.all(with: "a" + longest).isEmpty)
        await server.stop()
    }

    @Test(arguments: [
        "short", "password123", "1234567890", "aaaaaaaaaaaa", "anne.example rules",
        String(repeating: "x1y2", count: 60),
    ])
    func poorPasswordsAreRefused(password: String) async throws {
        let server = try await RunningServer.start(.sqlite)
        let reply = try await post(server, "register", ["email": "anne.example@x.org", "password": password])
        #expect(reply.status == 422)
        #expect((reply.json["errors"] as? [[String: String]])?.map { $0["pointer"] } == ["/password"])
        #expect(!reply.text.contains(password))
        await server.stop()
    }

    /// Many at once get no more tries than one after another, and a reset lets the owner in.
    @Test func concurrentGuessesAreCountedBeforeTheyAreLookedAt() async throws {
        let clock = MovableClock()
        let server = try await RunningServer.start(.sqlite, clock: clock)
        _ = try await post(server, "register", ["email": "ann@example.com", "password": Self.password])
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<30 {
                group.addTask { try await logIn(server, "ann@example.com", "guess number \(number)").status }
            }
            return try await group.reduce(into: [Int]()) { $0.append($1) }
        }
        #expect(statuses.count { $0 == 401 } == 5 && statuses.count { $0 == 429 } == 25)
        clock.advance(by: 30)  // one more try is free
        #expect(try await logIn(server, "ann@example.com", "guess number 30").status == 401)
        #expect(try await logIn(server, "ann@example.com", Self.password).status == 429)
        _ = try await post(server, "forgot-password", ["email": "ann@example.com"])
        let token = try #require(try mails(server).last?.token)
        _ = try await post(server, "reset-password", ["token": token, "new_password": "another long passphrase"])
        let signedIn = try await logIn(server, "ann@example.com", "another long passphrase")
        #expect(signedIn.status == 200 && signedIn.headers["cache-control"] == "no-store")
        let long = String(repeating: "😀", count: 300)
        #expect(try await logIn(server, "bob@example.com", long).status == 422)
        await server.stop()
    }

    /// When the cost of passwords changes, whoever signs in first hashes theirs anew, and nobody is held up by that.
    @Test(arguments: DatabaseBackend.allCases)
    func theCostOfPasswordsChanges(backend: DatabaseBackend) async throws {
        let folder = try temporaryFolder("cost")
        let url = backend == .sqlite ? "sqlite://\(folder)/test.db" : try PostgresServer.shared.get().newDatabase()
        func start(_ milliseconds: Int) async throws -> RunningServer {
            try await RunningServer.start(
                backend, url: url, ["DATABASE_URL": url, "PASSWORD_HASH_MILLISECONDS": "\(milliseconds)"],
                addsUsers: false)
        }
        var server = try await start(1)
        let accounts = SQLAccountStore(server.server.database)
        _ = try await accounts.settle("password hash of 1 ms", "m=1024,t=2,p=1")
        _ = try await accounts.settle("password hash of 2 ms", "m=1024,t=9,p=1")
        _ = try await post(server, "register", ["email": "ann@example.com", "password": Self.password])
        await server.stop()
        for (milliseconds, cost) in [(2, "t=9"), (1, "t=2")] {
            server = try await start(milliseconds)
            let statuses = try await withThrowingTaskGroup(of: Int.self) { [server] group in
                for _ in 0..<4 { group.addTask { try await logIn(server).status } }
                return try await group.reduce(into: [Int]()) { $0.append($1) }
            }
            #expect(statuses == [200, 200, 200, 200])
            let accounts = SQLAccountStore(server.server.database)
            let user = try #require(try await accounts.user(email: "ann@example.com"))
            #expect(try await accounts.passwordHash(of: user.id)?.contains("$m=1024,\(cost),p=1$") == true)
            await server.stop()
        }
        // What nobody has is as dear as the dearest; one that cannot be had shows that it is asked for.
        server = try await start(1)
        _ = try await SQLAccountStore(server.server.database).settle("password hash of 3 ms", "m=1,t=99999,p=1")
        #expect(try await logIn(server, "bob@example.com").status == 500)
        #expect(try await logIn(server).status == 200)
        await server.stop()
    }

    @Test func guessesFromOneNetworkDoNotShutTheOwnerOut() async throws {
        let server = try await RunningServer.start(.sqlite, ["TRUSTED_PROXIES": "127.0.0.1"], clock: MovableClock())
        _ = try await post(server, "register", ["email": "ann@example.com", "password": Self.password])
        func logIn(_ password: String, from address: String) async throws -> Int {
            let body = "{\"email\":\"ann@example.com\",\"password\":\"\(password)\"}"
            return try await server.send(
                "POST", "/api/v2/auth/login", key: "", headers: ["X-Forwarded-For": address], body
            ).status
        }
        for number in 1...6 {
            let status = try await logIn("a wrong passphrase", from: "203.0.113.\(number)")
            #expect(status == (number < 6 ? 401 : 429))
        }
        #expect(try await logIn(Self.password, from: "198.51.100.7") == 200)
        await server.stop()
    }

    /// One password for many addresses locks none of them, and is noted.
    @Test func sprayingIsNoted() async throws {
        let server = try await RunningServer.start(.sqlite)
        for number in 0..<40 { _ = try await logIn(server, "user\(number)@example.com", "Summer of 2026!") }
        #expect(try await server.auditActions().count { $0 == "security.brute_force" } == 1)
        await server.stop()
    }

    @Test func thePresentPasswordCannotBeGuessedAt() async throws {
        let server = try await RunningServer.start(.sqlite, clock: MovableClock())
        let bearer = try await server.signIn()
        for number in 1...6 {
            let body = #"{"current_password":"guess \#(number)","new_password":"another long passphrase"}"#
            let reply = try await server.send("POST", "/api/v2/auth/change-password", key: "", headers: bearer, body)
            #expect(reply.status == (number < 6 ? 422 : 429))
        }
        let actions = try await server.auditActions()
        #expect(actions.count { $0 == "password.change_failure" } == 5 && actions.contains("security.brute_force"))
        await server.stop()
    }

    @Test(arguments: ["HS256", "EdDSA"])
    func tokensOfAnEarlierSecretStayGood(algorithm: String) async throws {
        let folder = try temporaryFolder("rotation")
        func start(_ secrets: [String: String]) async throws -> RunningServer {
            let settings = ["DATABASE_URL": "sqlite://\(folder)/test.db", "JWT_ALGORITHM": algorithm]
            return try await RunningServer.start(.sqlite, settings.merging(secrets) { $1 }, addsUsers: false)
        }
        let (one, two) = (String(repeating: "1", count: 40), String(repeating: "2", count: 40))
        let first = try await start(["SECRET_KEY": one])
        _ = try await post(first, "register", ["email": "ann@example.com", "password": Self.password])
        let signedIn = try tokens(try await logIn(first))
        await first.stop()
        let second = try await start(["SECRET_KEY": two, "SECRET_KEY_PREVIOUS": one])
        #expect(try await second.send("GET", "/api/v2/auth/me", key: "", headers: signedIn.headers).status == 200)
        #expect(try await second.server.audit.verify().flaw == nil)
        await second.stop()
        let third = try await start(["SECRET_KEY": two])
        #expect(try await third.send("GET", "/api/v2/auth/me", key: "", headers: signedIn.headers).status == 401)
        await third.stop()
    }
}
