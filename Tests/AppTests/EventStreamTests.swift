import App
import Domain
import Foundation
import TestSupport
import Testing

/// Changes of a scenario as a stream of events.
@Suite struct EventStreamTests {
    private func holds(_ text: String, _ log: String) async throws -> Bool {
        for _ in 0..<600 {
            if try String(contentsOfFile: log, encoding: .utf8).contains(text) { return true }
            try await Task.sleep(for: .milliseconds(50))
        }
        return false
    }

    @Test func changesAreStreamed() async throws {
        let server = try await RunningServer.start(.sqlite)
        let id = try await server.filledScenario(perMinute: [10])
        let log = try temporaryFolder("events") + "/log"
        let curl = try ServerProcess(
            [
                "curl", "-sN", "-H", "X-API-Key: \(server.key)", "\(server.base)/api/v2/scenarios/\(id)/events",
            ], endedBy: "KILL", logPath: log, isReady: { FileManager.default.fileExists(atPath: log) })
        #expect(try await holds(#""total_requests":10"#, log))
        _ = try await server.send("POST", "/s/\(id)/ingest", type: nil, Data("{\"n\":1}\n".utf8))
        #expect(try await holds(#""total_requests":11"#, log))
        curl.stop()
        let events = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
        #expect(events.count { $0 == "event: summary" } == 2)
        await server.stop()
    }

    @Test(arguments: ["key", "session"])
    func aStreamEndsWithItsCredential(kind: String) async throws {
        let server = try await RunningServer.start(.sqlite)
        let id = try await server.filledScenario(perMinute: [10])
        let bearer = try await server.signIn()
        let own = try #require(try await server.server.keys.list(of: server.user.id).first?.id)
        let header = kind == "key" ? "X-API-Key: \(server.key)" : "Authorization: \(bearer["Authorization"] ?? "")"
        let log = try temporaryFolder("events") + "/log"
        let url = "\(server.base)/api/v2/scenarios/\(id)/events"
        let curl = try ServerProcess(
            ["sh", "-c", "curl -sN -m 45 -H '\(header)' \(url); echo ended with $?"], endedBy: "KILL", logPath: log,
            isReady: { FileManager.default.fileExists(atPath: log) })
        #expect(try await holds(#""total_requests":10"#, log))
        let path = kind == "key" ? "api-keys/\(own.uuidString.lowercased())" : "auth/logout"
        let reply = try await server.send(
            kind == "key" ? "DELETE" : "POST", "/api/v2/\(path)", key: "", headers: bearer)
        #expect(reply.status == 204)
        #expect(try await holds("ended with 0", log))
        curl.stop()
        await server.stop()
    }
}
