import App
import Domain
import Foundation
import TestSupport
import Testing

/// How much callers may ask for.
@Suite struct LimitTests {
    private static let settings = ["RATE_LIMITS": "true", "RATE_LIMIT_FREE": "60/20", "RATE_LIMIT_SIGN_IN": "1/3"]

    /// The burst and what is made up for since, exactly, also where somebody sets the clock back.
    @Test func concurrentCallersOfOneKeyGetNoMoreThanTheirLimit() async throws {
        let clock = MovableClock()
        let server = try await RunningServer.start(.sqlite, Self.settings, clock: clock)
        func ask(_ count: Int) async throws -> [RunningServer.Reply] {
            try await withThrowingTaskGroup(of: RunningServer.Reply.self) { group in
                for _ in 0..<count {
                    group.addTask { try await server.send("GET", "/api/v2/auth/me") }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
        }
        let replies = try await ask(1_000)
        #expect(replies.count { $0.status == 200 } == 20)
        for reply in replies {
            #expect(reply.headers["x-ratelimit-limit"] == "60")
            #expect(reply.headers["ratelimit-policy"] == #""default";q=60;w=60"#)
            let remaining = reply.headers["x-ratelimit-remaining"].flatMap { Int($0) } ?? -1
            #expect((0..<20).contains(remaining))
            #expect(reply.status == 200 || (reply.status == 429 && reply.headers["retry-after"] != nil))
        }
        #expect(replies.first { $0.status == 429 }?.code == "rate_limited")
        // Another key is another caller.
        #expect(try await server.send("GET", "/api/v2/auth/me", key: server.otherKey).status == 200)
        clock.set(back: 3_600)
        clock.advance(by: 5)
        #expect(try await ask(100).count { $0.status == 200 } == 5)
        await server.stop()
    }

    /// A caller is told to the letter what is left, and when all of it will be there again.
    @Test func limitsAreToldOf() async throws {
        let clock = MovableClock()
        let server = try await RunningServer.start(.sqlite, Self.settings, clock: clock)
        for (wait, remaining, reset) in [(0.0, 19, 1), (0, 18, 2), (0.25, 17, 3), (60, 19, 1)] {
            clock.advance(by: wait)
            let headers = try await server.send("GET", "/api/v2/auth/me").headers
            #expect(headers["x-ratelimit-limit"] == "60")
            #expect(headers["x-ratelimit-remaining"] == "\(remaining)")
            let time = Int((clock.ambient.now().timeIntervalSince1970 + Double(reset)).rounded(.up))
            #expect(headers["x-ratelimit-reset"] == "\(time)")
            #expect(headers["ratelimit-policy"] == #""default";q=60;w=60"#)
            #expect(headers["ratelimit"] == "\"default\";r=\(remaining);t=\(reset)")
        }
        await server.stop()
    }

    /// Where nothing is counted, an answer tells what the address has left.
    @Test func everyAnswerTellsOfLimits() async throws {
        let origin = "https://app.example.com"
        let server = try await RunningServer.start(
            .sqlite, Self.settings.merging(["CORS_ALLOWED_ORIGINS": origin]) { $1 }, clock: MovableClock())
        func remaining(_ reply: RunningServer.Reply, _ status: Int) -> Int? {
            #expect(reply.status == status)
            #expect(reply.headers["ratelimit"]?.hasPrefix(#""default";r="#) == true, "\(status)")
            return reply.headers["x-ratelimit-remaining"].flatMap { Int($0) }
        }
        for _ in 0..<150 {  // more than the address may ask for at once
            let live = try await server.send("GET", "/api/v2/health/live", key: "")
            #expect(remaining(live, 200) == 100)
        }
        let preflight = try await server.send(
            "OPTIONS", "/api/v2/scenarios", key: "",
            headers: ["Origin": origin, "Access-Control-Request-Method": "PUT"])
        #expect(remaining(preflight, 204) == 100)
        let long = try await server.send("GET", "/api/v2/scenarios?q=" + String(repeating: "x", count: 9_000))
        #expect(remaining(long, 414) == 100)
        let heavy = try await server.send(
            "GET", "/api/v2/scenarios", headers: ["X-Large": String(repeating: "x", count: 17_000)])
        #expect(remaining(heavy, 431) == 100)
        #expect(remaining(try await server.send("GET", "/nothing", key: ""), 404) == 99)
        await server.stop()
    }

    /// New keys, and rotated ones, get what all keys of the user have left.
    @Test func manyKeysOfOneUserGetTenTimesTheLimitOfOne() async throws {
        let server = try await RunningServer.start(
            .sqlite, ["RATE_LIMITS": "true", "RATE_LIMIT_FREE": "1/2"], clock: MovableClock())
        var (allowed, last) = (0, "")
        for number in 0..<12 {
            var draft = KeyService.Draft()
            draft.name = "\(number)"
            let (key, first) = try await server.server.keys.create(draft, for: server.user.id, from: .commandLine)
            var caller = Caller(user: server.user.id)
            caller.session = UUID()
            let (_, next) = try await server.server.keys.rotate(key.id, overlap: 60, by: caller)
            for secret in [first, next] {
                let reply = try await server.send("GET", "/api/v2/auth/me", key: secret)
                allowed += reply.status == 200 ? 1 : 0
                if number == 11 { last = reply.headers["x-ratelimit-limit"] ?? "" }
            }
        }
        #expect(allowed == 20 && last == "10")  // the tighter of the two
        let other = try await server.send("GET", "/api/v2/auth/me", key: server.otherKey)
        #expect(other.status == 200 && other.headers["x-ratelimit-limit"] == "1")
        await server.stop()
    }

    @Test func signInsOfOneAddressAreFew() async throws {
        let server = try await RunningServer.start(
            .sqlite, Self.settings.merging(["TRUSTED_PROXIES": "127.0.0.0/8"]) { $1 }, clock: MovableClock())
        func logIn(_ forwarded: String) async throws -> Int {
            try await server.send(
                "POST", "/api/v2/auth/login", key: "", headers: ["X-Forwarded-For": forwarded],
                #"{"email":"x@example.com","password":"wrong"}"#
            ).status
        }
        for _ in 0..<3 { #expect(try await logIn("198.51.100.7") == 401) }
        for forwarded in ["198.51.100.7", "203.0.113.9, 198.51.100.7"] {  // what a client puts before says nothing
            #expect(try await logIn(forwarded) == 429)
        }
        #expect(try await logIn("198.51.100.8") == 401)
        #expect(try await server.send("GET", "/api/v2/health/live", key: "").status == 200)
        await server.stop()
    }

    /// However an address is written, and whatever of its own /64 a host puts behind.
    @Test(arguments: [
        ["2001:db8::1", "2001:0db8:0:0:0:0:0:1", "2001:DB8::2", "2001:db8::ffff:1.2.3.4"],
        ["198.51.100.7", "::ffff:198.51.100.7", "::FFFF:c633:6407", "0:0:0:0:0:ffff:198.51.100.7"],
    ])
    func anAddressIsOneHoweverItIsWritten(spellings: [String]) async throws {
        let server = try await RunningServer.start(
            .sqlite, Self.settings.merging(["TRUSTED_PROXIES": "127.0.0.0/8"]) { $1 }, clock: MovableClock())
        func logIn(_ forwarded: String) async throws -> Int {
            try await server.send(
                "POST", "/api/v2/auth/login", key: "", headers: ["X-Forwarded-For": forwarded],
                #"{"email":"x@example.com","password":"wrong"}"#
            ).status
        }
        for spelling in spellings.prefix(3) { #expect(try await logIn(spelling) == 401) }
        #expect(try await logIn(spellings[3]) == 429)
        #expect(try await logIn("2001:db8:0:1::1") == 401)
        await server.stop()
    }

    @Test func credentialsThatAreNoneCannotBeTriedForLong() async throws {
        let server = try await RunningServer.start(.sqlite, Self.settings, clock: MovableClock())
        #expect(try await server.send("GET", "/api/v2/auth/me").status == 200)
        var refused = 0
        while try await server.send("GET", "/api/v2/auth/me", key: "mk_\(refused)").status == 401 { refused += 1 }
        #expect(refused == 10)
        let malformed = try await server.send("GET", "/api/v2/auth/me", key: "", headers: ["Authorization": "Foo"])
        #expect(malformed.status == 429)
        // A credential that was not good lately is not looked for any more; who has one that was is not shut out.
        for _ in 0..<3 {
            let other = try await server.send("GET", "/api/v2/auth/me", key: server.otherKey)
            #expect(other.status == 429 && other.headers["x-ratelimit-limit"] == "30")
            #expect(other.headers["retry-after"] == "2")
        }
        #expect(try await server.send("GET", "/api/v2/auth/me").status == 200)
        await server.stop()
    }

    /// A delivery is counted by its events: one too many has to be made up for.
    @Test func ingestIsCountedInEvents() async throws {
        let clock = MovableClock()
        let server = try await RunningServer.start(.sqlite, Self.settings, clock: clock)
        let id = try await server.scenario()
        let body = String(repeating: "{}\n", count: 150_000)  // the plan has 100,000 a minute
        func ingest(_ body: String) async throws -> RunningServer.Reply {
            try await server.send("POST", "/s/\(id)/ingest", type: "application/x-ndjson", Data(body.utf8))
        }
        #expect(try await ingest(body).status == 200)
        for (wait, status) in [("31", 429), (nil, 200)] {  // 50,000 too many take 30 s to make up for, and this one
            let reply = try await ingest("{}\n")
            #expect(reply.status == status && reply.headers["retry-after"] == wait)
            clock.advance(by: 31)
        }
        #expect(try await server.send("GET", "/api/v2/auth/me").status == 200)  // counted apart
        await server.stop()
    }

    /// What was read is charged for even when the delivery is refused at its end, or breaks off.
    @Test(arguments: [true, false])
    func whatIsReadCounts(isWhole: Bool) async throws {
        let server = try await RunningServer.start(.sqlite, Self.settings, clock: MovableClock())
        let id = try await server.scenario()
        if isWhole {
            let body = String(repeating: "{\"index\":{}}\n{}\n", count: 200_000) + "[]\n"  // the last names no action
            let reply = try await server.send(
                "POST", "/s/\(id)/_bulk", type: "application/x-ndjson", Data(body.utf8))
            #expect(reply.status == 400)
        } else {
            let shell = Process()
            shell.executableURL = URL(fileURLWithPath: "/bin/bash")
            let head = "POST /s/\(id)/ingest HTTP/1.1\\r\\nHost: x\\r\\nX-API-Key: \(server.key)\\r\\n"
            let port = server.base.split(separator: ":").last ?? ""
            shell.arguments = [
                "-c",
                """
                exec 3<>/dev/tcp/127.0.0.1/\(port)
                printf '\(head)Content-Type: application/x-ndjson\\r\\nContent-Length: 9000000\\r\\n\\r\\n' >&3
                yes '{}' | head -n 400000 >&3
                """,
            ]
            try await shell.runToEnd()
        }
        var status = 200
        for _ in 0..<2_000 where status == 200 {  // the server may yet have to notice that the client is gone
            status = try await server.send("POST", "/s/\(id)/ingest", type: "text/plain", Data("a".utf8)).status
            if status == 200 { try await Task.sleep(for: .milliseconds(50)) }
        }
        #expect(status == 429)
        await server.stop()
    }

    /// There are so many places for deliveries, which a user whose deliveries trickle is not to hold all of.
    @Test func aUserHasSoManyDeliveriesAtATime() async throws {
        let server = try await RunningServer.start(.sqlite, ["RATE_LIMITS": "true"])
        let id = try await server.scenario()
        let head =
            "POST /s/\(id)/ingest HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-API-Key: \(server.key)\r\nContent-Type: text/plain\r\n"
        let base = server.base
        @Sendable func trickle() async -> RawConnection {  // what was promised never comes
            await RawConnection.send(head + "Content-Length: 9000\r\n\r\na", to: base)
        }
        try await withThrowingTaskGroup(of: RawConnection.self) { deliveries in
            for _ in 0..<9 { deliveries.addTask { await trickle() } }
            let refused = try #require(try await deliveries.next())  // the others wait
            #expect(refused.statuses == [429])
            #expect(refused.answer.contains("You have 8 deliveries open, as many as the plan free allows."))
            let other = try await server.send("POST", "/api/v2/scenarios", key: server.otherKey, #"{"name":"b"}"#)
            let others = other.json["id"] as? String ?? ""
            _ = try await server.send("POST", "/api/v2/scenarios/\(others)/start", key: server.otherKey)
            let taken = try await server.send(
                "POST", "/s/\(others)/ingest", key: server.otherKey, type: "text/plain", Data("a\n".utf8))
            #expect(taken.status == 200, "\(taken.text)")
            // Those are hung up on.
            for try await delivery in deliveries { #expect(delivery.statuses == [] && delivery.isClosed) }
        }
        // Their places are free.
        #expect(try await server.send("POST", "/s/\(id)/ingest", type: "text/plain", Data("a\n".utf8)).status == 200)
        await server.stop()
    }

    /// Each stream holds a connection; one user is not to hold them all.
    @Test func aUserHasSoManyStreamsAtATime() async throws {
        let server = try await RunningServer.start(.sqlite, ["RATE_LIMITS": "true", "RATE_LIMIT_FREE": "600/100"])
        let id = try await server.scenario()
        let (base, key) = (server.base, server.key)
        @Sendable func open(_ key: String, _ id: String, until end: String? = nil) async -> RawConnection {
            let head = "GET /api/v2/scenarios/\(id)/events HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
            return await RawConnection.send(Array((head + "X-API-Key: \(key)\r\n\r\n").utf8), to: base, until: end)
        }
        try await withThrowingTaskGroup(of: RawConnection.self) { streams in
            for _ in 0..<6 { streams.addTask { await open(key, id) } }
            let refused = try #require(try await streams.next())  // the others go on
            #expect(refused.statuses == [429] && refused.isClosed, "\(refused.answer)")
            #expect(refused.answer.contains("You have 5 streams of events open, as many as the plan free allows."))
            let other = try await server.send("POST", "/api/v2/scenarios", key: server.otherKey, #"{"name":"b"}"#)
            let others = other.json["id"] as? String ?? ""
            #expect(await open(server.otherKey, others, until: "\r\n\r\n").statuses == [200])
            // Streams end with their scenario, and their places are free.
            #expect(try await server.send("DELETE", "/api/v2/scenarios/\(id)").status == 204)
            for try await stream in streams { #expect(stream.statuses == [200] && stream.isClosed) }
        }
        let made = try await server.send("POST", "/api/v2/scenarios", #"{"name":"c"}"#)
        let last = await open(key, made.json["id"] as? String ?? "", until: "\r\n\r\n")
        #expect(last.statuses == [200], "\(last.answer)")
        await server.stop()
    }
}
