public import AccessControl
import Crypto
import Foundation
import Synchronization

/// Tells who a credential is: an API key, or the access token of a session.
public final class AuthenticationService: Sendable {
    private let accounts: any AccountStore
    private let sessions: any SessionStore
    private let signer: TokenSigner
    private let ambient: Ambient
    private let changes: Changes
    private let memory = Mutex(Memory())

    private struct Memory {
        var known: [SHA256Digest: Known] = [:]  // by the credential's hash
        var generation = 0  // how often all was forgotten
    }

    /// A credential that was good a moment ago. A class: one reference to hand around instead of all that is in it.
    private final class Known: Sendable {
        let caller: Caller  // without its origin
        let keptUntil: Date  // by the steady clock
        let addresses: Set<String>  // that it came from

        init(_ caller: Caller, keptUntil: Date, addresses: Set<String>) {
            (self.caller, self.keptUntil, self.addresses) = (caller, keptUntil, addresses)
        }
    }

    /// How long a credential that was revoked by another process still works, in seconds; answers to it are kept for one
    /// more.
    private static let knownSeconds = 9.0
    private static let knownLimit = 10_000
    private static let addressesLimit = 100  // of one key
    /// Networks that one key came from: more than the programs of one user are in; then each time twice as many.
    private static let alarmingPlaces = Set((0..<20).map { 5 << $0 })

    public init(
        accounts: any AccountStore, sessions: any SessionStore, signer: TokenSigner, ambient: Ambient, changes: Changes
    ) {
        (self.accounts, self.sessions) = (accounts, sessions)
        (self.signer, self.ambient, self.changes) = (signer, ambient, changes)
    }

    /// Asks the store again about a user's credentials, after something of theirs was changed.
    func forget(_ user: UUID) {
        memory.withLock { memory in
            memory.known = memory.known.filter { $0.value.caller.user != user }
            memory.generation += 1
        }
        changes.note(user)  // answers that were kept for it
    }

    /// What was looked up before it changes is not to be remembered after.
    public var generation: Int { memory.withLock { $0.generation } }

    /// Who a credential is that was good lately, from a place where it was used; nil where the store is to be asked.
    public func knownCaller(_ credential: String, from origin: Origin) -> Caller? {
        knownCaller(OpaqueToken.digest(of: credential), from: origin)
    }

    private func knownCaller(_ hash: SHA256Digest, from origin: Origin) -> Caller? {
        guard let known = memory.withLock({ $0.known[hash] }), known.caller.expiresAt > ambient.now(),
            known.keptUntil > ambient.steadyNow(),
            known.caller.key == nil || origin.address.map(known.addresses.contains) != false
        else { return nil }
        var caller = known.caller
        caller.origin = origin
        return caller
    }

    /// - Parameter permit: Called before the store is asked about a credential that was not good lately.
    /// - Throws: ``DomainError`` `.unauthenticated`; what `permit` throws.
    public func caller(
        _ credential: String, from origin: Origin, permit: () async throws -> Void = {}
    ) async throws -> Caller {
        let (hash, now, steadyNow) = (OpaqueToken.digest(of: credential), ambient.now(), ambient.steadyNow())
        if let known = knownCaller(hash, from: origin) { return known }
        let (lately, generation) = memory.withLock { ($0.known[hash], $0.generation) }
        if lately == nil { try await permit() }
        let found: Caller
        do {
            found =
                credential.hasPrefix(KeyService.mark)
                ? try await ofKey(Array(hash), origin) : try await ofSession(credential, at: now)
        } catch let error as DomainError where error.code == .unauthenticated {
            memory.withLock { $0.known[hash] = nil }  // or the next try would skip `permit` as well
            throw error
        }
        memory.withLock { memory in
            guard memory.generation == generation else { return }
            if memory.known.count >= Self.knownLimit { memory.known = [:] }
            var addresses = Set([origin.address].compactMap(\.self))
            if let others = memory.known[hash]?.addresses, others.count < Self.addressesLimit {
                addresses.formUnion(others)
            }
            memory.known[hash] = Known(
                found, keptUntil: steadyNow.addingTimeInterval(Self.knownSeconds), addresses: addresses)
        }
        var caller = found
        caller.origin = origin
        return caller
    }

    private func ofKey(_ hash: [UInt8], _ origin: Origin) async throws -> Caller {
        let now = ambient.now()
        guard let (key, owner) = try await accounts.key(secretHash: hash), key.expiresAt.map({ $0 > now }) != false,
            !owner.isDisabled
        else { throw DomainError(.unauthenticated, "The API key is not valid.") }
        var caller = Caller(user: owner.id, key: key.id, scenario: key.scenario)
        (caller.role, caller.plan, caller.scopes) = (owner.role, owner.plan, key.scopes)
        caller.expiresAt = key.expiresAt ?? .distantFuture
        let ambient = ambient
        do {
            try await accounts.note(use: key.id, from: Self.place(of: origin), at: now) { places in
                let actions: [AuditEvent.Action] =
                    Self.alarmingPlaces.contains(places) ? [.keyUsedFromNewPlace, .keyAnomaly] : [.keyUsedFromNewPlace]
                return actions.map {
                    ambient.event(
                        $0, of: owner.id, key: key.id, from: origin, .init("api_key", key.id),
                        details: ["places": "\(places)"])
                }
            }
        } catch let error as DomainError where error.code == .unavailable {
            // A full disk keeps no reader out. A place is new until it is written: its event comes later.
        }
        return caller
    }

    private func ofSession(_ token: String, at now: Date) async throws -> Caller {
        let claims: AccessClaims
        do { claims = try signer.verify(token, at: now) } catch {
            throw DomainError(.unauthenticated, "The access token is not valid: \(error).")
        }
        guard let (session, owner) = try await sessions.session(claims.session, at: now), owner.id == claims.subject,
            !owner.isDisabled
        else { throw DomainError(.unauthenticated, "The session is over; sign in again.") }
        var caller = Caller(user: owner.id)
        (caller.session, caller.role, caller.plan) = (session.id, owner.role, owner.plan)
        caller.expiresAt = claims.expiresAt
        return caller
    }

    /// The network that an address is in: /24 of IPv4, /48 of IPv6.
    private static func place(of origin: Origin) -> String? {
        origin.address.flatMap(NetworkAddress.init)?.network(ofIPv4: 24, ofIPv6: 48)
    }
}
