import CPostgres
import Foundation

/// One connection, used by one thread. It connects when it is first needed and again after it was lost.
final class PostgresConnection: SQLConnection {
    private let settings: PostgresDatabase.Settings
    private var connection: OpaquePointer?
    private var prepared: [String: String] = [:]  // text → name of the prepared statement
    private var isLost = false

    private static let preparedStatementLimit = 600  // more than a pipeline may need
    static let pipelineLimit = 256  // statements in flight; their answers stay far below a socket's buffer
    private static let conflictAttempts = 5

    init(_ settings: PostgresDatabase.Settings) {
        self.settings = settings
    }

    // MARK: Transactions

    /// `BEGIN`, `body`, `COMMIT`. Runs again after a serialisation failure or a deadlock, and when the connection
    /// turns out to be stale before the body began.
    func transaction<Value>(_ body: () throws -> Value) throws -> Value {
        try retryingConflicts { try transactOnce(body) }
    }

    /// A transaction for each group of statements, all sent before the first answer is read: the server makes one of what
    /// stands between two synchronisation points. Each group succeeds or fails alone.
    func atomically(_ groups: [[SQL]]) -> [Result<[Int], any Error>] {
        dropStaleConnection()
        let results: [Result<[Int], any Error>]
        do { results = try pipelines(groups.map { $0[...] }) } catch {
            return groups.map { _ in .failure(error) }
        }
        return zip(groups, results).map { group, result in
            guard case .failure(let error) = result, error is Conflict else { return result }
            return Result { try transaction { try batch(group) } }
        }
    }

    private func retryingConflicts<Value>(_ body: () throws -> Value) throws -> Value {
        for _ in 1..<Self.conflictAttempts {
            do { return try body() } catch is Conflict { continue }
        }
        do { return try body() } catch is Conflict {
            throw SQLError.unavailable("transactions kept conflicting")
        }
    }

    private func transactOnce<Value>(_ body: () throws -> Value) throws -> Value {
        _ = try retryingOnce { try simple("BEGIN") }
        do {
            let value = try body()
            guard try simple("COMMIT") == "COMMIT" else {
                throw SQLError.statement("the transaction was rolled back: an error in it was passed over")
            }
            return value
        } catch {
            if !isLost { _ = try? simple("ROLLBACK") }  // the first error is the one to tell
            throw error
        }
    }

    /// Runs `body` again when the connection was lost meanwhile: for what may be done twice.
    func retryingOnce<Value>(_ body: () throws -> Value) throws -> Value {
        do { return try body() } catch {
            guard isLost else { throw error }
            return try body()
        }
    }

    // MARK: SQLConnection

    func execute(_ sql: SQL) throws -> Int {
        let name = try prepare(sql)
        let answer = try checked(Parameters(sql.values).execute(name, on: try connected()), sql.text)
        return answer.changedRows
    }

    func query(_ sql: SQL, each body: (any SQLRow) throws -> Void) throws {
        let name = try prepare(sql)
        let answer = try checked(Parameters(sql.values).execute(name, on: try connected()), sql.text)
        for row in 0..<answer.rows { try body(PostgresRow(answer: answer, row: row)) }
    }

    func batch(_ statements: [SQL]) throws -> [Int] {
        var changes: [Int] = []
        for start in stride(from: 0, to: statements.count, by: Self.pipelineLimit) {
            changes += try pipeline(statements[start..<min(start + Self.pipelineLimit, statements.count)])
        }
        return changes
    }

    private func pipeline(_ statements: ArraySlice<SQL>) throws -> [Int] {
        try pipelines([statements])[0].get()
    }

    /// - Parameter groups: Of no more than ``pipelineLimit`` statements together.
    /// - Throws: When the connection is lost: what became of the groups is not known then.
    private func pipelines(_ groups: [ArraySlice<SQL>]) throws -> [Result<[Int], any Error>] {
        try makeRoom(for: groups.reduce(0) { $0 + $1.count })
        let names = try groups.map { try $0.map(prepare) }
        let connection = try connected()
        guard PQenterPipelineMode(connection) == 1 else { throw lost() }
        for (group, names) in zip(groups, names) {
            for (statement, name) in zip(group, names) {
                guard Parameters(statement.values).send(name, on: connection) else { throw lost() }
            }
            guard PQpipelineSync(connection) == 1 else { throw lost() }
        }
        let results = try groups.map { try answers(to: $0, connection) }
        guard PQexitPipelineMode(connection) == 1 else { throw lost() }
        return results
    }

    /// Reads the answers of one group and the synchronisation point after it.
    private func answers(
        to group: ArraySlice<SQL>, _ connection: OpaquePointer
    ) throws -> Result<[Int], any Error> {
        var changes: [Int] = []
        var failure: (any Error)?
        for statement in group {  // after an error the server answers the rest with PGRES_PIPELINE_ABORTED
            guard let result = PQgetResult(connection) else { throw lost() }
            do { changes.append(try checked(result, statement.text).changedRows) } catch {
                if isLost { throw error }  // libpq's connection is gone: nothing more to read
                failure = failure ?? error
            }
            while let more = PQgetResult(connection) { PQclear(more) }
        }
        // The implicit commit may fail as well; its error stands before the synchronisation point, with a NULL behind it.
        var ends = 0  // of answers
        while true {
            guard let result = PQgetResult(connection) else {
                ends += 1
                guard ends < 4, PQstatus(connection) == CONNECTION_OK else { throw lost() }
                continue
            }
            if PQresultStatus(result) == PGRES_PIPELINE_SYNC {
                PQclear(result)
                break
            }
            do { _ = try checked(result, "COMMIT") } catch {
                if isLost { throw error }
                failure = failure ?? error
            }
        }
        return failure.map { .failure($0) } ?? .success(changes)
    }

    // MARK: Connection

    func disconnect() {
        PQfinish(connection)
        (connection, prepared) = (nil, [:])
    }

    /// Gives up a connection that the server has ended, as far as that has come through.
    private func dropStaleConnection() {
        guard let connection else { return }
        // The first reading may get the server's farewell, only the second the end behind it.
        for _ in 0..<2 where PQconsumeInput(connection) == 0 || PQstatus(connection) == CONNECTION_BAD {
            return disconnect()
        }
    }

    private func connected() throws(SQLError) -> OpaquePointer {
        if let connection { return connection }
        let keywords = [  // those after `dbname` win over the URL's
            ("application_name", "mockupaws"), ("connect_timeout", "5"), ("tcp_user_timeout", "10000"),
            ("dbname", settings.url), ("client_encoding", "UTF8"),
        ]
        let opened = withCStrings(keywords.map(\.0)) { keys in
            withCStrings(keywords.map(\.1)) { PQconnectdbParams(keys, $0, 1) }
        }
        guard PQstatus(opened) == CONNECTION_OK else {
            let message = String(cString: PQerrorMessage(opened))
            PQfinish(opened)
            isLost = true
            throw .unavailable(message.trimmingCharacters(in: .whitespacesAndNewlines))
        }
        (connection, isLost) = (opened, false)
        let milliseconds = Int(settings.statementSeconds * 1000)
        PQclear(PQexec(opened, "SET statement_timeout = \(milliseconds); SET client_min_messages = error"))
        return opened!
    }

    /// Gives the connection up; the next statement makes a new one.
    private func lost() -> SQLError {
        let message = connection.map { String(cString: PQerrorMessage($0)) } ?? "the connection is gone"
        disconnect()
        isLost = true
        return .unavailable(message.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    /// - Returns: What the server calls it: `ROLLBACK` for the COMMIT of a transaction that failed.
    @discardableResult
    private func simple(_ text: String) throws -> String {
        try checked(PQexec(try connected(), text), text).tag
    }

    /// Forgets all prepared statements when so many more would be too many. Names handed out before are void then.
    private func makeRoom(for count: Int) throws {
        guard prepared.count + count > Self.preparedStatementLimit else { return }
        try simple("DEALLOCATE ALL")
        prepared = [:]
    }

    private func prepare(_ sql: SQL) throws -> String {
        if let name = prepared[sql.text] { return name }
        try makeRoom(for: 1)
        let name = "s\(prepared.count)"
        let types = sql.values.map(\.typeOID)
        _ = try checked(PQprepare(try connected(), name, sql.text, Int32(types.count), types), sql.text)
        prepared[sql.text] = name
        return name
    }

    private func checked(_ result: OpaquePointer?, _ text: String) throws -> PostgresAnswer {
        guard let result else { throw lost() }
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK: return PostgresAnswer(result)
        default: break
        }
        let answer = PostgresAnswer(result)
        let state = answer.field(PG_FIELD_SQLSTATE)
        if PQstatus(connection) == CONNECTION_BAD { throw lost() }
        let (message, constraint) = (answer.field(PG_FIELD_MESSAGE), answer.field(PG_FIELD_CONSTRAINT))
        switch state {
        case "23505": throw SQLError.constraint(.unique, name: constraint)
        case "23503": throw SQLError.constraint(.foreignKey, name: constraint)
        case "23514": throw SQLError.constraint(.check, name: constraint)
        case "23502": throw SQLError.constraint(.notNull, name: answer.field(PG_FIELD_COLUMN))
        case "40001", "40P01": throw Conflict()
        default:
            // Classes: 08 connection, 53 resources, 55 lock not available, 57 shutdown or time-out, 58 system error.
            let isOutage = ["08", "53", "55", "57", "58"].contains(state.prefix(2))
            throw isOutage ? SQLError.unavailable(message) : SQLError.statement("\(state) \(message) in \(text)")
        }
    }

    /// Another transaction was in the way; this one may be tried again.
    private struct Conflict: Error {}
}

private func withCStrings<Value>(_ strings: [String], _ body: ([UnsafePointer<CChar>?]) -> Value) -> Value {
    let copies = strings.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return body(copies.map { UnsafePointer($0) } + [nil])
}
