public import Foundation

/// Who bears an access token, and from when until when. Times are whole seconds in the token, rounded down.
public struct AccessClaims: Sendable, Hashable {
    public var subject: UUID
    public var session: UUID
    public var issuedAt: Date
    public var expiresAt: Date

    public init(subject: UUID, session: UUID, issuedAt: Date, expiresAt: Date) {
        (self.subject, self.session, self.issuedAt, self.expiresAt) = (subject, session, issuedAt, expiresAt)
    }
}

/// Why a token is refused. Whoever sent it may know: it tells nothing of keys or of users.
public enum TokenError: Error, Sendable, Hashable {
    case malformed  // not three parts in canonical base64url, a header that we do not write, or over 4 KiB
    case unknownKey  // a header as we write it, but of a key that is none of ours any more
    case badSignature
    case wrongIssuer
    case wrongAudience
    case expired
    case notYetValid  // issued more than 60 s from now
}
