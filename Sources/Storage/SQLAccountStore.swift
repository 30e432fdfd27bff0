public import Domain
public import Foundation
public import SQLDatabase

/// Users and keys in a database.
public struct SQLAccountStore: AccountStore {
    private let database: any SQLDatabase

    public init(_ database: any SQLDatabase) {
        self.database = database
    }

    public func insert(_ user: User) async throws {
        try await translated {
            do {
                try await database.write {
                    try $0.execute(
                        """
                        INSERT INTO account (id, email, created_at)
                        VALUES (\(user.id), \(user.email), \(user.createdAt.microseconds))
                        """)
                }
            } catch SQLError.constraint(.unique, _) {
                throw DomainError(.conflict, "There is a user with this address already.")
            }
        }
    }

    public func user(email: String) async throws -> User? {
        try await translated {
            try await database.read { connection in
                try connection.first("SELECT id, email, created_at FROM account WHERE email = \(email)") { row in
                    User(
                        id: try row.uuid(0), email: try row.text(1),
                        createdAt: Date(microseconds: try row.int(2)))
                }
            }
        }
    }

    public func insert(_ key: APIKey) async throws {
        try await translated {
            try await database.write {
                try $0.execute(
                    """
                    INSERT INTO api_key (id, owner, name, prefix, secret_hash, scenario, created_at)
                    VALUES (\(key.id), \(key.owner), \(key.name), \(key.prefix), \(key.secretHash), \(key.scenario),
                        \(key.createdAt.microseconds))
                    """)
            }
        }
    }

    private static let columns: SQL = "SELECT id, owner, name, prefix, secret_hash, scenario, created_at FROM api_key"

    private static func key(_ row: any SQLRow) throws -> APIKey {
        APIKey(
            id: try row.uuid(0), owner: try row.uuid(1), name: try row.text(2), prefix: try row.text(3),
            secretHash: try row.blob(4), scenario: try row.optional(5, row.uuid),
            createdAt: Date(microseconds: try row.int(6)))
    }

    public func key(secretHash: [UInt8]) async throws -> APIKey? {
        try await translated {
            try await database.read {
                try $0.first("\(sql: Self.columns) WHERE secret_hash = \(secretHash)", Self.key)
            }
        }
    }

    public func keys(owner: UUID) async throws -> [APIKey] {
        try await translated {
            try await database.read {
                try $0.all("\(sql: Self.columns) WHERE owner = \(owner) ORDER BY id", Self.key)
            }
        }
    }

    public func deleteKey(_ id: UUID, owner: UUID) async throws -> Bool {
        try await translated {
            try await database.write {
                try $0.execute("DELETE FROM api_key WHERE id = \(id) AND owner = \(owner)") == 1
            }
        }
    }
}
