public import Foundation

/// What a user may do to others.
public enum Role: String, CaseIterable, Sendable { case user, admin }

/// How much a user may ask for.
public enum Plan: String, CaseIterable, Sendable { case free, premium, enterprise }

/// Someone who owns scenarios.
public struct User: Hashable, Sendable {
    public var id: UUID
    public var email: String
    public var name = ""
    public var role = Role.user
    public var plan = Plan.free
    public var isDisabled = false  // signs in with nothing
    public var createdAt: Date
    public var verifiedAt: Date?  // when the address was shown to be the user's

    public init(id: UUID, email: String, createdAt: Date) {
        (self.id, self.email, self.createdAt) = (id, email, createdAt)
    }

    /// An address as it is stored and compared: one that browsers take (HTML, section 4.10.5.1.5) and that mail can be
    /// sent to (RFC 5321, section 4.5.3.1: 64 bytes before the @, 254 in all), in small letters.
    /// - Throws: ``DomainError`` `.invalid` for what is no address.
    static func address(_ text: String) throws -> String {
        let address = text.trimmingCharacters(in: .whitespaces).lowercased()
        let pattern =
            /[a-z0-9!#$%&'*+\/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+\/=?^_`{|}~-]+)*@[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*/
        guard address.utf8.count <= 254, address.utf8.prefix(while: { $0 != UInt8(ascii: "@") }).count <= 64,
            address.wholeMatch(of: pattern) != nil
        else {
            throw DomainError(
                .invalid, "'\(text)' is no e-mail address.",
                members: [.init(pointer: "/email", detail: "is no address")])
        }
        return address
    }
}

/// What a key may be used for.
public struct Scopes: OptionSet, Hashable, Sendable {
    public let rawValue: Int

    public init(rawValue: Int) { self.rawValue = rawValue }

    public static let readScenarios = Scopes(rawValue: 1)
    public static let writeScenarios = Scopes(rawValue: 2)
    public static let readMetrics = Scopes(rawValue: 4)
    public static let ingest = Scopes(rawValue: 8)
    public static let readPrices = Scopes(rawValue: 16)
    public static let all: Scopes = [.readScenarios, .writeScenarios, .readMetrics, .ingest, .readPrices]

    private static let named: [(name: String, scope: Scopes)] = [
        ("scenarios:read", .readScenarios), ("scenarios:write", .writeScenarios), ("metrics:read", .readMetrics),
        ("ingest", .ingest), ("prices:read", .readPrices),
    ]

    public static let names = named.map(\.name)

    public var names: [String] { Self.named.filter { contains($0.scope) }.map(\.name) }

    /// - Returns: nil where a name is no scope's.
    public init?(names: some Sequence<String>) {
        var scopes: Scopes = []
        for name in names {
            guard let scope = Self.named.first(where: { $0.name == name })?.scope else { return nil }
            scopes.insert(scope)
        }
        self = scopes
    }
}

/// A key that a program signs in with. The secret is shown once and kept only as its hash.
public struct APIKey: Hashable, Sendable {
    public var id: UUID
    public var owner: UUID
    public var name: String
    public var prefix: String  // the first characters of the secret, to tell keys apart
    public var secretHash: [UInt8]  // SHA-256
    public var scopes = Scopes.all
    public var scenario: UUID?  // the only scenario it may touch
    public var createdAt: Date
    public var expiresAt: Date?
    public var lastUsedAt: Date?  // to the minute

    public init(
        id: UUID, owner: UUID, name: String, prefix: String, secretHash: [UInt8], scenario: UUID?, createdAt: Date
    ) {
        (self.id, self.owner, self.name, self.prefix) = (id, owner, name, prefix)
        (self.secretHash, self.scenario, self.createdAt) = (secretHash, scenario, createdAt)
    }
}

/// A stretch of time in which a person is signed in: a family of refresh tokens, each of which is used once.
public struct Session: Hashable, Sendable {
    public var id: UUID
    public var owner: UUID
    public var createdAt: Date
    public var lastUsedAt: Date
    public var expiresAt: Date
    public var address: String?  // that it began from
    public var userAgent: String?

    public init(id: UUID, owner: UUID, createdAt: Date, expiresAt: Date, origin: Origin) {
        (self.id, self.owner, self.createdAt, self.lastUsedAt) = (id, owner, createdAt, createdAt)
        (self.expiresAt, address, userAgent) = (expiresAt, origin.address, origin.userAgent)
    }
}

/// Where a request comes from.
public struct Origin: Hashable, Sendable {
    public var address: String?  // of the client
    public var userAgent: String?
    public var correlationID: String

    public init(address: String? = nil, userAgent: String? = nil, correlationID: String) {
        (self.address, self.userAgent, self.correlationID) = (address, userAgent, correlationID)
    }

    /// The operator at the command line.
    public static let commandLine = Origin(correlationID: "command-line")
}

/// Who asks.
public struct Caller: Hashable, Sendable {
    public var user: UUID
    public var role = Role.user
    public var plan = Plan.free
    public var key: UUID?
    public var session: UUID?
    public var scopes = Scopes.all
    public var scenario: UUID?  // set: this one and no other
    public var expiresAt = Date.distantFuture  // the end of the credential
    public var origin: Origin
    /// What is limited: the key, else the user.
    public let limitName: String
    /// What is limited beside it: all keys and sessions of the user.
    public let sharedLimitName: String

    public init(
        user: UUID, key: UUID? = nil, scenario: UUID? = nil, origin: Origin = Origin(correlationID: "")
    ) {
        (self.user, self.key, self.scenario, self.origin) = (user, key, scenario, origin)
        limitName = (key ?? user).text
        sharedLimitName = "user:" + user.text
    }

    /// - Throws: ``DomainError`` `.forbidden`.
    public func require(_ scopes: Scopes) throws {
        guard self.scopes.isSuperset(of: scopes) else {
            let missing = scopes.subtracting(self.scopes).names.joined(separator: ", ")
            throw DomainError(.forbidden, "This key lacks the scope \(missing).")
        }
    }

    /// - Throws: ``DomainError`` `.unauthenticated` for a key: what guards an account needs the person.
    public func requireSession() throws {
        guard session != nil else {
            throw DomainError(.unauthenticated, "This needs a sign-in with a password; an API key is not enough.")
        }
    }

    /// - Throws: ``DomainError`` `.unauthenticated` for a key, `.forbidden` for a user.
    public func requireAdmin() throws {
        try requireSession()
        guard role == .admin else { throw DomainError(.forbidden, "This is for administrators.") }
    }
}
