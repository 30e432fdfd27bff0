import Foundation
import FoundationNetworking
import Synchronization
import TestSupport

/// `mockupaws serve`, which can be killed and started again on the same port and database.
final class KillableServer: Sendable {
    private static let program = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent(".build/debug/mockupaws").path

    let port = freePort()
    private let folder: String
    let url: String  // of the database
    private let more: [String]
    private let process = Mutex<ServerProcess?>(nil)

    /// - Parameter more: Settings beside those of a test: `NAME=value`.
    init(_ backend: DatabaseBackend, _ more: String...) throws {
        self.more = more
        folder = try temporaryFolder("crash")
        url = try backend == .sqlite ? "sqlite://\(folder)/test.db" : PostgresServer.shared.get().newDatabase()
    }

    private var settings: [String] {
        ["env", "HOST=127.0.0.1", "PORT=\(port)", "DATABASE_URL=\(url)", "LOG_LEVEL=critical"] + more
    }

    /// How many databases earlier restores have put aside.
    func formerDatabases() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: folder).count {
            $0.hasPrefix("test.db.former-") && !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm")
        }
    }

    func run(_ arguments: String...) throws -> String {
        let command = Process()
        command.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        command.arguments = settings.dropFirst() + [Self.program] + arguments
        let output = Pipe()
        command.standardOutput = output
        try command.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        command.waitUntilExit()
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    func start() throws {
        let script = "echo $$ > \(folder)/pid; exec \(Self.program) serve"
        let server = try ServerProcess(
            settings + ["sh", "-c", script], logPath: folder + "/log",
            isReady: {
                (try? String(contentsOfFile: folder + "/log", encoding: .utf8))?.contains("listening") == true
            })
        process.withLock { $0 = server }
    }

    func kill() throws {
        let pid = try String(contentsOfFile: folder + "/pid", encoding: .utf8)
        Foundation.kill(Int32(pid.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0, SIGKILL)
        stop()
    }

    func stop() {
        process.withLock { process in
            process?.stop()
            process = nil
        }
    }

    /// Starts it with a user and a running scenario.
    /// - Returns: A client with the user's key, and the scenario's id.
    func begin() async throws -> (client: Client, scenario: String) {
        _ = try run("migrate")
        _ = try run("user", "add", "crash@example.com")
        let client = Client(
            base: "http://127.0.0.1:\(port)", key: try run("key", "add", "crash@example.com"),
            headers: ["Content-Type": "application/json"])
        try start()
        let made = try await client.object("POST", "/api/v2/scenarios", #"{"name":"crash"}"#)
        let id = made["id"] as? String ?? ""
        _ = try await client.object("POST", "/api/v2/scenarios/\(id)/start")
        return (client, id)
    }
}

struct Client: Sendable {
    var base: String
    var key: String
    var headers: [String: String] = [:]

    /// The answer's body; nil when the connection broke.
    func send(_ method: String, _ path: String, _ body: String = "", _ more: [String: String] = [:]) async
        -> String?
    {
        var request = URLRequest(url: URL(string: base + path)!, timeoutInterval: 10)
        request.httpMethod = method
        request.setValue(key, forHTTPHeaderField: "X-API-Key")
        for (name, value) in headers.merging(more, uniquingKeysWith: { $1 }) {
            request.setValue(value, forHTTPHeaderField: name)
        }
        if !body.isEmpty { request.httpBody = Data(body.utf8) }
        guard let (data, response) = try? await URLSession.shared.data(for: request),  // broken: sent again
            let status = (response as? HTTPURLResponse)?.statusCode, (200..<300).contains(status)
        else { return nil }
        return String(decoding: data, as: UTF8.self)
    }

    struct NoAnswer: Error {}

    func object(_ method: String, _ path: String, _ body: String = "") async throws -> [String: Any] {
        var text = await send(method, path, body)
        for _ in 0..<50 where text == nil {  // it may just have been killed
            try await Task.sleep(for: .milliseconds(100))
            text = await send(method, path, body)
        }
        guard let text else { throw NoAnswer() }
        return try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
    }

    /// Records metered for a scenario.
    func events(of scenario: String) async throws -> Int {
        let summary = try await object("GET", "/api/v2/scenarios/\(scenario)/metrics")["summary"] as? [String: Any]
        return summary?["total_requests"] as? Int ?? -1
    }
}
