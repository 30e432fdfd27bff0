import CPostgres
import Dispatch
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

    public var dialect: SQLDialect { .postgresql }
    private let settings: Settings
    private let queue = JobQueue()

    /// Starts the threads; they connect when there is work, so a database that is down is no error here.
    public init(_ settings: Settings) {
        self.settings = settings
        for _ in 0..<settings.connections {
            let queue = queue
            queue.workerStarts()
            Thread.detachNewThread {
                let connection = PostgresConnection(settings)
                while let job = queue.next() { job(connection) }
                connection.disconnect()
                queue.workerEnds()
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

/// What waits for a free connection. A job is run once or refused once.
private final class JobQueue: Sendable {
    typealias Job = @Sendable (PostgresConnection) -> Void

    private struct State {
        var jobs: [UInt64: (job: Job, refuse: @Sendable (SQLError) -> Void)] = [:]
        var (first, end): (UInt64, UInt64) = (0, 0)  // numbers of the jobs that wait, some of them refused
        var (idle, workers) = (0, 0)
        var isClosed = false
        var closers: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let work = DispatchSemaphore(value: 0)

    func add(waitSeconds: Double, refuse: @escaping @Sendable (SQLError) -> Void, job: @escaping Job) {
        let (number, mustWait): (UInt64?, Bool) = state.withLock { state in
            guard !state.isClosed else { return (nil, false) }
            defer { state.end += 1 }
            state.jobs[state.end] = (job, refuse)
            return (state.end, state.jobs.count > state.idle)
        }
        guard let number else { return refuse(.unavailable("the database is closed")) }
        work.signal()
        guard mustWait else { return }
        DispatchQueue.global().asyncAfter(deadline: .now() + waitSeconds) {
            let late = self.state.withLock { $0.jobs.removeValue(forKey: number) }
            late?.refuse(.unavailable("no connection was free within \(waitSeconds) s"))
        }
    }

    /// The next job, once there is one; `nil` when the queue is closed and empty.
    func next() -> Job? {
        state.withLock { $0.idle += 1 }
        defer { state.withLock { $0.idle -= 1 } }
        while true {
            work.wait()
            let (job, isOver): (Job?, Bool) = state.withLock { state in
                while state.first < state.end {
                    defer { state.first += 1 }
                    if let waiting = state.jobs.removeValue(forKey: state.first) { return (waiting.job, false) }
                }
                return (nil, state.isClosed)
            }
            if let job { return job }
            if isOver { return nil }
        }
    }

    func workerStarts() {
        state.withLock { $0.workers += 1 }
    }

    func workerEnds() {
        let closers = state.withLock { state in
            state.workers -= 1
            return state.workers == 0 ? state.closers : []
        }
        for closer in closers { closer.resume() }
    }

    func close() async {
        await withCheckedContinuation { continuation in
            let workers = state.withLock { state in
                state.isClosed = true
                if state.workers > 0 { state.closers.append(continuation) }
                return state.workers
            }
            for _ in 0..<workers { work.signal() }
            if workers == 0 { continuation.resume() }
        }
    }
}
