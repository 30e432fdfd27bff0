import CPostgres
import Foundation
import Synchronization

/// PostgreSQL through libpq: a fixed number of connections, each with a thread of its own.
public final class PostgresDatabase: SQLDatabase {
    public struct Settings: Sendable {
        /// A libpq connection string or URL, `sslmode` included.
        public var url: String
        public var connections: Int
        /// How long a caller waits for a free connection, in seconds.
        public var waitSeconds: Double
        /// How long one statement may take, in seconds.
        public var statementSeconds: Double

        public init(url: String, connections: Int = 8, waitSeconds: Double = 5, statementSeconds: Double = 30) {
            (self.url, self.connections) = (url, connections)
            (self.waitSeconds, self.statementSeconds) = (waitSeconds, statementSeconds)
        }
    }

    /// Whether libpq takes a URL apart as people meant it. What it says of others would show the password in them: of
    /// those where it ends too early, at an `@` or `/` that should be `%40` or `%2F`, too.
    public static func isReadable(url: String) -> Bool {
        let parts = url.prefix { $0 != "?" }.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count > 2, parts[2].count(where: { $0 == "@" }) <= 1, !parts.dropFirst(3).joined().contains("@")
        else { return false }
        guard let options = PQconninfoParse(url, nil) else { return false }
        PQconninfoFree(options)
        return true
    }

    public var dialect: SQLDialect { .postgresql }
    private let settings: Settings
    private let queue = JobQueue<PostgresConnection>()
    private let waiting = Mutex<[PendingGroup]>([])

    /// Starts the threads; they connect when there is work, so a database that is down is no error here.
    public init(_ settings: Settings) {
        self.settings = settings
        for _ in 0..<settings.connections {
            queue.startWorker { next in
                let connection = PostgresConnection(settings)
                while let job = next() { job(connection) }
                connection.disconnect()
            }
        }
    }

    @discardableResult
    public func read<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Value
    ) async throws -> Value {
        try await run { connection in try connection.retryingOnce { try body(connection) } }
    }

    @discardableResult
    public func write<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Value
    ) async throws -> Value {
        try await run { connection in try connection.transaction { try body(connection) } }
    }

    @discardableResult
    public func write(_ statements: [SQL]) async throws -> [Int] {
        guard statements.count <= PostgresConnection.pipelineLimit else {
            return try await write { try $0.batch(statements) }
        }
        return try await withCheckedThrowingContinuation { continuation in
            let isFirst = waiting.withLock { waiting in
                waiting.append(PendingGroup(statements: statements, continuation: continuation))
                return waiting.count == 1
            }
            if isFirst { sendWaiting() }
        }
    }

    /// All groups that came while a connection was awaited go through it together.
    private func sendWaiting() {
        queue.add(
            waitSeconds: settings.waitSeconds,
            refuse: { error in for group in self.late() { group.continuation.resume(throwing: error) } },
            job: { connection in
                let groups = self.taken(PostgresConnection.pipelineLimit)
                let results = connection.atomically(groups.map(\.statements))
                for (group, result) in zip(groups, results) { group.continuation.resume(with: result) }
            })
    }

    /// The groups that have waited long enough; what came later goes on waiting.
    private func late() -> [PendingGroup] {
        let limit = ContinuousClock.now - .seconds(settings.waitSeconds * 0.99)
        let (late, isMore) = waiting.withLock { waiting in
            let late = waiting.filter { $0.since <= limit }
            waiting.removeAll { $0.since <= limit }
            return (late, !waiting.isEmpty)
        }
        if isMore { sendWaiting() }
        return late
    }

    /// - Parameter limit: Of statements; what stays gets a connection of its own.
    private func taken(_ limit: Int) -> [PendingGroup] {
        let (groups, isMore) = waiting.withLock { waiting in
            var (count, statements) = (0, 0)
            while count < waiting.count, statements + waiting[count].statements.count <= limit {
                statements += waiting[count].statements.count
                count += 1
            }
            let groups = Array(waiting[..<count])
            waiting.removeSubrange(..<count)
            return (groups, !waiting.isEmpty)
        }
        if isMore { sendWaiting() }
        return groups
    }

    private func run<Value: Sendable>(
        _ body: @escaping @Sendable (PostgresConnection) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.add(
                waitSeconds: settings.waitSeconds,
                refuse: { continuation.resume(throwing: $0) },
                job: { connection in continuation.resume(with: Result { try body(connection) }) })
        }
    }

    public func close() async {
        await queue.close()
    }
}

/// Statements of one transaction that wait for a connection.
private struct PendingGroup: Sendable {
    let since = ContinuousClock.now
    var statements: [SQL]
    var continuation: CheckedContinuation<[Int], any Error>
}
