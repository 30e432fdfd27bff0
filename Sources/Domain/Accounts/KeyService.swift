import AccessControl
public import Foundation

/// The keys that programs sign in with.
public struct KeyService: Sendable {
    /// What is decided of a key.
    public struct Draft: Sendable {
        public var name = ""
        public var scopes = Scopes.all
        public var scenario: UUID?
        public var expiresAt: Date?

        public init() {}
    }

    let accounts: any AccountStore
    let scenarios: any ScenarioStore
    let ambient: Ambient
    let authentication: AuthenticationService

    static let mark = "mk_"
    private static let keysLimit = 100  // of a user, that have not ended

    public init(
        accounts: any AccountStore, scenarios: any ScenarioStore, ambient: Ambient,
        authentication: AuthenticationService
    ) {
        (self.accounts, self.scenarios) = (accounts, scenarios)
        (self.ambient, self.authentication) = (ambient, authentication)
    }

    /// Makes a key; the secret is not shown again.
    /// - Throws: ``DomainError`` `.invalid`; `.conflict` where there are too many.
    public func create(_ draft: Draft, by caller: Caller) async throws -> (key: APIKey, secret: String) {
        try caller.requireSession()
        return try await make(
            draft, for: caller.user, audit: { ambient.event(.keyCreated, by: caller, $0, details: $1) })
    }

    private func make(
        _ draft: Draft, for owner: UUID, audit: (AuditEvent.Resource, [String: String]) -> SealedEvent?
    ) async throws -> (key: APIKey, secret: String) {
        var problems: [DomainError.Member] = []
        if draft.name.allSatisfy(\.isWhitespace) { problems.append(.init(pointer: "/name", detail: "is blank")) }
        if draft.scopes.isEmpty { problems.append(.init(pointer: "/scopes", detail: "names no scope")) }
        if let end = draft.expiresAt, end <= ambient.now() {
            problems.append(.init(pointer: "/expires_at", detail: "is over"))
        }
        if let id = draft.scenario, try await scenarios.scenario(id, owner: owner) == nil {
            problems.append(.init(pointer: "/scenario_id", detail: "is no scenario of the user"))
        }
        guard problems.isEmpty else {
            throw DomainError(.invalid, "The key has members that are wrong.", members: problems)
        }
        let (key, secret) = new(draft, for: owner)
        let event = audit(.init("api_key", key.id), ["name": key.name, "prefix": key.prefix])
        try await accounts.insert(key, atMost: Self.keysLimit, audit: event)
        return (key, secret)
    }

    private func new(_ draft: Draft, for owner: UUID) -> (key: APIKey, secret: String) {
        let secret = OpaqueToken(mark: Self.mark)
        var key = APIKey(
            id: ambient.newID(), owner: owner, name: draft.name, prefix: secret.prefix, secretHash: secret.hash,
            scenario: draft.scenario, createdAt: ambient.now())
        (key.scopes, key.expiresAt) = (draft.scopes, draft.expiresAt)
        return (key, secret.text)
    }

    public func list(_ caller: Caller) async throws -> [APIKey] {
        try caller.requireSession()
        return try await accounts.keys(owner: caller.user)
    }

    /// - Throws: ``DomainError`` `.notFound`.
    public func get(_ id: UUID, by caller: Caller) async throws -> APIKey {
        guard let key = try await list(caller).first(where: { $0.id == id }) else { throw DomainError.notFound("key") }
        return key
    }

    /// A key of the same name and scopes in place of one, which works for a while longer.
    /// - Parameter overlap: Seconds.
    /// - Throws: ``DomainError`` `.notFound`; `.conflict` for a key that has ended or was rotated, and where too many
    ///   overlap.
    public func rotate(
        _ id: UUID, overlap: TimeInterval, by caller: Caller
    ) async throws -> (key: APIKey, secret: String) {
        try await replace(try await get(id, by: caller), overlap: overlap) {
            ambient.event(.keyRotated, by: caller, $0, details: $1)
        }
    }

    private func replace(
        _ old: APIKey, overlap: TimeInterval, audit: (AuditEvent.Resource, [String: String]) -> SealedEvent?
    ) async throws -> (key: APIKey, secret: String) {
        var draft = Draft()
        (draft.name, draft.scopes, draft.scenario, draft.expiresAt) = (
            old.name, old.scopes, old.scenario, old.expiresAt
        )
        let (next, secret) = new(draft, for: old.owner)
        let event = audit(.init("api_key", old.id), ["next": next.id.text])
        guard
            try await accounts.replace(
                old.id, endingAt: ambient.now().addingTimeInterval(overlap), by: next, atMost: 2 * Self.keysLimit,
                audit: event)
        else { throw DomainError(.conflict, "The key has ended already, or was rotated.") }
        authentication.forget(old.owner)
        return (next, secret)
    }

    /// - Throws: ``DomainError`` `.notFound`.
    public func revoke(_ id: UUID, by caller: Caller) async throws {
        try caller.requireSession()
        try await delete(
            id, of: caller.user, audit: ambient.event(.keyRevoked, by: caller, .init("api_key", id)))
    }

    private func delete(_ id: UUID, of owner: UUID, audit: SealedEvent?) async throws {
        guard try await accounts.deleteKey(id, owner: owner, audit: audit) else { throw DomainError.notFound("key") }
        authentication.forget(owner)
    }

    // MARK: The operator

    /// The operator's way, for any user.
    public func create(
        _ draft: Draft, for owner: UUID, from origin: Origin
    ) async throws -> (key: APIKey, secret: String) {
        try await make(
            draft, for: owner, audit: { ambient.event(.keyCreated, of: owner, from: origin, $0, details: $1) })
    }

    public func list(of owner: UUID) async throws -> [APIKey] { try await accounts.keys(owner: owner) }

    /// - Parameter overlap: Seconds.
    /// - Throws: ``DomainError`` `.notFound`; `.conflict` for a key that has ended or was rotated.
    public func rotate(
        _ id: UUID, overlap: TimeInterval, from origin: Origin
    ) async throws -> (key: APIKey, secret: String) {
        let old = try await ofAnyone(id)
        return try await replace(old, overlap: overlap) {
            ambient.event(.keyRotated, of: old.owner, from: origin, $0, details: $1)
        }
    }

    /// - Throws: ``DomainError`` `.notFound`.
    public func revoke(_ id: UUID, from origin: Origin) async throws {
        let key = try await ofAnyone(id)
        try await delete(
            id, of: key.owner,
            audit: ambient.event(
                .keyRevoked, of: key.owner, from: origin, .init("api_key", id),
                details: ["name": key.name, "prefix": key.prefix]))
    }

    private func ofAnyone(_ id: UUID) async throws -> APIKey {
        guard let key = try await accounts.key(id) else { throw DomainError.notFound("key") }
        return key
    }
}
