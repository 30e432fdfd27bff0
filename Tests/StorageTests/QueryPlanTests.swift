import CostModel
import Domain
import Foundation
import SQLDatabase
import Storage
import Synchronization
import TestSupport
import Testing
import Traffic

/// Every statement that the stores send finds its rows by an index. Lists are sorted by one, unless they are of a stretch
/// of time and sorted by something else.
@Suite struct QueryPlanTests {
    @Test(arguments: DatabaseBackend.allCases)
    func noStatementReadsAWholeTable(backend: DatabaseBackend) async throws {
        let database = RecordingDatabase(try backend.make())
        try await database.migrate(Schema.migrations, at: Date())
        let before = database.statements.count
        try await useEverything(database)
        let statements = database.statements.dropFirst(before)
        #expect(statements.count > 60)
        for statement in Set(statements) {
            let plan = try await plan(of: statement, in: database)
            for line in plan where Self.isSlow(line, statement.text) { Issue.record("\(line) in \(statement.text)") }
        }
        await database.close()
    }

    private static let tables = [
        "account", "api_key", "scenario", "scenario_tag", "traffic_segment", "delivery", "event_sample", "audit_entry",
    ]

    private static func isSlow(_ line: String, _ statement: String) -> Bool {
        if line.contains("USING INDEX"), statement.contains("LIMIT") { return false }  // as far as the limit
        if tables.contains(where: { line.hasPrefix("SCAN \($0)") || line.contains("Seq Scan on \($0)") }) {
            return true
        }
        let isOfAStretch = statement.contains("created_at >= ") || statement.contains("created_at < ")
        guard statement.contains("LIMIT"), !isOfAStretch else { return false }
        return line.contains("TEMP B-TREE FOR ORDER BY") || line.contains("Sort Key")
    }

    private func plan(of statement: SQL, in database: RecordingDatabase) async throws -> [String] {
        let explain: SQL = database.dialect == .sqlite ? "EXPLAIN QUERY PLAN " : "EXPLAIN "
        let column = database.dialect == .sqlite ? 3 : 0
        return try await database.write { connection in
            if database.dialect == .postgresql {  // tables are small here: only what cannot be avoided remains
                for step in ["seqscan", "sort"] { try connection.execute(SQL(text: "SET LOCAL enable_\(step) = off")) }
            }
            return try connection.all("\(sql: explain)\(sql: statement)") { try $0.text(column) }
        }
    }

    private func useEverything(_ database: any SQLDatabase) async throws {
        let (accounts, scenarios) = (SQLAccountStore(database), SQLScenarioStore(database))
        let (traffic, now) = (SQLTrafficStore(database, process: 1), Date(timeIntervalSince1970: 1_760_000_000))
        let owner = User(id: .v7(at: now), email: "plan@example.com", createdAt: now)
        try await accounts.insert(owner, passwordHash: nil, audit: nil)
        _ = try await accounts.user(email: owner.email)
        let key = APIKey(
            id: .v7(at: now), owner: owner.id, name: "", prefix: "", secretHash: [1], scenario: nil, createdAt: now)
        try await accounts.insert(key, atMost: 100, audit: nil)
        _ = (try await accounts.key(secretHash: [1]), try await accounts.keys(owner: owner.id))

        var scenario = Scenario(
            id: .v7(at: now), owner: owner.id, draft: .init(), status: .running, createdAt: now, updatedAt: now)
        scenario.draft.tags = ["one", "two"]
        _ = try await scenarios.insert(scenario, once: nil, audit: nil)
        scenario.version += 1
        _ = (
            try await scenarios.update(scenario, audit: nil), try await scenarios.scenario(scenario.id, owner: owner.id)
        )
        for query in Self.queries(now) { _ = try await scenarios.list(query, owner: owner.id) }

        var batch = IngestBatch(
            scenario: scenario.id, profile: TrafficProfile(), receivedAt: now, keys: [DeliveryKey("one")])
        batch.samples = [
            KeptSample(id: .v7(at: now), receivedAt: now, event: EventSample(minute: nil, bytes: 1, text: ""))
        ]
        _ = try await traffic.append(batch)
        (batch.keys, batch.samples) = ([], [])
        _ = (try await traffic.append(batch), try await traffic.claimed([DeliveryKey("one")], of: scenario.id))
        let revisions = try await traffic.revisions(of: scenario.id)
        _ = try await traffic.segments(of: scenario.id, keys: Array(revisions.keys))
        _ = try await traffic.samples(of: scenario.id)
        try await traffic.forgetKeys(before: now)
        _ = try await scenarios.delete(scenario.id, owner: owner.id, versions: nil, audit: nil)
        _ = try await accounts.deleteKey(key.id, owner: owner.id, audit: nil)
        try await useAudit(SQLAuditStore(database), now)
    }

    private func useAudit(_ audit: SQLAuditStore, _ now: Date) async throws {
        let filters: [(inout AuditQuery) -> Void] = [
            { _ in }, { $0.actions = [.signedIn] }, { $0.user = UUID() }, { $0.resourceID = "x" },
            { $0.address = "192.0.2.1" }, { $0.correlationID = "x" }, { ($0.from, $0.before) = (now, now) },
        ]
        for filter in filters {
            var query = AuditQuery()
            filter(&query)
            _ = try await audit.entries(query)
            (query.from, query.before) = (now, now)
            _ = try await audit.entries(query)
        }
        _ = (try await audit.waiting(atMost: 1), try await audit.entries(after: 1, limit: 1), try await audit.end())
    }

    /// Each filter alone and all together, in every order.
    private static func queries(_ now: Date) -> [ScenarioQuery] {
        let filters: [(inout ScenarioQuery) -> Void] = [
            { _ in }, { $0.statuses = [.draft, .running] }, { $0.region = "us-east-1" }, { $0.tag = "one" },
            { $0.text = "check" }, { $0.createdFrom = now }, { $0.createdBefore = now },
        ]
        return ScenarioQuery.Sort.allCases.flatMap { sort in
            [true, false].flatMap { isDescending in
                (filters + [{ query in for filter in filters { filter(&query) } }]).map { filter in
                    var query = ScenarioQuery()
                    (query.sort, query.isDescending) = (sort, isDescending)
                    filter(&query)
                    return query
                }
            }
        }
    }
}

/// A database that notes what is sent to it.
private final class RecordingDatabase: SQLDatabase {
    private let inner: any SQLDatabase
    private let notes = Mutex<[SQL]>([])

    init(_ inner: any SQLDatabase) { self.inner = inner }

    var dialect: SQLDialect { inner.dialect }
    var statements: [SQL] { notes.withLock(\.self) }

    private func note(_ statements: [SQL]) { notes.withLock { $0 += statements } }

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Value
    ) async throws -> Value {
        try await inner.read { try body(RecordingConnection(inner: $0, note: self.note)) }
    }

    func write<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Value
    ) async throws -> Value {
        try await inner.write { try body(RecordingConnection(inner: $0, note: self.note)) }
    }

    func write(_ statements: [SQL]) async throws -> [Int] {
        note(statements)
        return try await inner.write(statements)
    }

    func close() async { await inner.close() }
}

private struct RecordingConnection: SQLConnection {
    let inner: any SQLConnection
    let note: ([SQL]) -> Void

    func execute(_ sql: SQL) throws -> Int {
        note([sql])
        return try inner.execute(sql)
    }

    func query(_ sql: SQL, each body: (any SQLRow) throws -> Void) throws {
        note([sql])
        try inner.query(sql, each: body)
    }

    func batch(_ statements: [SQL]) throws -> [Int] {
        note(statements)
        return try inner.batch(statements)
    }
}
