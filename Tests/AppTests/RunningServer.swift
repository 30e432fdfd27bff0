import App
import CostModel
import Domain
import Foundation
import FoundationNetworking
import Logging
import SQLDatabase
import Storage
import TestSupport

/// The whole program on a free port, over a database of its own, with two users.
final class RunningServer: Sendable {
    let base: String
    let server: Server
    let key: String
    let otherKey: String
    private let task: Task<Void, any Error>

    static func start(_ backend: DatabaseBackend, url: String? = nil) async throws -> RunningServer {
        var environment = ["HOST": "127.0.0.1", "PORT": "0", "LOG_LEVEL": "critical"]
        switch backend {
        case .sqlite: environment["DATABASE_URL"] = try "sqlite://" + temporaryFolder("server") + "/test.db"
        case .postgresql:
            let url = try url ?? PostgresServer.shared.get().newDatabase()
            environment["DATABASE_URL"] = url
            let database = PostgresDatabase(.init(url: url, connections: 1))
            try await database.migrate(Schema.migrations, at: Date())
            await database.close()
        }
        return try await RunningServer(try await ServerSettings.read(environment: environment).settings)
    }

    private init(_ settings: ServerSettings) async throws {
        let lookup = PriceLookup([try PriceCatalog.embedded()])
        let (ports, port) = AsyncStream<Int>.makeStream()
        var logger = Logger(label: "test")
        logger.logLevel = settings.logLevel
        let built = try await Server.build(settings, prices: { (lookup, "test") }, logger: logger) { port.yield($0) }
        server = built
        task = Task { try await built.run() }
        base = "http://127.0.0.1:\(await ports.first { _ in true } ?? 0)"
        let user = try await server.accounts.addUser(email: "one@example.com")
        let other = try await server.accounts.addUser(email: "two@example.com")
        key = try await server.accounts.addKey(named: "one", for: user.id).secret
        otherKey = try await server.accounts.addKey(named: "two", for: other.id).secret
    }

    func stop() async {
        task.cancel()
        _ = await task.result
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
}
