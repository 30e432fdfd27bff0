public import AccessControl
import Crypto
public import Foundation

/// Signing in and out with a password. What it answers, and after how long, does not tell whether an address has an
/// account.
public struct SignInService: Sendable {
    let accounts: any AccountStore
    let sessions: any SessionStore
    let audit: any AuditStore
    let hasher: PasswordHasher
    let signer: TokenSigner
    let mail: LimitedMail
    let settings: SignInSettings
    let ambient: Ambient
    let authentication: AuthenticationService

    public init(
        accounts: any AccountStore, sessions: any SessionStore, audit: any AuditStore, hasher: PasswordHasher,
        signer: TokenSigner, mail: LimitedMail, settings: SignInSettings, ambient: Ambient,
        authentication: AuthenticationService
    ) {
        (self.accounts, self.sessions, self.audit, self.hasher) = (accounts, sessions, audit, hasher)
        (self.signer, self.mail, self.settings, self.ambient) = (signer, mail, settings, ambient)
        self.authentication = authentication
    }

    /// Tries in a row that are free, of an address from one network and from all together; each further one doubles the
    /// wait, from half a minute to an hour. So who guesses from one network does not shut the owner out.
    private static let freeTries = [5, 50]

    private static func wait(after tries: Int, of index: Int) -> TimeInterval? {
        let free = freeTries[index]
        return tries < free ? nil : min(30 * pow(2, Double(tries - free)), 3_600)
    }

    /// What tries of an address are counted under.
    private static func names(of address: String, from origin: Origin) -> [[UInt8]] {
        let network = origin.address.flatMap(NetworkAddress.init)?.network(ofIPv4: 24, ofIPv6: 48) ?? ""
        return ["\(address) \(network)", address].map { Array(SHA256.hash(data: Array($0.utf8))) }
    }

    /// Counts a try before it is looked at: many at once get no more than one after another.
    /// - Returns: Whether it is the last free one.
    /// - Throws: ``DomainError`` `.rateLimited`.
    func countTry(of address: String, from origin: Origin) async throws -> Bool {
        let now = ambient.now()
        let outcome = try await sessions.noteTry(of: Self.names(of: address, from: origin), at: now) { index, tries in
            Self.wait(after: tries, of: index).map(now.addingTimeInterval)
        }
        switch outcome {
        case .locked(let end):
            throw DomainError.rateLimited("Too many failures to sign in.", retryAfter: end.timeIntervalSince(now))
        case .counted(let tries): return zip(tries, Self.freeTries).contains { $0 == $1 }
        }
    }

    /// Compares a password that a try was counted for. What could not be compared was no try.
    func verify(
        _ password: String, of address: String, from origin: Origin, member: String = "/password", against hash: String?
    ) async throws -> Bool {
        do { return try await verify(password, against: hash, member: member) } catch {
            try await sessions.takeBackTry(of: Self.names(of: address, from: origin))
            throw error
        }
    }

    func forgetTries(of address: String, from origin: Origin) async throws {
        try await sessions.forgetTries(of: Self.names(of: address, from: origin))
    }

    // MARK: In

    /// - Throws: ``DomainError`` `.unauthenticated`; `.rateLimited` while the address is locked.
    public func signIn(email: String, password: String, from origin: Origin) async throws -> Tokens {
        let address = (try? User.address(email)) ?? email  // what is no address is no user's
        let isLast = try await countTry(of: address, from: origin)
        let user = try await accounts.user(email: address)
        let hash = if let user { try await accounts.passwordHash(of: user.id) } else { String?.none }
        let isRight = try await verify(password, of: address, from: origin, against: hash)
        guard let user, let hash, isRight, !user.isDisabled else {
            let actions: [AuditEvent.Action] = isLast ? [.signInFailed, .bruteForce] : [.signInFailed]
            try await audit.append(
                actions.compactMap { ambient.event($0, of: user?.id, from: origin, details: ["email": address]) })
            throw Self.wrong
        }
        try await forgetTries(of: address, from: origin)
        let present = try await renewed(hash, of: user, password)
        if let tokens = try await begin(user, passwordHash: present, from: origin) { return tokens }
        // Another sign-in has hashed the password anew meanwhile, unless it is another one now.
        guard let other = try await accounts.passwordHash(of: user.id), try await verify(password, against: other),
            let tokens = try await begin(user, passwordHash: other, from: origin)
        else { throw Self.wrong }
        return tokens
    }

    /// The hash of a password that is right: another where the cost has changed, and no other sign-in was first.
    private func renewed(_ hash: String, of user: User, _ password: String) async throws -> String {
        guard try await busy("/password", { try await hasher.needsRehash(hash) }) else { return hash }
        let next = try await self.hash(password)
        return try await accounts.rehash(next, from: hash, of: user.id) ? next : hash
    }

    private static let wrong = DomainError(.unauthenticated, "The address or the password is wrong.")

    /// - Returns: nil where the password has another hash now, or the user was shut out.
    private func begin(_ user: User, passwordHash: String, from origin: Origin) async throws -> Tokens? {
        let now = ambient.now()
        let session = Session(
            id: ambient.newID(), owner: user.id, createdAt: now,
            expiresAt: now.addingTimeInterval(TimeInterval(settings.refreshSeconds)), origin: origin)
        let refresh = OpaqueToken()
        let event = ambient.event(.signedIn, of: user.id, from: origin, .init("session", session.id))
        guard
            try await sessions.insert(
                session, passwordHash: passwordHash, refreshTokenHash: refresh.hash, audit: event)
        else { return nil }
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

    private func verify(_ password: String, against hash: String?, member: String = "/password") async throws -> Bool {
        try await busy(member) { try await hasher.verify(password, against: hash) }
    }

    func hash(_ password: String, member: String = "/password") async throws -> String {
        try await busy(member) { try await hasher.hash(password) }
    }

    /// - Parameter member: Of the request, that has the password.
    private func busy<Value>(_ member: String, _ body: () async throws -> Value) async throws -> Value {
        do { return try await body() } catch is PasswordHasher.Busy {
            throw DomainError(.unavailable, "Too many are signing in; try again shortly.")
        } catch let error as PasswordHasher.Unfit {
            throw DomainError(
                .invalid, "The password is not taken.", members: [.init(pointer: member, detail: "\(error)")])
        }
    }
}
