public import AccessControl
public import Foundation

/// Users, as administrators and the operator see them.
public struct UserService: Sendable {
    /// What an administrator may change.
    public struct Change: Sendable {
        public var role: Role?
        public var plan: Plan?
        public var isDisabled: Bool?

        public init() {}
    }

    let accounts: any AccountStore
    let hasher: PasswordHasher
    let ambient: Ambient
    let authentication: AuthenticationService

    public init(
        accounts: any AccountStore, hasher: PasswordHasher, ambient: Ambient, authentication: AuthenticationService
    ) {
        (self.accounts, self.hasher) = (accounts, hasher)
        (self.ambient, self.authentication) = (ambient, authentication)
    }

    public func list(_ query: UserQuery, by caller: Caller) async throws -> Page<User> {
        try caller.requireAdmin()
        return try await accounts.users(query)
    }

    /// - Throws: ``DomainError`` `.notFound`, `.forbidden`.
    public func get(_ id: UUID, by caller: Caller) async throws -> User {
        try caller.requireAdmin()
        guard let user = try await accounts.user(id) else { throw DomainError.notFound("user") }
        return user
    }

    /// - Throws: ``DomainError`` `.notFound`, `.forbidden`; `.conflict` for a change that would shut the administrator out.
    public func change(_ id: UUID, _ change: Change, by caller: Caller) async throws -> User {
        try caller.requireAdmin()
        guard id != caller.user || (change.role ?? .admin == .admin && change.isDisabled != true) else {
            throw DomainError(.conflict, "You cannot take your own account away from you.")
        }
        let ambient = ambient
        return try await apply(change, to: id, by: caller.user) {
            ambient.event(.userChanged, by: caller, $0, details: $1)
        }
    }

    private func apply(
        _ change: Change, to id: UUID, by administrator: UUID? = nil,
        audit: @escaping @Sendable (AuditEvent.Resource, [String: String]) -> SealedEvent?
    ) async throws -> User {
        let user = try await accounts.change(id, change, by: administrator) { user in
            audit(
                .init("user", id),
                ["role": user.role.rawValue, "plan": user.plan.rawValue, "disabled": "\(user.isDisabled)"])
        }
        authentication.forget(id)
        return user
    }

    // MARK: The operator

    /// - Parameter password: Without one the user signs in with keys only, or asks for one by mail.
    /// - Throws: ``DomainError`` `.invalid`, `.conflict`.
    public func add(email: String, password: String? = nil, _ change: Change = Change(), from origin: Origin)
        async throws -> User
    {
        var user = User(id: ambient.newID(), email: try User.address(email), createdAt: ambient.now())
        if let password { try PasswordPolicy.check(password, of: user.email) }
        (user.role, user.plan) = (change.role ?? .user, change.plan ?? .free)
        let hash = if let password { try await hasher.hash(password) } else { String?.none }
        try await accounts.insert(
            user, passwordHash: hash,
            audit: ambient.event(
                .userAdded, of: nil, from: origin, .init("user", user.id), details: ["email": user.email]))
        return user
    }

    /// All users with a text in address or name, the newest first.
    public func all(with text: String?) async throws -> [User] {
        var query = UserQuery()
        (query.text, query.pageSize) = (text, 100)
        var users: [User] = []
        while true {
            let page = try await accounts.users(query)
            users += page.items
            guard page.items.count == query.pageSize else { return users }
            query.page += 1
        }
    }

    /// - Throws: ``DomainError`` `.notFound`.
    public func user(email: String) async throws -> User {
        guard let user = try await accounts.user(email: email.lowercased()) else { throw DomainError.notFound("user") }
        return user
    }

    public func change(email: String, _ change: Change, from origin: Origin) async throws -> User {
        let ambient = ambient
        return try await apply(change, to: try await user(email: email).id) {
            ambient.event(.userChanged, of: nil, from: origin, $0, details: $1)
        }
    }

    /// - Throws: ``DomainError`` `.notFound`, `.invalid`.
    public func setPassword(email: String, _ password: String, from origin: Origin) async throws {
        let user = try await user(email: email)
        try PasswordPolicy.check(password, of: user.email)
        _ = try await accounts.setPassword(
            try await hasher.hash(password), of: user.id, from: nil, keeping: nil, at: ambient.now(),
            audit: ambient.event(.passwordChanged, of: user.id, from: origin, .init("user", user.id)))
    }
}

extension User {
    public func changed(by change: UserService.Change) -> User {
        var next = self
        (next.role, next.plan) = (change.role ?? role, change.plan ?? plan)
        next.isDisabled = change.isDisabled ?? isDisabled
        return next
    }
}
