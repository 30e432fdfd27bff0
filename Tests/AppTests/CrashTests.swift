import Foundation
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

    private final class Counter: Sendable {
        let value = Atomic(0)
    }
}
