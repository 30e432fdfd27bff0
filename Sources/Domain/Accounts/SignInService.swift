public import AccessControl
import Crypto
public import Foundation
public import Mail

/// Signing in and out with a password. What it answers, and after how long, does not tell whether an address has an
/// account.
public struct SignInService: Sendable {
    let accounts: any AccountStore
    let sessions: any SessionStore
    let audit: any AuditStore
    let hasher: PasswordHasher
    let signer: TokenSigner
    let mail: any MailTransport
    let settings: SignInSettings
    let ambient: Ambient
    let authentication: AuthenticationService

    public init(
        accounts: any AccountStore, sessions: any SessionStore, audit: any AuditStore, hasher: PasswordHasher,
        signer: TokenSigner, mail: any MailTransport, settings: SignInSettings, ambient: Ambient,
        authentication: AuthenticationService
    ) {
        (self.accounts, self.sessions, self.audit, self.hasher) = (accounts, sessions, audit, hasher)
        (self.signer, self.mail, self.settings, self.ambient) = (signer, mail, settings, ambient)
        self.authentication = authentication
    }

    /// Failures in a row that are allowed; each further one doubles the wait, from half a minute to an hour.
    private static let freeFailures = 5

    private static func wait(after failures: Int) -> TimeInterval? {
        failures < freeFailures ? nil : min(30 * pow(2, Double(failures - freeFailures)), 3_600)
    }

    static func hash(of address: String) -> [UInt8] { Array(SHA256.hash(data: Array(address.utf8))) }

    // MARK: In

    /// - Throws: ``DomainError`` `.unauthenticated`; `.rateLimited` while the address is locked.
    public func signIn(email: String, password: String, from origin: Origin) async throws -> Tokens {
        let address = (try? User.address(email)) ?? email  // what is no address is no user's
        let addressHash = Self.hash(of: address)
        if let lock = try await sessions.lock(of: addressHash), lock > ambient.now() {
            throw DomainError.rateLimited(
                "Too many failures to sign in.", retryAfter: lock.timeIntervalSince(ambient.now()))
        }
        // Counted before it is looked at: many at once get no more tries than one after another.
        let now = ambient.now()
        let tries = try await sessions.noteFailure(of: addressHash, at: now, audit: nil) { failures in
            Self.wait(after: failures).map(now.addingTimeInterval)
        }
        if let wait = Self.wait(after: tries - 1) {
            throw DomainError.rateLimited("Too many failures to sign in.", retryAfter: wait)
        }
        let user = try await accounts.user(email: address)
        let hash = if let user { try await accounts.passwordHash(of: user.id) } else { String?.none }
        let isRight = try await verify(password, against: hash)
        guard let user, let hash, isRight, !user.isDisabled else {
            try await note(ambient.event(.signInFailed, of: user?.id, from: origin, details: ["email": address]))
            if tries == Self.freeFailures {
                try await note(ambient.event(.bruteForce, of: user?.id, from: origin, details: ["email": address]))
            }
            throw DomainError(.unauthenticated, "The address or the password is wrong.")
        }
        try await sessions.forgetFailures(of: addressHash)
        if try await busy({ try await hasher.needsRehash(hash) }) {
            let better = try await self.hash(password)
            try await accounts.rehash(better, from: hash, of: user.id)
        }
        return try await begin(user, from: origin)
    }

    private func begin(_ user: User, from origin: Origin) async throws -> Tokens {
        let now = ambient.now()
        let session = Session(
            id: ambient.newID(), owner: user.id, createdAt: now,
            expiresAt: now.addingTimeInterval(TimeInterval(settings.refreshSeconds)), origin: origin)
        let refresh = OpaqueToken()
        try await sessions.insert(
            session, refreshTokenHash: refresh.hash,
            audit: ambient.event(.signedIn, of: user.id, from: origin, .init("session", session.id)))
        return try await tokens(session.id, of: user.id, refresh)
    }

    private func tokens(_ session: UUID, of user: UUID, _ refresh: OpaqueToken) async throws -> Tokens {
        let now = ambient.now()
        let claims = AccessClaims(
            subject: user, session: session, issuedAt: now,
            expiresAt: now.addingTimeInterval(TimeInterval(settings.accessSeconds)))
        return Tokens(
            access: try signer.sign(claims), refresh: refresh.text, accessSeconds: settings.accessSeconds)
    }

    /// Takes a refresh token for new tokens. One that comes twice was stolen: its whole family ends.
    /// - Throws: ``DomainError`` `.unauthenticated`.
    public func refresh(_ token: String, from origin: Origin) async throws -> Tokens {
        let (now, next, ambient) = (ambient.now(), OpaqueToken(), ambient)
        let rotation = try await sessions.rotate(
            OpaqueToken.hash(of: token), to: next.hash, at: now,
            expiresAt: now.addingTimeInterval(TimeInterval(settings.refreshSeconds))
        ) { isReuse, session, owner in
            ambient.event(isReuse ? .tokenReused : .refreshed, of: owner, from: origin, .init("session", session))
        }
        let invalid = DomainError(.unauthenticated, "The refresh token is not valid; sign in again.")
        switch rotation {
        case .rotated(let session, let owner): return try await tokens(session, of: owner, next)
        case .reused(_, let owner):
            authentication.forget(owner)
            throw invalid
        case .unknown: throw invalid
        }
    }

    // MARK: Sessions

    public func sessions(of caller: Caller) async throws -> [Session] {
        try caller.requireSession()
        return try await sessions.sessions(owner: caller.user, at: ambient.now())
    }

    /// - Throws: ``DomainError`` `.notFound`.
    public func revoke(session: UUID, by caller: Caller) async throws {
        try caller.requireSession()
        let action: AuditEvent.Action = session == caller.session ? .signedOut : .sessionRevoked
        let event = ambient.event(action, by: caller, .init("session", session))
        guard try await sessions.revokeSession(session, owner: caller.user, at: ambient.now(), audit: event) else {
            throw DomainError.notFound("session")
        }
        authentication.forget(caller.user)
    }

    func note(_ event: SealedEvent?) async throws { if let event { try await audit.append([event]) } }

    // MARK: Passwords

    func verify(_ password: String, against hash: String?) async throws -> Bool {
        try await busy { try await hasher.verify(password, against: hash) }
    }

    func hash(_ password: String) async throws -> String { try await busy { try await hasher.hash(password) } }

    private func busy<Value>(_ body: () async throws -> Value) async throws -> Value {
        do { return try await body() } catch is PasswordHasher.Busy {
            throw DomainError(.unavailable, "Too many are signing in; try again shortly.")
        } catch is PasswordHasher.TooLong {
            let most = PasswordHasher.maximumBytes
            throw DomainError(
                .invalid, "The password is not taken.",
                members: [.init(pointer: "/password", detail: "has more than \(most) bytes")])
        }
    }
}
