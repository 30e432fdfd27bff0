import App
import CostModel
import Domain
import Foundation
import FoundationNetworking
import Logging
import PriceStore
import SQLDatabase
import ServiceLifecycleTestKit
import Storage
import TestSupport
import Testing

/// The whole program on a free port, over a database of its own, with two users.
final class RunningServer: Sendable {
    let base: String
    let server: Server
    let key: String
    let otherKey: String
    let user: User
    let other: User
    let outbox: String  // folder of mail
    let prices: String  // folder of imported price lists
    private let task: Task<Void, any Error>
    private let shutdown: GracefulShutdownTestTrigger

    /// - Parameter settings: Beside those of a test: nothing is limited, and passwords are hashed fast.
    static func start(
        _ backend: DatabaseBackend, url: String? = nil, _ settings: [String: String] = [:], addsUsers: Bool = true,
        prices: String? = nil, clock: MovableClock? = nil
    ) async throws -> RunningServer {
        var environment = [
            "HOST": "127.0.0.1", "PORT": "0", "LOG_LEVEL": "critical", "RATE_LIMITS": "false",
            "PASSWORD_HASH_MILLISECONDS": "1", "MAIL_OUTBOX": try temporaryFolder("outbox"),
        ]
        switch backend {
        case .sqlite: environment["DATABASE_URL"] = try "sqlite://" + temporaryFolder("server") + "/test.db"
        case .postgresql:
            let url = try url ?? PostgresServer.shared.get().newDatabase()
            environment["DATABASE_URL"] = url
            let database = PostgresDatabase(.init(url: url, connections: 1))
            try await database.migrate(Schema.migrations, at: Date())
            await database.close()
        }
        environment.merge(settings) { $1 }
        let outbox = environment["MAIL_OUTBOX"] ?? ""
        let read = try ServerSettings.read(environment: environment).settings
        return try await RunningServer(
            read, outbox, addsUsers, try prices ?? temporaryFolder("prices"), clock?.ambient ?? Ambient())
    }

    private init(
        _ settings: ServerSettings, _ outbox: String, _ addsUsers: Bool, _ prices: String, _ ambient: Ambient
    ) async throws {
        (self.outbox, self.prices) = (outbox, prices)
        let store = PriceStore(directory: prices)
        let lookup = PriceLookup([StoredPrices(store), try PriceCatalog.embedded()])
        let (ports, port) = AsyncStream<Int>.makeStream()
        var logger = Logger(label: "test")
        logger.logLevel = settings.logLevel
        let built = try await Server.build(
            settings, prices: { (lookup, "test") }, priceStore: store, ambient: ambient, logger: logger
        ) { port.yield($0) }
        server = built
        let (triggers, trigger) = AsyncStream<GracefulShutdownTestTrigger>.makeStream()
        task = Task {
            try await testGracefulShutdown {
                trigger.yield($0)
                try await built.run()
            }
        }
        shutdown = try #require(await triggers.first { _ in true })
        base = "http://127.0.0.1:\(await ports.first { _ in true } ?? 0)"
        var draft = KeyService.Draft()
        draft.name = "test"
        guard addsUsers else {
            let nobody = User(id: UUID(), email: "", createdAt: Date())
            (user, other, key, otherKey) = (nobody, nobody, "", "")
            return
        }
        (user, other) = (
            try await server.users.add(email: "one@example.com", from: .commandLine),
            try await server.users.add(email: "two@example.com", from: .commandLine)
        )
        key = try await server.keys.create(draft, for: user.id, from: .commandLine).secret
        otherKey = try await server.keys.create(draft, for: other.id, from: .commandLine).secret
    }

    /// As a signal stops it: a server that is cancelled while somebody connects crashes in NIO, which loses the connection.
    func stop() async {
        shutdown.triggerGracefulShutdown()
        let patience = Task {  // for streams that a client holds
            try await Task.sleep(for: .seconds(3))
            task.cancel()
        }
        _ = await task.result
        patience.cancel()
    }

    static let password = "the passphrase of the tests"

    /// - Returns: The header that a user has after signing in; the first one unless given.
    func signIn(as user: User? = nil) async throws -> [String: String] {
        let email = (user ?? self.user).email
        try await server.users.setPassword(email: email, Self.password, from: .commandLine)
        let body = "{\"email\":\"\(email)\",\"password\":\"\(Self.password)\"}"
        let reply = try await send("POST", "/api/v2/auth/login", key: "", body)
        return ["Authorization": "Bearer \(reply.json["access_token"] as? String ?? reply.text)"]
    }

    /// - Returns: The header of the first user, made an administrator.
    func signInAsAdmin() async throws -> [String: String] {
        var change = UserService.Change()
        change.role = .admin
        _ = try await server.users.change(email: user.email, change, from: .commandLine)
        return try await signIn()
    }

    /// What the audit log says has happened, in order.
    func auditActions() async throws -> [String] { try await auditEvents().map(\.action.rawValue) }

    func auditEvents() async throws -> [AuditEvent] {
        var caller = Caller(user: user.id)
        (caller.role, caller.session) = (.admin, UUID())
        try await server.audit.linkWaiting()
        return try await server.audit.export(by: caller).reduce(into: []) { found, entries in
            found += entries.map(\.event).filter { $0.action != .auditExported }
        }
    }

    struct Reply {
        var status: Int
        var headers: [String: String]
        var data: Data

        var json: [String: Any] { (try? JSONSerialization.jsonObject(with: data)) as? [String: Any] ?? [:] }
        var code: String? { json["code"] as? String }
        var text: String { String(decoding: data, as: UTF8.self) }
    }

    func send(
        _ method: String, _ path: String, key: String? = nil, headers: [String: String] = [:], _ body: String? = nil
    ) async throws -> Reply {
        try await send(method, path, key: key, type: "application/json", headers: headers, body.map { Data($0.utf8) })
    }

    /// - Parameter type: Of the body; nil sends what the client library makes up.
    func send(
        _ method: String, _ path: String, key: String? = nil, type: String?, headers: [String: String] = [:],
        _ body: Data?
    ) async throws -> Reply {
        var request = URLRequest(url: URL(string: base + path)!)
        request.httpMethod = method
        request.timeoutInterval = 300  // seconds: all tests run at once
        if key != "" { request.setValue(key ?? self.key, forHTTPHeaderField: "X-API-Key") }
        if let body {
            request.httpBody = body
            request.setValue(type, forHTTPHeaderField: "Content-Type")
        }
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        let (data, response) = try await URLSession.shared.data(for: request)
        let http = response as? HTTPURLResponse
        let fields = (http?.allHeaderFields ?? [:]).reduce(into: [String: String]()) { fields, field in
            fields["\(field.key)".lowercased()] = "\(field.value)"
        }
        return Reply(status: http?.statusCode ?? 0, headers: fields, data: data)
    }

    /// A running scenario of the first user.
    func scenario(_ body: String = #"{"name":"test","region":"eu-west-1"}"#) async throws -> String {
        let id = try await send("POST", "/api/v2/scenarios", body).json["id"] as? String ?? ""
        _ = try await send("POST", "/api/v2/scenarios/\(id)/start")
        return id
    }

    /// A running scenario with so many events in each minute from 08:00.
    func filledScenario(perMinute: [Int], name: String = "test") async throws -> String {
        let id = try await scenario(
            #"{"name":"\#(name)","region":"eu-west-1","workload":{"free_tier":"none","steps":[{"sqs":{}}]}}"#)
        var lines: [String] = []
        for (minute, count) in perMinute.enumerated() {
            let time = "2026-03-02T08:\(minute < 10 ? "0" : "")\(minute):00Z"
            lines += (0..<count).map { #"{"time":"\#(time)","n":\#($0)}"# }
        }
        let reply = try await send("POST", "/s/\(id)/ingest", type: nil, Data(lines.joined(separator: "\n").utf8))
        #expect(reply.status == 200)
        return id
    }
}
