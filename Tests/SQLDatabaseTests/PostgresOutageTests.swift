import Foundation
import SQLDatabase
import TestSupport
import Testing

@Suite struct PostgresOutageTests {
    private func number(_ database: some SQLDatabase) async throws -> Int64? {
        try await database.read { try $0.first("SELECT \(7)") { try $0.int(0) } }
    }

    @Test func aLostServerIsUnavailableAndComesBack() async throws {
        let server = try PostgresServer()
        let database = PostgresDatabase(.init(url: try server.newDatabase(), connections: 2))
        #expect(try await number(database) == 7)
        server.stop()
        for _ in 0..<3 {
            do {
                _ = try await number(database)
                Issue.record("a stopped server answered")
            } catch SQLError.unavailable {}
        }
        try server.start()
        #expect(try await number(database) == 7)
        let value = try await database.write { try $0.first("SELECT \(8)") { try $0.int(0) } }
        #expect(value == 8)
        server.stop()
        try server.start()  // a connection that went stale meanwhile is replaced without the caller's notice
        let later = try await database.write { try $0.first("SELECT \(9)") { try $0.int(0) } }
        #expect(later == 9)
        await database.close()
    }

    @Test func callersWaitForAConnectionOnlySoLong() async throws {
        let url = try PostgresServer.shared.get().newDatabase()
        let database = PostgresDatabase(.init(url: url, connections: 1, waitSeconds: 0.2))
        let slow = Task { try await database.read { try $0.execute("SELECT pg_sleep(1)") } }
        try await Task.sleep(for: .milliseconds(50))
        do {
            _ = try await number(database)
            Issue.record("there was a free connection")
        } catch SQLError.unavailable(let reason) {
            #expect(reason == "no connection was free within 0.2 s")
        }
        _ = try await slow.value
        #expect(try await number(database) == 7)
        await database.close()
    }

    @Test func aStatementEndsAtItsTimeLimit() async throws {
        let url = try PostgresServer.shared.get().newDatabase()
        let database = PostgresDatabase(.init(url: url, connections: 1, statementSeconds: 0.1))
        await #expect(throws: SQLError.unavailable("canceling statement due to statement timeout")) {
            try await database.read { try $0.execute("SELECT pg_sleep(5)") }
        }
        #expect(try await number(database) == 7)
        await database.close()
    }
}
