import AccessControl
import Caching
import Domain
import Foundation
import Mail
import SQLDatabase
import Storage

/// The services of one program, over one database.
struct Parts: Sendable {
    let scenarios: ScenarioService
    let traffic: SQLTrafficStore
    let sessions: SQLSessionStore
    let accounts: SQLAccountStore
    let authentication: AuthenticationService
    let signIn: SignInService
    let keys: KeyService
    let users: UserService
    let audit: AuditService
    let limits: LimitService
    let signer: TokenSigner

    private static let issuer = "mockupaws"
    /// Argon2id's memory, in KiB: what one hash takes while it runs.
    private static let hashMemory = 64 << 10

    init(_ settings: ServerSettings, _ database: any SQLDatabase, _ ambient: Ambient) async throws {
        let log = SQLAuditStore(database)
        accounts = SQLAccountStore(database)
        sessions = SQLSessionStore(database)
        traffic = SQLTrafficStore(database)
        let changes = Changes()
        scenarios = ScenarioService(store: SQLScenarioStore(database), ambient: ambient, changes: changes)
        signer = try await TokenSigner(
            algorithm: settings.algorithm, current: settings.secret, previous: settings.previousSecrets,
            issuer: Self.issuer, audience: Self.issuer)
        let milliseconds = settings.hashMilliseconds
        let hasher = PasswordHasher { [accounts] hasher in
            // One cost for all who use the database, or the time of an answer would tell old accounts from none.
            let names = "password hash of "
            let name = "\(names)\(milliseconds) ms"
            let earlier = try await accounts.settings(beginning: names).compactMap(PasswordHasher.Cost.init)
            if let cost = try await accounts.setting(name).flatMap(PasswordHasher.Cost.init) {
                return PasswordHasher.Costs(new: cost, earlier: earlier)
            }
            let measured = try await hasher.measuredCost(milliseconds: milliseconds, memoryKiB: Self.hashMemory)
            let cost = PasswordHasher.Cost(try await accounts.settle(name, "\(measured)")) ?? measured
            return PasswordHasher.Costs(new: cost, earlier: earlier)
        }
        authentication = AuthenticationService(
            accounts: accounts, sessions: sessions, signer: signer, ambient: ambient, changes: changes)
        audit = AuditService(store: log, chain: settings.auditChain, ambient: ambient)
        limits = LimitService(
            limiter: settings.limits.map { _ in InProcessRateLimiter() }, suspicions: InProcessRateLimiter(),
            rules: settings.limits ?? LimitService.Rules(), ambient: ambient)
        signIn = SignInService(
            accounts: accounts, sessions: sessions, audit: log, hasher: hasher, signer: signer,
            mail: LimitedMail(OutboxFolder(path: settings.outbox), limits: limits, audit: audit, ambient: ambient),
            settings: settings.signIn, ambient: ambient, authentication: authentication)
        keys = KeyService(
            accounts: accounts, scenarios: scenarios.store, ambient: ambient, authentication: authentication)
        users = UserService(accounts: accounts, hasher: hasher, ambient: ambient, authentication: authentication)
    }
}
