import App
import Domain
import Foundation
import SQLDatabase
import Storage
import Synchronization
import TestSupport
import Testing

/// The real program, killed in mid-stream: nothing lost that was acknowledged, nothing counted twice.
@Suite struct CrashTests {
    @Test(arguments: DatabaseBackend.allCases)
    func whatWasAcknowledgedIsKeptAndCountsOnce(backend: DatabaseBackend) async throws {
        let (batches, lines) = (120, 100)
        let server = try KillableServer(backend)
        let (client, id) = try await server.begin()
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
        #expect(try await client.events(of: id) == batches * lines)
        server.stop()
    }

    /// What was answered is in the audit log, which nothing but its own events is in.
    @Test(arguments: DatabaseBackend.allCases)
    func whatWasAcknowledgedIsInTheAuditLog(backend: DatabaseBackend) async throws {
        let server = try KillableServer(backend, "RATE_LIMITS=false")
        let (client, _) = try await server.begin()
        let made = Made()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    while made.ids.withLock({ $0.count }) < 300 {
                        let answer = await client.send("POST", "/api/v2/scenarios", #"{"name":"audited"}"#)
                        let fields = try answer.map { try JSONSerialization.jsonObject(with: Data($0.utf8)) }
                        if let id = (fields as? [String: Any])?["id"] as? String {
                            made.ids.withLock { _ = $0.insert(id) }
                        }
                        if answer == nil { try await Task.sleep(for: .milliseconds(20)) }
                    }
                }
            }
            group.addTask {
                for share in 1...3 {
                    while made.ids.withLock({ $0.count }) < 60 * share { try await Task.sleep(for: .milliseconds(2)) }
                    try server.kill()
                    try server.start()
                }
            }
            try await group.waitForAll()
        }
        server.stop()
        #expect(try server.run("audit", "verify").contains("none changed"))
        let database = try Server.open(ServerSettings.read(environment: ["DATABASE_URL": server.url]).settings)
        let entries = try await SQLAuditStore(database).entries(after: 0, limit: 10_000).map { try $0.get() }
        let told = entries.filter { $0.event.action == .scenarioCreated }.compactMap { $0.event.resource?.id }
        #expect(made.ids.withLock { $0 }.subtracting(told).isEmpty && Set(told).count == told.count)
        await database.close()
    }

    private final class Made: Sendable {
        let ids = Mutex<Set<String>>([])
    }

    private final class Counter: Sendable {
        let value = Atomic(0)
    }
}
