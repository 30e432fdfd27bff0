public import Foundation

/// One step of a schema. Steps go forward only; an old step is never edited, only followed by another.
public struct Migration: Sendable {
    public var version: Int
    public var name: String
    public let statements: @Sendable (SQLDialect) -> [String]

    public init(_ version: Int, _ name: String, _ statements: @escaping @Sendable (SQLDialect) -> [String]) {
        (self.version, self.name, self.statements) = (version, name, statements)
    }
}

extension SQLDatabase {
    /// Applies the migrations that the database lacks, in one transaction. Safe from several processes at once: one
    /// works, the others wait and find nothing left to do.
    /// - Parameter migrations: All of them, by rising version.
    /// - Returns: Those applied now.
    /// - Throws: ``SQLError/newerSchema(found:known:)``; ``SQLError/otherTables(_:)`` for another program's database;
    ///   ``SQLError/statement(_:)`` for a step that fails.
    @discardableResult
    public func migrate(_ migrations: [Migration], at now: Date) async throws -> [Migration] {
        let dialect = dialect
        return try await write { connection in
            if dialect == .postgresql {  // SQLite's write transaction is the lock
                try connection.execute("SELECT pg_advisory_xact_lock(7245010310)")
            }
            let tables = try connection.all(SQL(text: dialect.tables)) { try $0.text(0) }
            if let other = tables.first, !tables.contains("schema_migration") { throw SQLError.otherTables(other) }
            try connection.execute(
                SQL(
                    text: """
                        CREATE TABLE IF NOT EXISTS schema_migration (
                            version \(dialect.integer) PRIMARY KEY, name TEXT NOT NULL,
                            applied_at \(dialect.integer) NOT NULL)
                        """))
            let found = try connection.first("SELECT COALESCE(MAX(version), 0) FROM schema_migration") {
                Int(try $0.int(0))
            }
            let (present, known) = (found ?? 0, migrations.last?.version ?? 0)
            guard present <= known else { throw SQLError.newerSchema(found: present, known: known) }
            let missing = migrations.filter { $0.version > present }
            for migration in missing {
                for statement in migration.statements(dialect) { try connection.execute(SQL(text: statement)) }
                let microseconds = Int64(now.timeIntervalSince1970 * 1_000_000)
                try connection.execute(
                    """
                    INSERT INTO schema_migration (version, name, applied_at)
                    VALUES (\(migration.version), \(migration.name), \(microseconds))
                    """)
            }
            return missing
        }
    }
}

extension SQLDialect {
    /// Lists the tables where ours are made; on PostgreSQL without those that extensions bring along.
    fileprivate var tables: String {
        switch self {
        case .sqlite: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*' ORDER BY name"
        case .postgresql:
            """
            SELECT relname::text FROM pg_class
            WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
                AND NOT EXISTS (
                    SELECT 1 FROM pg_depend
                    WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e')
            ORDER BY relname
            """
        }
    }
}

extension SQLDatabase {
    /// The version of the newest migration that was applied; 0 for an empty database.
    public func schemaVersion() async throws -> Int {
        do {
            let version = try await read { connection in
                try connection.first("SELECT COALESCE(MAX(version), 0) FROM schema_migration") { try $0.int(0) }
            }
            return Int(version ?? 0)
        } catch SQLError.statement { return 0 }  // there is no such table yet
    }
}
