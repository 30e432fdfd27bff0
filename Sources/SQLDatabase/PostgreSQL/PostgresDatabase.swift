import CPostgres
import Foundation

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

    public var dialect: SQLDialect { .postgresql }
    private let settings: Settings
    private let queue = JobQueue<PostgresConnection>()

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
        try await run { connection in try connection.atomically(statements) }
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
