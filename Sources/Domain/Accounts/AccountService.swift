import AccessControl
public import Foundation
import Synchronization

/// Users and the keys they sign in with.
public final class AccountService: Sendable {
    private let store: any AccountStore
    private let ambient: Ambient
    private let known = Mutex<[[UInt8]: (caller: Caller, until: Date)]>([:])

    /// How long a key that was revoked elsewhere still works, in seconds.
    private static let cacheSeconds = 10.0
    private static let cachedKeys = 10_000

    public init(store: any AccountStore, ambient: Ambient = Ambient()) {
        (self.store, self.ambient) = (store, ambient)
    }

    /// - Throws: ``DomainError`` `.invalid` for what is no address, `.conflict` for one that is taken.
    public func addUser(email: String) async throws -> User {
        let address = email.trimmingCharacters(in: .whitespaces).lowercased()
        let parts = address.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }), address.utf8.count <= 254 else {
            throw DomainError(.invalid, "'\(email)' is no e-mail address.")
        }
        let user = User(id: ambient.newID(), email: address, createdAt: ambient.now())
        try await store.insert(user)
        return user
    }

    /// - Throws: ``DomainError`` `.notFound`.
    public func user(email: String) async throws -> User {
        guard let user = try await store.user(email: email.lowercased()) else { throw DomainError.notFound("user") }
        return user
    }

    /// Makes a key; the secret is not shown again.
    /// - Parameter scenario: The only scenario that the key may touch.
    public func addKey(
        named name: String, for owner: UUID, scenario: UUID? = nil
    ) async throws -> (key: APIKey, secret: String) {
        let secret = APISecret()
        let key = APIKey(
            id: ambient.newID(), owner: owner, name: name, prefix: secret.prefix, secretHash: secret.hash,
            scenario: scenario, createdAt: ambient.now())
        try await store.insert(key)
        return (key, secret.text)
    }

    /// - Throws: ``DomainError`` `.unauthenticated` for a secret that is no key's.
    public func caller(_ secret: String) async throws -> Caller {
        let (hash, now) = (APISecret.hash(of: secret), ambient.now())
        if let entry = known.withLock({ $0[hash] }), entry.until > now { return entry.caller }
        guard let key = try await store.key(secretHash: hash) else {
            throw DomainError(.unauthenticated, "The API key is not valid.")
        }
        let caller = Caller(user: key.owner, key: key.id, scenario: key.scenario)
        known.withLock { known in
            if known.count >= Self.cachedKeys { known.removeAll() }
            known[hash] = (caller, now.addingTimeInterval(Self.cacheSeconds))
        }
        return caller
    }
}
