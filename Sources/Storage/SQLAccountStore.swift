public import Domain
public import Foundation
public import SQLDatabase

/// Users and keys in a database.
public struct SQLAccountStore: AccountStore {
    private let database: any SQLDatabase
    private var lock: SQL { database.dialect == .sqlite ? "" : "FOR UPDATE" }

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
                    WHERE owner = \(user) AND (SELECT verified_at FROM account WHERE id = \(user)) IS NULL RETURNING id
                    """
                ) { try $0.uuid(0) }
                let set: SQL = """
                    UPDATE account SET password_hash = \(hash), verified_at = COALESCE(verified_at, \(now.microseconds))
                    WHERE id = \(user)
                    """
                try connection.batch(
                    [set] + Self.ending(sessionsOf: user, but: nil, at: now) + SQLAuditStore.waiting(audit)
                        + keys.flatMap { SQLAuditStore.waiting(revoking($0)) })
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

    // MARK: Keys

    private static func insertion(_ key: APIKey) -> SQL {
        """
        INSERT INTO api_key (id, owner, name, prefix, secret_hash, scopes, scenario, created_at, expires_at,
            last_used_at)
        VALUES (\(key.id), \(key.owner), \(key.name), \(key.prefix), \(key.secretHash), \(key.scopes.rawValue),
            \(key.scenario), \(key.createdAt.microseconds), \(key.expiresAt?.microseconds),
            \(key.lastUsedAt?.microseconds))
        """
    }

    public func insert(_ key: APIKey, atMost limit: Int, audit: SealedEvent?) async throws {
        let lock = lock
        try await translated {
            try await database.write { connection in
                try Self.requireRoom(for: key, limit, lock, connection)
                try connection.batch([Self.insertion(key)] + SQLAuditStore.waiting(audit))
            }
        }
    }

    /// When a user has more that have ended, those go: who rotates keys again and again makes them without end.
    private static let endedKeysLimit = 100

    /// Only one transaction at a time counts the keys of a user.
    private static func requireRoom(
        for key: APIKey, _ limit: Int, _ lock: SQL, _ connection: any SQLConnection
    ) throws {
        try connection.query("SELECT id FROM account WHERE id = \(key.owner) \(sql: lock)") { _ in }
        let ended: SQL = "FROM api_key WHERE owner = \(key.owner) AND expires_at <= \(key.createdAt.microseconds)"
        try connection.execute(
            """
            DELETE \(sql: ended) AND (SELECT COUNT(*) \(sql: ended)) > \(endedKeysLimit)
            """)
        let count = try connection.first(
            """
            SELECT COUNT(*) FROM api_key
            WHERE owner = \(key.owner) AND (expires_at IS NULL OR expires_at > \(key.createdAt.microseconds))
            """
        ) { Int(try $0.int(0)) }
        guard let count, count < limit else {
            throw DomainError(.conflict, "There are \(limit) keys already; revoke some.")
        }
    }

    public func replace(
        _ key: UUID, endingAt end: Date, by next: APIKey, atMost limit: Int, audit: SealedEvent?
    ) async throws -> Bool {
        let lock = lock
        return try await translated {
            try await database.write { connection in
                try Self.requireRoom(for: next, limit, lock, connection)
                let end = end.microseconds
                guard
                    try connection.execute(
                        """
                        UPDATE api_key
                        SET expires_at = CASE WHEN expires_at < \(end) THEN expires_at ELSE \(end) END,
                            is_replaced = \(true)
                        WHERE id = \(key) AND owner = \(next.owner) AND is_replaced = \(false)
                            AND (expires_at IS NULL OR expires_at > \(next.createdAt.microseconds))
                        """, audit: audit)
                else { return false }
                try connection.execute(Self.insertion(next))
                return true
            }
        }
    }

    private static let keyColumns: SQL = """
        api_key.id, api_key.owner, api_key.name, api_key.prefix, api_key.secret_hash, api_key.scopes, api_key.scenario,
        api_key.created_at, api_key.expires_at, api_key.last_used_at
        """

    private static func key(_ row: any SQLRow) throws -> APIKey {
        var key = APIKey(
            id: try row.uuid(0), owner: try row.uuid(1), name: try row.text(2), prefix: try row.text(3),
            secretHash: try row.blob(4), scenario: try row.optional(6, row.uuid),
            createdAt: Date(microseconds: try row.int(7)))
        key.scopes = Scopes(rawValue: Int(try row.int(5)))
        key.expiresAt = try row.optional(8, row.int).map { Date(microseconds: $0) }
        key.lastUsedAt = try row.optional(9, row.int).map { Date(microseconds: $0) }
        return key
    }

    public func key(_ id: UUID) async throws -> APIKey? {
        try await translated {
            try await database.read {
                try $0.first("SELECT \(sql: Self.keyColumns) FROM api_key WHERE id = \(id)") { try Self.key($0) }
            }
        }
    }

    public func key(secretHash: [UInt8]) async throws -> (key: APIKey, owner: User)? {
        try await translated {
            try await database.read {
                try $0.first(
                    """
                    SELECT \(sql: Self.keyColumns), \(sql: Self.userColumns)
                    FROM api_key JOIN account ON account.id = api_key.owner WHERE api_key.secret_hash = \(secretHash)
                    """
                ) { (try Self.key($0), try Self.user($0, from: 10)) }
            }
        }
    }

    public func keys(owner: UUID) async throws -> [APIKey] {
        try await translated {
            try await database.read {
                try $0.all("SELECT \(sql: Self.keyColumns) FROM api_key WHERE owner = \(owner) ORDER BY id", Self.key)
            }
        }
    }

    public func deleteKey(_ id: UUID, owner: UUID, audit: SealedEvent?) async throws -> Bool {
        try await translated {
            try await database.write {
                try $0.execute("DELETE FROM api_key WHERE id = \(id) AND owner = \(owner)", audit: audit)
            }
        }
    }

    public func note(
        use key: UUID, from place: String?, at date: Date,
        audit: @escaping @Sendable (_ places: Int) -> [SealedEvent?]
    ) async throws {
        let isNoted = try await translated {
            try await database.read { connection in
                let minuteAgo = date.addingTimeInterval(-60).microseconds
                let fresh = try connection.first(
                    "SELECT id FROM api_key WHERE id = \(key) AND last_used_at > \(minuteAgo)"
                ) { _ in true }
                guard let place else { return fresh != nil }
                let known = try connection.first(
                    "SELECT place FROM api_key_place WHERE api_key = \(key) AND place = \(place)"
                ) { _ in true }
                return fresh != nil && known != nil
            }
        }
        if isNoted { return }
        try await translated {
            try await database.write { connection in
                let used: SQL = "UPDATE api_key SET last_used_at = \(date.microseconds) WHERE id = \(key)"
                guard try connection.execute(used) == 1, let place else { return }  // it may have just been revoked
                let isNew =
                    try connection.execute(
                        """
                        INSERT INTO api_key_place (api_key, place) VALUES (\(key), \(place)) ON CONFLICT DO NOTHING
                        """) == 1
                guard isNew else { return }
                let places = try connection.first("SELECT COUNT(*) FROM api_key_place WHERE api_key = \(key)") {
                    Int(try $0.int(0))
                }
                guard let places, places > 1 else { return }
                try connection.batch(audit(places).flatMap(SQLAuditStore.waiting))
            }
        }
    }

    public func forgetKeys(before date: Date) async throws {
        try await translated {
            try await database.write(["DELETE FROM api_key WHERE expires_at < \(date.microseconds)"])
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
