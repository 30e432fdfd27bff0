/// What went wrong in a database. The text is for logs: it may hold SQL and names of the schema, never bound values.
public enum SQLError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A rule of the schema refused a row; `name` is the constraint's, or SQLite's `table.column` list.
    case constraint(Constraint, name: String)
    /// The database cannot be used now: not there, connection lost, no connection free in time, disk full, locked.
    /// A write that ends so may still have been committed.
    case unavailable(String)
    /// SQLite's file is no database, or is not as SQLite wrote it.
    case damaged(String)
    /// The statement is wrong, or a column is not of the type that was asked for.
    case statement(String)
    /// The schema was made by a newer program.
    case newerSchema(found: Int, known: Int)
    /// The database has tables, this one among them, and none of them says which migrations were applied.
    case otherTables(String)

    public enum Constraint: Sendable, Hashable { case unique, foreignKey, check, notNull }

    public var description: String {
        switch self {
        case .constraint(let kind, let name): "the database refuses a row: \(kind), \(name)"
        case .unavailable(let reason): "the database cannot be used: \(reason)"
        case .damaged(let reason): "the database is damaged: \(reason)"
        case .statement(let reason): "the database does not understand: \(reason)"
        case .newerSchema(let found, let known):
            "the database has schema version \(found), this program knows \(known): use the newer program"
        case .otherTables(let name): "the database holds tables of another program: \(name)"
        }
    }
}
