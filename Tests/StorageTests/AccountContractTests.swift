import AccessControl
import Domain
import Foundation
import SQLDatabase
import Storage
import Synchronization
import TestSupport
import Testing

/// What the stores of accounts and sessions promise, whichever the database.
@Suite struct AccountContract {
    private static let start = Date(timeIntervalSince1970: 1_760_000_000)

    private struct Stores {
        var database: any SQLDatabase
        var accounts: SQLAccountStore { SQLAccountStore(database) }
        var sessions: SQLSessionStore { SQLSessionStore(database) }
        var users: [User]  // an administrator, another, a user

        init(_ backend: DatabaseBackend) async throws {
            database = try backend.make()
            try await database.migrate(Schema.migrations, at: AccountContract.start)
            users = [Role.admin, .admin, .user].map { role in
                let id = UUID()
                var user = User(id: id, email: "\(id)@example.com", createdAt: AccountContract.start)
                user.role = role
                return user
            }
            for user in users { try await accounts.insert(user, passwordHash: "hash", audit: nil) }
        }

        func key(_ number: UInt8, endingAt end: Date? = nil) -> APIKey {
            var key = APIKey(
                id: UUID(), owner: users[2].id, name: "", prefix: "", secretHash: [number], scenario: nil,
                createdAt: AccountContract.start)
            key.expiresAt = end
            return key
        }

        func begin(passwordHash: String) async throws -> Bool {
            let session = Session(
                id: UUID(), owner: users[2].id, createdAt: start, expiresAt: start.addingTimeInterval(60),
                origin: Origin(correlationID: ""))
            let token = Array(session.id.uuidString.utf8)
            return try await sessions.insert(
                session, passwordHash: passwordHash, refreshTokenHash: token, audit: nil)
        }
    }

    @Test(arguments: DatabaseBackend.allCases)
    func triesAreCountedOneAfterAnotherAndNotWhileLocked(backend: DatabaseBackend) async throws {
        let stores = try await Stores(backend)
        let lockedUntil = Self.start.addingTimeInterval(30)
        func note(_ names: [[UInt8]], at seconds: Double) async throws -> SignInTry {
            try await stores.sessions.noteTry(of: names, at: Self.start.addingTimeInterval(seconds)) { index, tries in
                tries >= [3, 10][index] ? lockedUntil : nil
            }
        }
        let outcomes = try await withThrowingTaskGroup(of: SignInTry.self) { group in
            for _ in 0..<20 { group.addTask { try await note([[1], [255]], at: 0) } }
            return try await group.reduce(into: [SignInTry]()) { $0.append($1) }
        }
        #expect(outcomes.count { $0 == .locked(until: lockedUntil) } == 17)
        #expect(Set(outcomes).subtracting([.locked(until: lockedUntil)]) == Set((1...3).map { .counted([$0, $0]) }))
        // Another network is locked only with the whole; what is refused is counted nowhere.
        for tries in 4...10 { #expect(try await note([[UInt8(tries)], [255]], at: 1) == .counted([1, tries])) }
        #expect(try await note([[99], [255]], at: 1) == .locked(until: lockedUntil))
        #expect(try await note([[99], [255]], at: 31) == .counted([1, 11]))
        try await stores.sessions.forgetTries(of: [[1], [255]])
        #expect(try await note([[1], [255]], at: 1) == .counted([1, 1]))
        for tries in 2...3 { #expect(try await note([[1], [255]], at: 1) == .counted([tries, tries])) }
        try await stores.sessions.takeBackTry(of: [[1], [255]])
        #expect(try await note([[1], [255]], at: 1) == .counted([3, 3]))
        #expect(try await note([[1], [255]], at: 1) == .locked(until: lockedUntil))
        await stores.database.close()
    }

    /// Who made an account with somebody else's address keeps nothing once that person shows whose the address is.
    @Test(arguments: DatabaseBackend.allCases)
    func aResetEndsWhatWasMadeBeforeTheAddressWasShown(backend: DatabaseBackend) async throws {
        let stores = try await Stores(backend)
        let user = stores.users[2].id
        let key = stores.key(1)
        let revoked = Mutex<[UUID]>([])
        try await stores.accounts.insert(key, atMost: 9, audit: nil)
        #expect(try await stores.begin(passwordHash: "hash"))
        try await stores.accounts.resetPassword("own", of: user, at: Self.start, audit: nil) { key in
            revoked.withLock { $0.append(key) }
            return nil
        }
        #expect(revoked.withLock { $0 } == [key.id])
        #expect(try await stores.accounts.keys(owner: user).isEmpty)
        #expect(try await stores.sessions.sessions(owner: user, at: Self.start).isEmpty)
        #expect(try await stores.accounts.passwordHash(of: user) == "own")
        #expect(try await stores.accounts.user(user)?.verifiedAt == Self.start)
        try await stores.accounts.insert(stores.key(2), atMost: 9, audit: nil)
        try await stores.accounts.resetPassword("next", of: user, at: Self.start.addingTimeInterval(9), audit: nil) {
            _ in
            Issue.record("nothing was revoked")
            return nil
        }
        #expect(try await stores.accounts.keys(owner: user).count == 1)
        #expect(try await stores.accounts.user(user)?.verifiedAt == Self.start)
        await stores.database.close()
    }

    @Test(arguments: DatabaseBackend.allCases)
    func noSessionBeginsWithAPasswordThatChanged(backend: DatabaseBackend) async throws {
        let stores = try await Stores(backend)
        let user = stores.users[2].id
        #expect(try await stores.begin(passwordHash: "other") == false)
        // However they meet: a session that began before the reset is ended by it, and none begins after.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { _ = try await stores.begin(passwordHash: "hash") } }
            group.addTask {
                _ = try await stores.accounts.setPassword(
                    "next", of: user, from: "hash", keeping: nil, at: Self.start, audit: nil)
            }
            try await group.waitForAll()
        }
        #expect(try await stores.sessions.sessions(owner: user, at: Self.start).isEmpty)
        #expect(try await stores.begin(passwordHash: "next"))
        #expect(
            try await stores.accounts.setPassword(
                "thief's", of: user, from: "hash", keeping: nil, at: Self.start, audit: nil) == false)
        #expect(try await stores.accounts.passwordHash(of: user) == "next")
        var change = UserService.Change()
        change.isDisabled = true
        _ = try await stores.accounts.change(user, change, by: nil) { _ in nil }
        #expect(try await stores.begin(passwordHash: "next") == false)
        // Who is let in again signs in again.
        change.isDisabled = false
        _ = try await stores.accounts.change(user, change, by: nil) { _ in nil }
        #expect(try await stores.sessions.sessions(owner: user, at: Self.start).isEmpty)
        await stores.database.close()
    }

    @Test(arguments: DatabaseBackend.allCases)
    func administratorsDoNotDemoteEachOther(backend: DatabaseBackend) async throws {
        let stores = try await Stores(backend)
        let (one, two) = (stores.users[0].id, stores.users[1].id)
        var change = UserService.Change()
        change.role = .user
        let demoted = try await withThrowingTaskGroup(of: Bool.self) { [change] group in
            for (user, by) in [(one, two), (two, one)] {
                group.addTask {
                    do { _ = try await stores.accounts.change(user, change, by: by) { _ in nil } } catch let error
                        as DomainError where error.code == .forbidden
                    { return false }
                    return true
                }
            }
            return try await group.reduce(into: [Bool]()) { $0.append($1) }
        }
        #expect(demoted.count { $0 } == 1)
        // A change leaves what it does not name.
        try await stores.accounts.verify(stores.users[2].id, at: Self.start, audit: nil)
        var premium = UserService.Change()
        premium.plan = .premium
        let changed = try await stores.accounts.change(stores.users[2].id, premium, by: nil) { _ in nil }
        #expect(changed.plan == .premium && changed.verifiedAt == Self.start)
        await #expect(throws: DomainError.notFound("user")) {
            _ = try await stores.accounts.change(UUID(), premium, by: nil) { _ in nil }
        }
        await stores.database.close()
    }

    @Test(arguments: DatabaseBackend.allCases)
    func aUserHasNoMoreKeysThanTheLimit(backend: DatabaseBackend) async throws {
        let stores = try await Stores(backend)
        try await stores.accounts.insert(
            stores.key(200, endingAt: Self.start.addingTimeInterval(-1)), atMost: 1, audit: nil)  // it has ended
        let made = await withTaskGroup(of: Bool.self) { group in
            for number in UInt8(0)..<20 {
                group.addTask {
                    do { try await stores.accounts.insert(stores.key(number), atMost: 5, audit: nil) } catch {
                        return false
                    }
                    return true
                }
            }
            return await group.reduce(into: [Bool]()) { $0.append($1) }
        }
        #expect(made.count { $0 } == 5)
        try await stores.accounts.forgetKeys(before: Self.start)
        let keys = try await stores.accounts.keys(owner: stores.users[2].id)
        #expect(keys.count == 5)
        let old = try #require(keys.first)
        await #expect(throws: DomainError.self) {
            _ = try await stores.accounts.replace(
                old.id, endingAt: Self.start.addingTimeInterval(60), by: stores.key(100), atMost: 5, audit: nil)
        }
        #expect(
            try await stores.accounts.replace(
                old.id, endingAt: Self.start.addingTimeInterval(60), by: stores.key(100), atMost: 6, audit: nil))
        await stores.database.close()
    }

    @Test(arguments: DatabaseBackend.allCases)
    func aKeyIsReplacedOnce(backend: DatabaseBackend) async throws {
        let stores = try await Stores(backend)
        let (end, later) = (Self.start.addingTimeInterval(60), Self.start.addingTimeInterval(3_600))
        for (number, old) in [stores.key(1), stores.key(2, endingAt: end), stores.key(3, endingAt: later)].enumerated()
        {
            try await stores.accounts.insert(old, atMost: 100, audit: nil)
            let outcomes = try await withThrowingTaskGroup(of: Bool.self) { group in
                for next in UInt8(0)..<5 {
                    let next = stores.key(100 + UInt8(number) * 10 + next)
                    group.addTask {
                        try await stores.accounts.replace(old.id, endingAt: end, by: next, atMost: 100, audit: nil)
                    }
                }
                return try await group.reduce(into: [Bool]()) { $0.append($1) }
            }
            #expect(outcomes.count { $0 } == 1)
            let replaced = try #require(try await stores.accounts.key(old.id))
            #expect(replaced.expiresAt == end && replaced.scopes == .all)
        }
        #expect(try await stores.accounts.keys(owner: stores.users[2].id).count == 6)
        await stores.database.close()
    }

    /// What was good once and has ended is looked up once more, and then is like any other that is none.
    @Test(arguments: DatabaseBackend.allCases)
    func aCredentialThatHasEndedIsNotKnownForLong(backend: DatabaseBackend) async throws {
        let stores = try await Stores(backend)
        let now = Mutex(Self.start)
        let ambient = Ambient(now: { now.withLock { $0 } })
        let signing = try #require(SecretKey(String(repeating: "k", count: 40)))
        let authentication = AuthenticationService(
            accounts: stores.accounts, sessions: stores.sessions,
            signer: try await TokenSigner(algorithm: .hs256, current: signing, issuer: "a", audience: "a"),
            ambient: ambient, changes: Changes())
        let secret = "mk_secret"
        var key = stores.key(0, endingAt: Self.start.addingTimeInterval(5))
        key.secretHash = OpaqueToken.hash(of: secret)
        try await stores.accounts.insert(key, atMost: 100, audit: nil)
        struct Asked: Error {}
        func call() async throws {
            _ = try await authentication.caller(secret, from: Origin(correlationID: "")) { throw Asked() }
        }
        _ = try await authentication.caller(secret, from: Origin(correlationID: ""))
        try await call()  // known
        now.withLock { $0 = $0.addingTimeInterval(6) }
        await #expect(throws: DomainError.self) { try await call() }
        await #expect(throws: Asked.self) { try await call() }
        await stores.database.close()
    }

    /// Who rotates keys again and again makes ended ones: once there are more than a hundred, they go.
    @Test(arguments: DatabaseBackend.allCases)
    func endedKeysAreFew(backend: DatabaseBackend) async throws {
        let stores = try await Stores(backend)
        for number in 0..<UInt8(130) {
            let key = stores.key(number, endingAt: Self.start.addingTimeInterval(Double(number) - 1_000))
            try await stores.accounts.insert(key, atMost: 9, audit: nil)
        }
        #expect(try await stores.accounts.keys(owner: stores.users[2].id).count == 130 - 101)
        await stores.database.close()
    }

    @Test(arguments: DatabaseBackend.allCases)
    func theFirstSettingHolds(backend: DatabaseBackend) async throws {
        let stores = try await Stores(backend)
        #expect(try await stores.accounts.setting("cost") == nil)
        #expect(try await stores.accounts.settle("cost", "one") == "one")
        #expect(try await stores.accounts.settle("cost", "two") == "one")
        #expect(try await stores.accounts.settle("cost of é", "two") == "two")
        #expect(try await stores.accounts.settle("other", "three") == "three")
        #expect(try await stores.accounts.settings(beginning: "cost").sorted() == ["one", "two"])
        #expect(try await stores.accounts.settings(beginning: "cost of é") == ["two"])
        await stores.database.close()
    }
}
