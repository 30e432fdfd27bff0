public import Foundation

/// Someone who owns scenarios.
public struct User: Hashable, Sendable {
    public var id: UUID
    public var email: String
    public var createdAt: Date

    public init(id: UUID, email: String, createdAt: Date) {
        (self.id, self.email, self.createdAt) = (id, email, createdAt)
    }
}

/// A key that a program signs in with. The secret is shown once and kept only as its hash.
public struct APIKey: Hashable, Sendable {
    public var id: UUID
    public var owner: UUID
    public var name: String
    public var prefix: String  // the first characters of the secret, to tell keys apart
    public var secretHash: [UInt8]  // SHA-256
    public var scenario: UUID?  // the only scenario it may touch
    public var createdAt: Date

    public init(
        id: UUID, owner: UUID, name: String, prefix: String, secretHash: [UInt8], scenario: UUID?, createdAt: Date
    ) {
        (self.id, self.owner, self.name, self.prefix) = (id, owner, name, prefix)
        (self.secretHash, self.scenario, self.createdAt) = (secretHash, scenario, createdAt)
    }
}

/// Who asks.
public struct Caller: Hashable, Sendable {
    public var user: UUID
    public var key: UUID?
    public var scenario: UUID?  // set: this one and no other

    public init(user: UUID, key: UUID? = nil, scenario: UUID? = nil) {
        (self.user, self.key, self.scenario) = (user, key, scenario)
    }
}

/// Where users and keys are kept.
public protocol AccountStore: Sendable {
    /// - Throws: ``DomainError`` `.conflict` when the address is taken.
    func insert(_ user: User) async throws
    func user(email: String) async throws -> User?
    func insert(_ key: APIKey) async throws
    func key(secretHash: [UInt8]) async throws -> APIKey?
    func keys(owner: UUID) async throws -> [APIKey]
    /// - Returns: Whether there was such a key.
    func deleteKey(_ id: UUID, owner: UUID) async throws -> Bool
}
