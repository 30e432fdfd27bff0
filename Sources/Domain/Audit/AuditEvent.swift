public import Foundation

/// Something that happened and must be accounted for.
public struct AuditEvent: Hashable, Sendable {
    /// What happened: the event's type, a dot, the action.
    public enum Action: String, CaseIterable, Sendable {
        case registered = "auth.register"
        case signedIn = "auth.login"
        case signInFailed = "auth.login_failure"
        case refused = "auth.refused"  // a credential that is none
        case refreshed = "auth.refresh"
        case signedOut = "auth.logout"
        case sessionRevoked = "auth.session_revoke"
        case verificationSent = "auth.verification_sent"
        case verified = "auth.verify_email"
        case passwordChanged = "password.change"
        case passwordRefused = "password.change_failure"  // the present one was wrong
        case resetAsked = "password.forgot"
        case passwordReset = "password.reset"
        case keyCreated = "api_key.create"
        case keyRotated = "api_key.rotate"
        case keyRevoked = "api_key.revoke"
        case keyUsedFromNewPlace = "api_key.new_place"
        case scenarioCreated = "scenario.create"
        case scenarioUpdated = "scenario.update"
        case scenarioDeleted = "scenario.delete"
        case userAdded = "admin.user_add"
        case userChanged = "admin.user_update"
        case auditExported = "admin.audit_export"
        case databaseRestored = "admin.restore"
        case secretChanged = "admin.secret_change"  // another SECRET_KEY links from here on
        case pricesImportBegun = "admin.price_import_begin"
        case pricesImported = "admin.price_import"
        case pricesRollbackBegun = "admin.price_rollback_begin"
        case pricesRolledBack = "admin.price_rollback"
        case tokenReused = "security.token_reuse"
        case bruteForce = "security.brute_force"
        case enumeration = "security.enumeration"
        case mailFlood = "security.mail_flood"  // to one address: what is more is not sent
        case keyAnomaly = "security.key_anomaly"  // used from many networks
        case suspiciousInput = "security.suspicious_input"
        case eventForged = "security.forged_event"  // somebody else wrote into the table of waiting events
    }

    public struct Resource: Hashable, Sendable {
        public var type: String  // scenario, api_key, user, session, price_list
        public var id: String

        public init(_ type: String, _ id: UUID) { (self.type, self.id) = (type, id.text) }
        public init(type: String, id: String) { (self.type, self.id) = (type, id) }
    }

    public var id: UUID  // version 7
    public var at: Date
    public var action: Action
    public var user: UUID?
    public var key: UUID?  // that was used
    public var resource: Resource?
    public var details: [String: String]  // no secrets
    public var address: String?
    public var correlationID: String

    public init(
        id: UUID, at: Date, action: Action, user: UUID?, key: UUID? = nil, resource: Resource? = nil,
        details: [String: String] = [:], origin: Origin
    ) {
        (self.id, self.at, self.action, self.user, self.key) = (id, at, action, user, key)
        (self.resource, self.details) = (resource, details)
        (address, correlationID) = (origin.address, origin.correlationID)
    }
}

/// Events, where they are written down at all.
extension Ambient {
    /// Something that a caller did.
    public func event(
        _ action: AuditEvent.Action, by caller: Caller, _ resource: AuditEvent.Resource? = nil,
        details: [String: String] = [:]
    ) -> SealedEvent? {
        event(action, of: caller.user, key: caller.key, from: caller.origin, resource, details: details)
    }

    /// Something that nobody who is signed in did.
    public func event(
        _ action: AuditEvent.Action, of user: UUID?, key: UUID? = nil, from origin: Origin,
        _ resource: AuditEvent.Resource? = nil, details: [String: String] = [:]
    ) -> SealedEvent? {
        audit.map {
            $0.sealed(
                AuditEvent(
                    id: newID(), at: now(), action: action, user: user, key: key,
                    resource: resource.map { .init(type: $0.type, id: Self.stored($0.id)) },
                    details: details.values.contains(where: Self.hasNUL) ? details.mapValues(Self.stored) : details,
                    origin: origin))
        }
    }

    /// No database keeps a NUL as it is: the row would not be what was linked.
    private static func stored(_ text: String) -> String {
        hasNUL(text) ? text.replacing("\0", with: "\u{fffd}") : text
    }

    private static func hasNUL(_ text: String) -> Bool {
        text.utf8.withContiguousStorageIfAvailable { $0.contains(0) } ?? text.utf8.contains(0)
    }
}
