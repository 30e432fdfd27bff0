import Foundation
import GRDB
import GRDBSQLite

/// GRDB's connection behind ``SQLConnection``.
struct SQLiteConnection: SQLConnection {
    private let database: Database
    private let deferred: DeferredRows?  // nil: nothing is put off

    init(_ database: Database, deferring rows: DeferredRows? = nil) { (self.database, deferred) = (database, rows) }

    func execute(_ sql: SQL) throws -> Int {
        if let deferred, let inserts = sql.deferred {
            deferred.found.append((inserts, sql.values))
            return 1
        }
        let before = database.totalChangesCount
        try bound(sql).execute()
        // `changesCount` leaves cascades out, and keeps its value where nothing changes.
        return database.totalChangesCount == before ? 0 : database.changesCount
    }

    func query(_ sql: SQL, each body: (any SQLRow) throws -> Void) throws {
        let rows = try Row.fetchCursor(try bound(sql))
        while let row = try rows.next() { try body(SQLiteRow(row: row)) }
    }

    @discardableResult
    func batch(_ statements: [SQL]) throws -> [Int] {
        try statements.map(execute)
    }

    /// A prepared statement with its values, each of which SQLite copies once. GRDB's own arguments cost twice as much.
    private func bound(_ sql: SQL) throws -> Statement {
        let statement = try database.cachedStatement(sql: sql.text)
        let handle = statement.sqliteStatement
        guard sqlite3_stmt_busy(handle) == 0 else {
            throw SQLError.statement("its rows are still being read: \(sql.text)")
        }
        statement.setUncheckedArguments(StatementArguments())  // GRDB sees to none
        let count = sqlite3_bind_parameter_count(handle)
        guard count == sql.values.count else {
            throw SQLError.statement("takes \(count) values, not \(sql.values.count): \(sql.text)")
        }
        for (index, value) in sql.values.enumerated() {
            let code = value.bind(to: handle, at: Int32(index + 1))
            guard code == SQLITE_OK else {
                throw DatabaseError(resultCode: ResultCode(rawValue: code), sql: sql.text)
            }
        }
        return statement
    }
}

/// What the writes of a commit insert at its end.
final class DeferredRows {
    var found: [(inserts: DeferredInserts, row: [SQLValue])] = []

    /// The rows of one table after another are inserted together.
    var statements: [SQL] {
        var (rest, statements): (ArraySlice, [SQL]) = (found[...], [])
        while let first = rest.first?.inserts {
            let rows = rest.prefix { $0.inserts == first }
            statements += SQL.insertions(of: rows.map(\.row), into: SQL(text: first.table))
            rest = rest.dropFirst(rows.count)
        }
        return statements
    }
}

private struct SQLiteRow: SQLRow {
    let row: Row

    func value(_ column: Int) throws(SQLError) -> SQLValue {
        guard (0..<row.count).contains(column) else { throw .statement("there is no column \(column)") }
        switch (row[column] as DatabaseValue).storage {
        case .null: return .null
        case .int64(let value): return .integer(value)
        case .double(let value): return .real(value)
        case .string:
            // GRDB reads as far as the first NUL.
            let whole = try? row.withUnsafeData(atIndex: column) {
                $0.flatMap { String(validating: $0, as: UTF8.self) }
            }
            guard let whole else { throw .statement("column \(column) is not UTF-8") }
            return .text(whole)
        case .blob(let value): return .blob([UInt8](value))
        }
    }
}

extension SQLValue {
    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)  // SQLITE_TRANSIENT: copied

    /// - Returns: SQLite's result code.
    fileprivate func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
        switch self {
        case .null: sqlite3_bind_null(statement, index)
        case .bool(let value): sqlite3_bind_int64(statement, index, value ? 1 : 0)
        case .integer(let value): sqlite3_bind_int64(statement, index, value)
        case .real(let value): sqlite3_bind_double(statement, index, value)
        case .text(var value):
            value.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) {
                    sqlite3_bind_text64(
                        statement, index, $0.baseAddress, UInt64($0.count), Self.transient, UInt8(SQLITE_UTF8))
                }
            }
        case .blob(let value):
            value.isEmpty
                ? sqlite3_bind_zeroblob(statement, index, 0)  // at no address it would be NULL
                : value.withUnsafeBytes {
                    sqlite3_bind_blob64(statement, index, $0.baseAddress, UInt64($0.count), Self.transient)
                }
        case .uuid(let value):
            withUnsafeBytes(of: value.uuid) { sqlite3_bind_blob(statement, index, $0.baseAddress, 16, Self.transient) }
        }
    }
}

extension SQLError {
    /// SQLite's own failures translated; anything else as it is.
    static func from(_ error: any Error) -> any Error {
        error is DatabaseError ? SQLError(error) : error
    }

    init(_ error: any Error) {
        if let error = error as? SQLError {
            self = error
            return
        }
        guard let error = error as? DatabaseError else {
            self = .unavailable("\(error)")
            return
        }
        let message = error.message ?? "\(error.resultCode)"
        let name = message.split(separator: ": ").last.map(String.init) ?? message  // "UNIQUE constraint failed: a.b"
        switch error.extendedResultCode {
        case .SQLITE_CONSTRAINT_UNIQUE, .SQLITE_CONSTRAINT_PRIMARYKEY, .SQLITE_CONSTRAINT_ROWID:
            self = .constraint(.unique, name: name)
        case .SQLITE_CONSTRAINT_FOREIGNKEY: self = .constraint(.foreignKey, name: name)
        case .SQLITE_CONSTRAINT_CHECK: self = .constraint(.check, name: name)
        case .SQLITE_CONSTRAINT_NOTNULL: self = .constraint(.notNull, name: name)
        default:
            switch error.resultCode {
            case .SQLITE_ERROR, .SQLITE_MISMATCH, .SQLITE_MISUSE, .SQLITE_RANGE, .SQLITE_TOOBIG, .SQLITE_CONSTRAINT:
                self = .statement("\(message) in \(error.sql ?? "")")
            case .SQLITE_NOTADB, .SQLITE_CORRUPT: self = .damaged(message)
            default: self = .unavailable(message)
            }
        }
    }
}
