public import SQLDatabase

/// The databases that every contract suite runs over.
public enum DatabaseBackend: String, Sendable, CaseIterable {
    case sqlite, postgresql

    /// A new, empty database.
    public func make() throws -> any SQLDatabase {
        switch self {
        case .sqlite: try SQLiteDatabase(path: temporaryFolder("sqlite") + "/test.db")
        case .postgresql:
            PostgresDatabase(.init(url: try PostgresServer.shared.get().newDatabase(), connections: 4))
        }
    }
}
