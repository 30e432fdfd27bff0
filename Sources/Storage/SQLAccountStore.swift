public import Domain
public import Foundation
public import SQLDatabase

/// Accounts in a database.
public struct SQLAccountStore: AccountStore {
    let database: any SQLDatabase
    /// Keeps the row that it is read from.
    var lock: SQL { database.dialect == .sqlite ? "" : "FOR UPDATE" }

    public init(_ database: any SQLDatabase) {
        self.database = database
    }

    // MARK: Users

    static let userColumns: SQL =
        "account.id, account.email, account.name, account.role, account.plan, account.disabled, account.created_at, account.verified_at"

    static func user(_ row: any SQLRow, from first: Int = 0) throws -> User {
        var user = User(
            id: try row.uuid(first), email: try row.text(first + 1),
            createdAt: Date(microseconds: try row.int(first + 6)))
        guard let role = Role(rawValue: try row.text(first + 3)), let plan = Plan(rawValue: try row.text(first + 4))
        else { throw SQLError.statement("unknown role or plan in account") }
        (user.name, user.role, user.plan) = (try row.text(first + 2), role, plan)
        user.isDisabled = try row.int(first + 5) == 1
        user.verifiedAt = try row.optional(first + 7, row.int).map { Date(microseconds: $0) }
        return user
    }

    /// What is searched, in small letters of any alphabet.
    private static func search(_ user: User) -> String {
        "\(user.email) \(user.name)".precomposedStringWithCanonicalMapping.lowercased()
    }

    public func insert(_ user: User, passwordHash: String?, audit: SealedEvent?) async throws {
        try await translated {
            do {
                try await database.write(
                    [
                        """
                        INSERT INTO account (id, email, name, role, plan, disabled, created_at, verified_at, password_hash,
                            search)
                        VALUES (\(user.id), \(user.email), \(user.name), \(user.role.rawValue), \(user.plan.rawValue),
                            \(user.isDisabled ? 1 : 0), \(user.createdAt.microseconds), \(user.verifiedAt?.microseconds),
                            \(passwordHash), \(Self.search(user)))
                        """
                    ] + SQLAuditStore.waiting(audit))
            } catch SQLError.constraint(.unique, _) {
                throw DomainError(.conflict, "There is a user with this address already.")
            }
        }
    }

    private func first(_ condition: SQL) async throws -> User? {
        try await translated {
            try await database.read {
                try $0.first("SELECT \(sql: Self.userColumns) FROM account WHERE \(sql: condition)") {
                    try Self.user($0)
                }
            }
        }
    }

    public func user(email: String) async throws -> User? { try await first("email = \(email)") }

    public func user(_ id: UUID) async throws -> User? { try await first("id = \(id)") }

    public func users(_ query: UserQuery) async throws -> Page<User> {
        let text = (query.text ?? "").precomposedStringWithCanonicalMapping.lowercased()
        let condition: SQL = text.isEmpty ? "true" : "search LIKE \(SQL.containing(text)) ESCAPE '!'"
        return try await translated {
            try await database.read { connection in
                let users = try connection.all(
                    """
                    SELECT \(sql: Self.userColumns) FROM account WHERE \(sql: condition)
                    ORDER BY created_at DESC, id DESC
                    LIMIT \(query.pageSize) OFFSET \((query.page - 1) * query.pageSize)
                    """
                ) { try Self.user($0) }
                let total = try connection.first("SELECT COUNT(*) FROM account WHERE \(sql: condition)") {
                    try $0.int(0)
                }
                return Page(items: users, total: Int(total ?? 0))
            }
        }
    }

    public func change(
        _ id: UUID, _ change: UserService.Change, by administrator: UUID?,
        audit: @escaping @Sendable (User) -> SealedEvent?
    ) async throws -> User {
        let lock = lock
        return try await translated {
            try await database.write { connection in
                let found = try connection.all(
                    """
                    SELECT \(sql: Self.userColumns) FROM account WHERE id IN (\(list: [id, administrator ?? id]))
                    ORDER BY id \(sql: lock)
                    """
                ) { try Self.user($0) }
                guard let user = found.first(where: { $0.id == id }) else { throw DomainError.notFound("user") }
                if let administrator {
                    guard let asker = found.first(where: { $0.id == administrator }), asker.role == .admin,
                        !asker.isDisabled
                    else { throw DomainError(.forbidden, "This is for administrators.") }
                }
                let next = user.changed(by: change)
                guard next != user else { return user }
                try connection.batch(
                    [
                        """
                        UPDATE account SET role = \(next.role.rawValue), plan = \(next.plan.rawValue),
                            disabled = \(next.isDisabled ? 1 : 0)
                        WHERE id = \(id)
                        """
                    ] + (next.isDisabled ? ["DELETE FROM session WHERE owner = \(id)"] : [])
                        + SQLAuditStore.waiting(audit(next)))
                return next
            }
        }
    }

    public func verify(_ user: UUID, at now: Date, audit: SealedEvent?) async throws {
        try await translated {
            try await database.write(
                ["UPDATE account SET verified_at = COALESCE(verified_at, \(now.microseconds)) WHERE id = \(user)"]
                    + SQLAuditStore.waiting(audit))
        }
    }

    public func passwordHash(of user: UUID) async throws -> String? {
        try await translated {
            try await database.read {
                try $0.first("SELECT password_hash FROM account WHERE id = \(user)") { try $0.optional(0, $0.text) }
                    ?? nil
            }
        }
    }

    public func setPassword(
        _ hash: String, of user: UUID, from old: String?, keeping session: UUID?, at now: Date, audit: SealedEvent?
    ) async throws -> Bool {
        let same: SQL = old.map { "AND password_hash = \($0)" } ?? ""
        return try await translated {
            try await database.write { connection in
                let set: SQL = "UPDATE account SET password_hash = \(hash) WHERE id = \(user) \(sql: same)"
                guard try connection.execute(set) == 1 else { return false }
                try connection.batch(
                    Self.ending(sessionsOf: user, but: session, at: now) + SQLAuditStore.waiting(audit))
                return true
            }
        }
    }

    public func resetPassword(
        _ hash: String, of user: UUID, at now: Date, audit: SealedEvent?,
        revoking: @escaping @Sendable (_ key: UUID) -> SealedEvent?
    ) async throws {
        let lock = lock
        try await translated {
            try await database.write { connection in
                // No key is made meanwhile.
                try connection.query("SELECT id FROM account WHERE id = \(user) \(sql: lock)") { _ in }
                let keys = try connection.all(
                    """
                    DELETE FROM api_key
                    WHERE owner = \(user) AND (SELECT verified_at FROM account WHERE id = \(user)) IS NULL
                    RETURNING id, COALESCE(expires_at > \(now.microseconds), \(true))
                    """
                ) { (id: try $0.uuid(0), isGood: try $0.bool(1)) }
                let set: SQL = """
                    UPDATE account SET password_hash = \(hash), verified_at = COALESCE(verified_at, \(now.microseconds))
                    WHERE id = \(user)
                    """
                try connection.batch(
                    [set] + Self.ending(sessionsOf: user, but: nil, at: now) + SQLAuditStore.waiting(audit)
                        + keys.filter(\.isGood).flatMap { SQLAuditStore.waiting(revoking($0.id)) })
            }
        }
    }

    /// What the former password opened.
    private static func ending(sessionsOf user: UUID, but session: UUID?, at now: Date) -> [SQL] {
        let others: SQL = session.map { "AND id <> \($0)" } ?? ""
        return [
            """
            UPDATE session SET revoked_at = \(now.microseconds)
            WHERE owner = \(user) AND revoked_at IS NULL \(sql: others)
            """,
            "DELETE FROM mailed_token WHERE owner = \(user) AND purpose = \(MailPurpose.reset.rawValue)",
        ]
    }

    public func rehash(_ hash: String, from old: String, of user: UUID) async throws -> Bool {
        try await translated {
            try await database.write {
                try $0.execute(
                    "UPDATE account SET password_hash = \(hash) WHERE id = \(user) AND password_hash = \(old)") == 1
            }
        }
    }

    // MARK: Settings

    public func setting(_ name: String) async throws -> String? {
        try await translated {
            try await database.read {
                try $0.first("SELECT value FROM setting WHERE name = \(name)") { try $0.text(0) }
            }
        }
    }

    public func settings(beginning text: String) async throws -> [String] {
        try await translated {
            try await database.read {
                try $0.all("SELECT value FROM setting WHERE name LIKE \(SQL.beginning(text)) ESCAPE '!'") {
                    try $0.text(0)
                }
            }
        }
    }

    public func settle(_ name: String, _ value: String) async throws -> String {
        try await translated {
            try await database.write([
                "INSERT INTO setting (name, value) VALUES (\(name), \(value)) ON CONFLICT DO NOTHING"
            ])
        }
        return try await setting(name) ?? value
    }
}

extension SQL {
    /// A pattern of LIKE, with `!` as escape, for texts that hold this one.
    static func containing(_ text: String) -> String { "%" + beginning(text) }

    /// As ``containing(_:)``, for texts that begin with this one.
    static func beginning(_ text: String) -> String {
        "\(text.replacing("!", with: "!!").replacing("%", with: "!%").replacing("_", with: "!_"))%"
    }
}
