import Foundation
import FoundationNetworking
import Synchronization
import TestSupport
import Testing

/// The real program, killed in mid-stream: nothing lost that was acknowledged, nothing counted twice.
@Suite struct CrashTests {
    private static let program = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent(".build/debug/mockupaws").path

    /// `mockupaws serve`, which can be killed and started again on the same port and database.
    private final class Killable: Sendable {
        let port = freePort()
        private let folder: String
        private let url: String
        private let process = Mutex<ServerProcess?>(nil)

        init(_ backend: DatabaseBackend) throws {
            folder = try temporaryFolder("crash")
            url = try backend == .sqlite ? "sqlite://\(folder)/test.db" : PostgresServer.shared.get().newDatabase()
        }

        private var settings: [String] {
            ["env", "HOST=127.0.0.1", "PORT=\(port)", "DATABASE_URL=\(url)", "LOG_LEVEL=critical"]
        }

        func run(_ arguments: String...) throws -> String {
            let command = Process()
            command.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            command.arguments = settings.dropFirst() + [CrashTests.program] + arguments
            let output = Pipe()
            command.standardOutput = output
            try command.run()
            let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            command.waitUntilExit()
            return text.trimmingCharacters(in: .whitespacesAndNewlines)
        }

        func start() throws {
            let script = "echo $$ > \(folder)/pid; exec \(CrashTests.program) serve"
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
    }

    private struct Client: Sendable {
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
    }

    @Test(arguments: DatabaseBackend.allCases)
    func whatWasAcknowledgedIsKeptAndCountsOnce(backend: DatabaseBackend) async throws {
        let (batches, lines) = (120, 100)
        let server = try Killable(backend)
        _ = try server.run("migrate")
        _ = try server.run("user", "add", "crash@example.com")
        let client = Client(
            base: "http://127.0.0.1:\(server.port)", key: try server.run("key", "add", "crash@example.com"),
            headers: ["Content-Type": "application/json"])
        try server.start()
        let made = try #require(await client.send("POST", "/api/v2/scenarios", #"{"name":"crash"}"#))
        let id = try #require(try Self.value("id", in: made) as? String)
        #expect(await client.send("POST", "/api/v2/scenarios/\(id)/start") != nil)

        let acknowledged = Counter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in 0..<6 {
                group.addTask {
                    for batch in stride(from: lane, to: batches, by: 6) {
                        let body = (0..<lines).map { #"{"time":"2026-03-02T08:00:00Z","n":\#(batch * lines + $0)}"# }
                        let headers = [
                            "X-Scenario-ID": id, "Idempotency-Key": "batch \(batch)",
                            "Content-Type": "application/x-ndjson",
                        ]
                        while await client.send("POST", "/ingest", body.joined(separator: "\n"), headers) == nil {
                            try await Task.sleep(for: .milliseconds(20))
                        }
                        acknowledged.value.add(1, ordering: .relaxed)
                    }
                }
            }
            group.addTask {
                for share in 1...3 {
                    while acknowledged.value.load(ordering: .relaxed) < batches * share / 5 {
                        try await Task.sleep(for: .milliseconds(2))
                    }
                    try server.kill()
                    try server.start()
                }
            }
            try await group.waitForAll()
        }
        let metrics = try #require(await client.send("GET", "/api/v2/scenarios/\(id)/metrics"))
        let summary = try Self.value("summary", in: metrics) as? [String: Any]
        #expect(summary?["total_requests"] as? Int == batches * lines)
        server.stop()
    }

    private final class Counter: Sendable {
        let value = Atomic(0)
    }

    private static func value(_ name: String, in text: String) throws -> Any? {
        (try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])?[name]
    }
}
