public import Domain
public import Foundation
import SQLDatabase

/// API keys.
extension SQLAccountStore {
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
}
