public import Foundation

/// Two databases behind one interface: ``SQLiteDatabase`` and ``PostgresDatabase``.
///
/// Bodies run on threads of the driver, never on an event loop or the cooperative pool, and may block.
public protocol SQLDatabase: Sendable {
    var dialect: SQLDialect { get }

    /// Runs statements that change nothing. On PostgreSQL each statement sees its own snapshot.
    /// - Throws: ``SQLError``, or what `body` throws.
    @discardableResult
    func read<Value: Sendable>(_ body: @escaping @Sendable (any SQLConnection) throws -> Value) async throws -> Value

    /// Runs `body` in a transaction and returns once it is durable; an error takes everything back. The body may run
    /// again after a conflict with another transaction, so it changes nothing but the database.
    /// - Throws: ``SQLError``, or what `body` throws.
    @discardableResult
    func write<Value: Sendable>(_ body: @escaping @Sendable (any SQLConnection) throws -> Value) async throws -> Value

    /// Executes a few statements in a transaction of their own and returns once it is durable. PostgreSQL gets them, and
    /// their end, in one message.
    /// - Returns: The number of rows each changed.
    /// - Throws: ``SQLError``.
    @discardableResult
    func write(_ statements: [SQL]) async throws -> [Int]

    /// Ends all connections once running bodies have ended.
    func close() async
}

/// A connection inside a ``SQLDatabase/read(_:)`` or ``SQLDatabase/write(_:)``; not to be kept.
public protocol SQLConnection {
    /// - Returns: The number of rows changed.
    @discardableResult func execute(_ sql: SQL) throws -> Int

    /// Calls `body` with each row of the answer.
    func query(_ sql: SQL, each body: (any SQLRow) throws -> Void) throws

    /// Executes statements that do not need each other's answers; PostgreSQL gets them without waiting in between.
    /// - Returns: The number of rows each changed.
    @discardableResult func batch(_ statements: [SQL]) throws -> [Int]
}

extension SQLConnection {
    public func all<Value>(_ sql: SQL, _ decode: (any SQLRow) throws -> Value) throws -> [Value] {
        var values: [Value] = []
        try query(sql) { values.append(try decode($0)) }
        return values
    }

    /// The first row, if there is one.
    public func first<Value>(_ sql: SQL, _ decode: (any SQLRow) throws -> Value) throws -> Value? {
        var value: Value?
        try query(sql) { if value == nil { value = try decode($0) } }
        return value
    }
}

/// One row of an answer, valid while the closure that gets it runs. Columns count from 0.
public protocol SQLRow {
    func value(_ column: Int) throws(SQLError) -> SQLValue
}

extension SQLRow {
    public func int(_ column: Int) throws(SQLError) -> Int64 {
        guard case .integer(let value) = try value(column) else { throw try mismatch(column, "an integer") }
        return value
    }

    public func real(_ column: Int) throws(SQLError) -> Double {
        switch try value(column) {
        case .real(let value): return value
        case .integer(let value): return Double(value)  // SQLite stores 1.0 as 1
        default: throw try mismatch(column, "a number")
        }
    }

    public func bool(_ column: Int) throws(SQLError) -> Bool {
        switch try value(column) {
        case .bool(let value): return value
        case .integer(let value): return value != 0  // SQLite has no booleans
        default: throw try mismatch(column, "a boolean")
        }
    }

    public func text(_ column: Int) throws(SQLError) -> String {
        guard case .text(let value) = try value(column) else { throw try mismatch(column, "text") }
        return value
    }

    public func blob(_ column: Int) throws(SQLError) -> [UInt8] {
        guard case .blob(let value) = try value(column) else { throw try mismatch(column, "bytes") }
        return value
    }

    public func uuid(_ column: Int) throws(SQLError) -> UUID {
        switch try value(column) {
        case .uuid(let value): return value
        case .blob(let bytes) where bytes.count == 16:  // SQLite has no UUIDs
            return bytes.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
        default: throw try mismatch(column, "a UUID")
        }
    }

    public func isNull(_ column: Int) throws(SQLError) -> Bool {
        try value(column) == .null
    }

    /// `nil` for NULL, otherwise what `read` makes of the column: `row.optional(3, row.text)`.
    public func optional<Value>(
        _ column: Int, _ read: (Int) throws(SQLError) -> Value
    ) throws(SQLError) -> Value? {
        try isNull(column) ? nil : try read(column)
    }

    private func mismatch(_ column: Int, _ expected: String) throws(SQLError) -> SQLError {
        .statement("column \(column) is not \(expected): \(try value(column).typeName)")
    }
}

extension SQLValue {
    fileprivate var typeName: String {
        switch self {
        case .null: "NULL"
        case .bool: "a boolean"
        case .integer: "an integer"
        case .real: "a number"
        case .text: "text"
        case .blob: "bytes"
        case .uuid: "a UUID"
        }
    }
}

/// What differs between the two in SQL text: the names of the column types.
public enum SQLDialect: String, Sendable, CaseIterable {
    case sqlite, postgresql

    public var integer: String { self == .sqlite ? "INTEGER" : "BIGINT" }
    /// A column that counts rows up by itself.
    public var counter: String { self == .sqlite ? "INTEGER" : "BIGINT GENERATED BY DEFAULT AS IDENTITY" }
    public var real: String { self == .sqlite ? "REAL" : "DOUBLE PRECISION" }
    public var blob: String { self == .sqlite ? "BLOB" : "BYTEA" }
    public var uuid: String { self == .sqlite ? "BLOB" : "UUID" }
    public var bool: String { self == .sqlite ? "INTEGER" : "BOOLEAN" }
}
