import Foundation
import GRDB

/// GRDB's connection behind ``SQLConnection``.
struct SQLiteConnection: SQLConnection {
    /// The statements of a transaction that wait for its end.
    final class Held {
        let text: String
        var values: [[SQLValue]] = []

        init(text: String) { self.text = text }
    }

    private let database: Database
    private let held: Held?

    init(_ database: Database, holdingBack held: Held? = nil) { (self.database, self.held) = (database, held) }

    func execute(_ sql: SQL) throws -> Int {
        if let held, held.text == sql.text {
            held.values.append(sql.values)
            return 1
        }
        let before = database.totalChangesCount
        let statement = try prepare(sql)
        try statement.execute()
        // `changesCount` leaves cascades out, and keeps its value where nothing changes.
        return database.totalChangesCount == before ? 0 : database.changesCount
    }

    func query(_ sql: SQL, each body: (any SQLRow) throws -> Void) throws {
        let rows = try Row.fetchCursor(try prepare(sql))
        while let row = try rows.next() { try body(SQLiteRow(row: row)) }
    }

    func batch(_ statements: [SQL]) throws -> [Int] {
        try statements.map(execute)
    }

    private func prepare(_ sql: SQL) throws -> Statement {
        let statement = try database.cachedStatement(sql: sql.text)
        try statement.setArguments(
            StatementArguments(sql.values.map { $0.databaseValue as (any DatabaseValueConvertible)? }))
        return statement
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
    fileprivate var databaseValue: DatabaseValue {
        switch self {
        case .null: .null
        case .bool(let value): value.databaseValue
        case .integer(let value): value.databaseValue
        case .real(let value): value.databaseValue
        case .text(let value): value.databaseValue
        case .blob(let value): Data(value).databaseValue
        case .uuid(let value): withUnsafeBytes(of: value.uuid) { Data($0) }.databaseValue
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
            case .SQLITE_ERROR, .SQLITE_MISMATCH, .SQLITE_MISUSE, .SQLITE_RANGE, .SQLITE_TOOBIG, .SQLITE_CONSTRAINT,
                .SQLITE_READONLY:
                self = .statement("\(message) in \(error.sql ?? "")")
            case .SQLITE_NOTADB, .SQLITE_CORRUPT: self = .damaged(message)
            default: self = .unavailable(message)
            }
        }
    }
}
