import Foundation
import GRDB
import GRDBSQLite

/// GRDB's connection behind ``SQLConnection``.
struct SQLiteConnection: SQLConnection {
    private let database: Database

    init(_ database: Database) { self.database = database }

    func execute(_ sql: SQL) throws -> Int {
        let before = database.totalChangesCount
        try bound(sql) { try $0.execute() }
        // `changesCount` leaves cascades out, and keeps its value where nothing changes.
        return database.totalChangesCount == before ? 0 : database.changesCount
    }

    func query(_ sql: SQL, each body: (any SQLRow) throws -> Void) throws {
        try bound(sql) { statement in
            let rows = try Row.fetchCursor(statement)
            while let row = try rows.next() { try body(SQLiteRow(row: row)) }
        }
    }

    func batch(_ statements: [SQL]) throws -> [Int] {
        try statements.map(execute)
    }

    /// A statement whose texts and blobs are bound where they are: GRDB's arguments are four copies of each.
    private func bound(_ sql: SQL, _ body: (Statement) throws -> Void) throws {
        let statement = try database.cachedStatement(sql: sql.text)
        let handle = statement.sqliteStatement
        sqlite3_reset(handle)
        statement.setUncheckedArguments(StatementArguments())
        guard sqlite3_bind_parameter_count(handle) == sql.values.count else {
            throw SQLError.statement("\(sql.values.count) values are not those of \(sql.text)")
        }
        var content: [UInt8] = [0]  // never at no address, which is NULL
        for value in sql.values { value.append(to: &content) }
        try content.withUnsafeBytes { content in
            var offset = 1
            for (index, value) in sql.values.enumerated() {
                let code = value.bind(to: handle, at: Int32(index + 1), content, &offset)
                guard code == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
            }
            try body(statement)
        }
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
    fileprivate func append(to content: inout [UInt8]) {
        switch self {
        case .text(let value): content += value.utf8
        case .blob(let value): content += value
        case .uuid(let value): withUnsafeBytes(of: value.uuid) { content += $0 }
        case .null, .bool, .integer, .real: break
        }
    }

    /// - Parameter content: Where the values' texts and blobs are, this one's at the offset.
    fileprivate func bind(
        to statement: OpaquePointer, at index: Int32, _ content: UnsafeRawBufferPointer, _ offset: inout Int
    ) -> Int32 {
        func take(_ count: Int) -> (start: UnsafeRawPointer?, count: Int32) {
            defer { offset += count }
            return (content.baseAddress?.advanced(by: offset), Int32(count))
        }
        switch self {
        case .null: return sqlite3_bind_null(statement, index)
        case .bool(let value): return sqlite3_bind_int64(statement, index, value ? 1 : 0)
        case .integer(let value): return sqlite3_bind_int64(statement, index, value)
        case .real(let value): return sqlite3_bind_double(statement, index, value)
        case .text(let value):
            let (start, count) = take(value.utf8.count)
            return sqlite3_bind_text(statement, index, start?.assumingMemoryBound(to: CChar.self), count, nil)
        case .blob(let value):
            let (start, count) = take(value.count)
            return sqlite3_bind_blob(statement, index, start, count, nil)
        case .uuid:
            let (start, count) = take(16)
            return sqlite3_bind_blob(statement, index, start, count, nil)
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
