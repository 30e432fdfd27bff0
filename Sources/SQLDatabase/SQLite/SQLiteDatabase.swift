import Foundation
import GRDB
import Synchronization

/// SQLite in WAL mode: readers never wait for the writer; writes of many callers share one commit.
public final class SQLiteDatabase: SQLDatabase {
    public var dialect: SQLDialect { .sqlite }
    private let pool: DatabasePool
    private let file: SQLiteFile
    private let readers = JobQueue<DatabasePool>()
    private let waitSeconds: Double
    private let waiting = Mutex(Waiting())

    private struct Waiting {
        var writes: [PendingWrite] = []
        var isWatched = false  // by refuseLate
    }

    /// - Parameters:
    ///   - path: The database file; it is made when it is not there.
    ///   - readers: Connections that read at the same time.
    ///   - waitSeconds: How long a read waits for one of them, and a write for its transaction to begin.
    /// - Throws: ``SQLError/unavailable(_:)`` when the file cannot be opened, ``SQLError/damaged(_:)`` when it is no database.
    public init(path: String, readers: Int = 4, waitSeconds: Double = 5) throws {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)  // seconds; another process may be recovering its log
        configuration.maximumReaderCount = readers
        file = try SQLiteFile(path: path)
        // A new one is its owner's alone: it has addresses and hashes of passwords. What SQLite puts beside it follows it.
        let new = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
        if new >= 0 { Foundation.close(new) }
        do {
            pool = try DatabasePool(path: path, configuration: configuration)
            // A pool puts it on NORMAL when it begins: what was committed could be lost with the power.
            try pool.writeWithoutTransaction {
                try $0.execute(sql: "PRAGMA synchronous = FULL")
                try $0.execute(sql: "PRAGMA busy_timeout = 500")  // then it tries anew, for as long as writes wait
            }
        } catch {
            throw SQLError(error)
        }
        self.waitSeconds = waitSeconds
        for _ in 0..<readers {
            self.readers.startWorker { [pool] next in while let job = next() { job(pool) } }
        }
    }

    @discardableResult
    public func read<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            readers.add(
                waitSeconds: waitSeconds,
                refuse: { continuation.resume(throwing: $0) },
                job: { pool in
                    continuation.resume(
                        with: Result {
                            do {
                                try self.file.requireInPlace(age: .seconds(1))
                                return try pool.read { try body(SQLiteConnection($0)) }
                            } catch {
                                throw SQLError.from(error)
                            }
                        })
                })
        }
    }

    @discardableResult
    public func write<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let write = PendingWrite(body: body, continuation: continuation)
            let (isFirst, isUnwatched) = waiting.withLock { waiting in
                waiting.writes.append(write)
                defer { waiting.isWatched = true }
                return (waiting.writes.count == 1, !waiting.isWatched)
            }
            if isFirst { pool.asyncWriteWithoutTransaction { self.commitWaiting($0) } }
            if isUnwatched { refuseLate(after: waitSeconds) }
        }
    }

    /// Refuses writes whose transaction has not begun in time.
    private func refuseLate(after seconds: Double) {
        DispatchQueue.global().asyncAfter(deadline: .now() + seconds) { [weak self] in
            guard let self else { return }
            let now = ContinuousClock.now
            let (late, next) = waiting.withLock { waiting in
                let isLate = { (write: PendingWrite) in now - write.since >= .seconds(self.waitSeconds) }
                let late = waiting.writes.filter(isLate)
                waiting.writes.removeAll(where: isLate)
                waiting.isWatched = !waiting.writes.isEmpty
                return (late, waiting.writes.first)
            }
            for write in late { write.refuse(.unavailable("no transaction began within \(waitSeconds) s")) }
            if let next { refuseLate(after: max(0.01, waitSeconds - (now - next.since) / .seconds(1))) }
        }
    }

    @discardableResult
    public func write(_ statements: [SQL]) async throws -> [Int] {
        try await write { try $0.batch(statements) }
    }

    /// One transaction for all writes that came while the last one was being committed, each in its own savepoint.
    private func commitWaiting(_ database: Database) {
        for _ in 0..<8 {  // who is about to write comes along
            let count = waiting.withLock(\.writes.count)
            sched_yield()
            if waiting.withLock(\.writes.count) == count { break }
        }
        guard !waiting.withLock(\.writes.isEmpty) else { return }
        do {
            try file.requireInPlace(age: .zero)
            try database.run("BEGIN IMMEDIATE")
        } catch DatabaseError.SQLITE_BUSY {
            // Who has waited long enough for another process was refused meanwhile; the others go on.
            return pool.asyncWriteWithoutTransaction { self.commitWaiting($0) }
        } catch {
            for write in takeWaiting() { write.refuse(SQLError(error)) }
            return
        }
        let writes = takeWaiting()
        let deferred = DeferredRows()
        var finish: [(SQLError?) -> Void] = []
        do {
            for write in writes { finish.append(try write.run(database, deferred)) }
            try insert(deferred, database)
            try database.run("COMMIT")
            try file.requireInPlace(age: .zero)  // again, before anything is acknowledged
            for done in finish { done(nil) }
        } catch {
            if database.isInsideTransaction { try? database.execute(sql: "ROLLBACK") }  // the first error counts
            let failure = SQLError(error)
            for done in finish { done(failure) }
            for write in writes[finish.count...] { write.refuse(failure) }
        }
    }

    /// A row that is refused is the fault of none of those who wait for the commit.
    private func insert(_ rows: DeferredRows, _ database: Database) throws(SQLError) {
        do { try SQLiteConnection(database).batch(rows.statements) } catch {
            let error = SQLError(error)
            switch error {
            case .constraint, .statement: throw .unavailable("a row was refused at the end of a commit: \(error)")
            default: throw error
            }
        }
    }

    private func takeWaiting() -> [PendingWrite] {
        waiting.withLock { waiting in
            defer { waiting.writes = [] }
            return waiting.writes
        }
    }

    public func close() async {
        await readers.close()
        try? pool.close()  // fails only for connections still in use, which end with their bodies
    }

    /// Copies the database, while it is in use, to a new file.
    /// - Throws: ``SQLError``.
    public func backUp(to path: String) async throws {
        let (pool, target) = (pool, path)
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            Thread.detachNewThread {
                continuation.resume(
                    with: Result {
                        do {
                            let copy = try DatabaseQueue(path: target)
                            try pool.backup(to: copy)
                            try copy.close()
                        } catch { throw SQLError(error) }
                    })
            }
        }
    }
}

/// A write that waits for the next commit. `run` answers with what to do once the commit's outcome is known.
private struct PendingWrite: Sendable {
    let since = ContinuousClock.now
    let run: @Sendable (Database, DeferredRows) throws -> (SQLError?) -> Void
    let refuse: @Sendable (SQLError) -> Void

    init<Value: Sendable>(
        body: @escaping @Sendable (any SQLConnection) throws -> Value,
        continuation: CheckedContinuation<Value, any Error>
    ) {
        refuse = { continuation.resume(throwing: $0) }
        run = { database, deferred in
            let result = try database.savepoint(deferring: deferred, body)
            return { failure in
                switch (result, failure) {
                case (.success, let failure?): continuation.resume(throwing: failure)
                default: continuation.resume(with: result)
                }
            }
        }
    }
}

extension Database {
    /// Executes a statement that is prepared once.
    fileprivate func run(_ sql: String) throws { try cachedStatement(sql: sql).execute() }

    /// An error of the body takes back what the body did.
    /// - Throws: What ends the transaction, as a full disk does.
    fileprivate func savepoint<Value>(
        deferring rows: DeferredRows, _ body: (any SQLConnection) throws -> Value
    ) throws -> Result<Value, any Error> {
        let before = rows.found.count
        try run("SAVEPOINT body")
        let result: Result<Value, any Error>
        do {
            result = .success(try body(SQLiteConnection(self, deferring: rows)))
        } catch {
            guard isInsideTransaction else { throw error }
            try run("ROLLBACK TO body")
            rows.found.removeSubrange(before...)
            result = .failure(SQLError.from(error))
        }
        try run("RELEASE body")
        return result
    }
}
