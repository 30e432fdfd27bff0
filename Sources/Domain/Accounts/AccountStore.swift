public import Foundation

/// Which users a list shows.
public struct UserQuery: Hashable, Sendable {
    public var text: String?  // in address or name
    public var page = 1  // from 1
    public var pageSize = 20  // 1–100

    public init() {}
}

/// Where users and keys are kept. What is changed and the event that tells of it are written together.
public protocol AccountStore: Sendable {
    /// - Throws: ``DomainError`` `.conflict` when the address is taken.
    func insert(_ user: User, passwordHash: String?, audit: SealedEvent?) async throws
    func user(email: String) async throws -> User?
    func user(_ id: UUID) async throws -> User?
    /// The newest first.
    func users(_ query: UserQuery) async throws -> Page<User>
    /// Changes what an administrator may change.
    /// - Parameters:
    ///   - administrator: Who changes it, and must be one still; nil for the operator.
    ///   - audit: Makes the event, of the user as it is then; nil changes nothing.
    /// - Returns: The user as it is then.
    /// - Throws: ``DomainError`` `.notFound`, `.forbidden`.
    func change(
        _ user: UUID, _ change: UserService.Change, by administrator: UUID?,
        audit: @escaping @Sendable (User) -> SealedEvent?
    ) async throws -> User
    /// Notes that the address was shown to be the user's.
    func verify(_ user: UUID, at now: Date, audit: SealedEvent?) async throws
    func passwordHash(of user: UUID) async throws -> String?
    /// Sets a password and ends all sessions but one.
    /// - Parameter old: The hash that the password must have still.
    /// - Returns: Whether it had.
    func setPassword(
        _ hash: String, of user: UUID, from old: String?, keeping session: UUID?, at now: Date, audit: SealedEvent?
    ) async throws -> Bool
    /// Sets a password for who has shown that the address is theirs, and ends all sessions. Where nobody had shown that
    /// before, somebody else may have made the account: its keys end, too, each with an event of its own.
    func resetPassword(
        _ hash: String, of user: UUID, at now: Date, audit: SealedEvent?,
        revoking: @escaping @Sendable (_ key: UUID) -> SealedEvent?
    ) async throws
    /// The same password with another hash, unless it was changed meanwhile.
    /// - Returns: Whether it has it.
    func rehash(_ hash: String, from old: String, of user: UUID) async throws -> Bool

    /// - Parameter limit: Of the owner's keys that have not ended.
    /// - Throws: ``DomainError`` `.conflict` where there are as many.
    func insert(_ key: APIKey, atMost limit: Int, audit: SealedEvent?) async throws
    /// Adds a key and lets another end, once: of several at a time, one does.
    /// - Returns: Whether that one is the owner's, had not ended and had not been replaced.
    /// - Throws: ``DomainError`` `.conflict` where there are as many keys as the limit.
    func replace(
        _ key: UUID, endingAt end: Date, by next: APIKey, atMost limit: Int, audit: SealedEvent?
    ) async throws -> Bool
    func key(secretHash: [UInt8]) async throws -> (key: APIKey, owner: User)?
    func key(_ id: UUID) async throws -> APIKey?
    func keys(owner: UUID) async throws -> [APIKey]
    /// - Returns: Whether there was such a key.
    func deleteKey(_ id: UUID, owner: UUID, audit: SealedEvent?) async throws -> Bool
    /// Notes that a key was used from a place.
    /// - Parameter audit: Makes what is written where it had been used from other places and never from this one, which
    ///   makes so many.
    func note(
        use key: UUID, from place: String?, at date: Date,
        audit: @escaping @Sendable (_ places: Int) -> [SealedEvent?]
    ) async throws
    /// Deletes keys that ended before a time.
    func forgetKeys(before date: Date) async throws

    /// A value that holds for all who use the database: the first that was settled under a name.
    func setting(_ name: String) async throws -> String?
    /// The values of all names with a beginning.
    func settings(beginning text: String) async throws -> [String]
    func settle(_ name: String, _ value: String) async throws -> String
}

/// What a refresh token was good for.
public enum Rotation: Hashable, Sendable {
    case rotated(session: UUID, owner: UUID)
    /// It had been used before: the session is revoked.
    case reused(session: UUID, owner: UUID)
    case unknown
}

/// Why a secret was sent by mail.
public enum MailPurpose: String, Sendable { case verify, reset }

/// Where sessions, failures to sign in, and secrets sent by mail are kept. Secrets are there as hashes only.
public protocol SessionStore: Sendable {
    /// Begins a session, unless the owner was shut out or the password changed since it was looked at.
    /// - Returns: Whether it did.
    func insert(
        _ session: Session, passwordHash: String, refreshTokenHash: [UInt8], audit: SealedEvent?
    ) async throws -> Bool
    /// Uses a refresh token up and puts the next in its place; one that was used before ends its session.
    /// - Parameter audit: Makes the event of what happens, for the session and its owner.
    func rotate(
        _ tokenHash: [UInt8], to next: [UInt8], at now: Date, expiresAt: Date,
        audit: @escaping @Sendable (_ isReuse: Bool, _ session: UUID, _ owner: UUID) -> SealedEvent?
    ) async throws -> Rotation
    /// - Returns: A session that is neither revoked nor over, and its owner.
    func session(_ id: UUID, at now: Date) async throws -> (session: Session, owner: User)?
    /// - Returns: Sessions that are neither revoked nor over, the newest first.
    func sessions(owner: UUID, at now: Date) async throws -> [Session]
    /// - Returns: Whether there was such a session.
    func revokeSession(_ id: UUID, owner: UUID, at now: Date, audit: SealedEvent?) async throws -> Bool

    /// Counts a try of each of several names, unless one of them is locked.
    /// - Parameter lock: Until when that many tries in a row of the name with that index lock it.
    /// - Returns: Until when one is locked that was before; otherwise how many tries in a row each has.
    func noteTry(
        of names: [[UInt8]], at now: Date, lock: @escaping @Sendable (_ index: Int, _ tries: Int) -> Date?
    ) async throws -> SignInTry
    func forgetTries(of names: [[UInt8]]) async throws
    /// Counts the last try of each no longer, nor lets it lock them.
    func takeBackTry(of names: [[UInt8]]) async throws

    func insert(mailed tokenHash: [UInt8], for purpose: MailPurpose, owner: UUID, expiresAt: Date, audit: SealedEvent?)
        async throws
    /// - Returns: The owner of a secret; nil when there is none, or it is over.
    func owner(mailed tokenHash: [UInt8], for purpose: MailPurpose, at now: Date) async throws -> UUID?
    /// Uses a secret up.
    /// - Returns: Its owner; nil when there is none, or it is over.
    func redeem(mailed tokenHash: [UInt8], for purpose: MailPurpose, at now: Date) async throws -> UUID?
    /// Deletes what is over.
    /// - Parameter used: Refresh tokens that were used before are forgotten: nobody could use them any more.
    func forgetSessions(before date: Date, used: Date) async throws
}

/// What became of a try to sign in.
public enum SignInTry: Hashable, Sendable {
    case locked(until: Date)
    case counted([Int])
}
