public import Domain
public import Foundation
public import SQLDatabase

/// Sessions and what else signing in needs, in a database.
public struct SQLSessionStore: SessionStore {
    private let database: any SQLDatabase
    private var lock: SQL { database.dialect == .sqlite ? "" : "FOR UPDATE OF refresh_token" }

    public init(_ database: any SQLDatabase) { self.database = database }

    // MARK: Sessions

    private static func insertion(_ tokenHash: [UInt8], _ session: UUID) -> SQL {
        "INSERT INTO refresh_token (token_hash, session) VALUES (\(tokenHash), \(session))"
    }

    public func insert(
        _ session: Session, passwordHash: String, refreshTokenHash: [UInt8], audit: SealedEvent?
    ) async throws -> Bool {
        // Whoever sets the password meanwhile waits until the session is there to be ended.
        let share: SQL = database.dialect == .sqlite ? "" : "FOR SHARE"
        return try await translated {
            try await database.write { connection in
                let isSame = try connection.first(
                    """
                    SELECT id FROM account
                    WHERE id = \(session.owner) AND password_hash = \(passwordHash) AND disabled = 0 \(sql: share)
                    """
                ) { _ in true }
                guard isSame != nil else { return false }
                try connection.batch(
                    [
                        """
                        INSERT INTO session (id, owner, created_at, last_used_at, expires_at, address, user_agent)
                        VALUES (\(session.id), \(session.owner), \(session.createdAt.microseconds),
                            \(session.lastUsedAt.microseconds), \(session.expiresAt.microseconds),
                            \(session.address), \(session.userAgent))
                        """,
                        Self.insertion(refreshTokenHash, session.id),
                    ] + SQLAuditStore.waiting(audit))
                return true
            }
        }
    }

    public func rotate(
        _ tokenHash: [UInt8], to next: [UInt8], at now: Date, expiresAt: Date,
        audit: @escaping @Sendable (_ isReuse: Bool, _ session: UUID, _ owner: UUID) -> SealedEvent?
    ) async throws -> Rotation {
        let lock = lock
        return try await translated {
            try await database.write { connection in
                let found = try connection.first(
                    """
                    SELECT session.id, session.owner, refresh_token.used_at
                    FROM refresh_token JOIN session ON session.id = refresh_token.session
                        JOIN account ON account.id = session.owner
                    WHERE refresh_token.token_hash = \(tokenHash) AND session.revoked_at IS NULL
                        AND session.expires_at > \(now.microseconds) AND account.disabled = 0 \(sql: lock)
                    """
                ) { (try $0.uuid(0), try $0.uuid(1), try $0.isNull(2)) }
                guard let (session, owner, isUnused) = found else { return .unknown }
                let event = SQLAuditStore.waiting(audit(!isUnused, session, owner))
                guard isUnused else {
                    try connection.batch(
                        ["UPDATE session SET revoked_at = \(now.microseconds) WHERE id = \(session)"] + event)
                    return .reused(session: session, owner: owner)
                }
                try connection.batch(
                    [
                        "UPDATE refresh_token SET used_at = \(now.microseconds) WHERE token_hash = \(tokenHash)",
                        Self.insertion(next, session),
                        """
                        UPDATE session SET last_used_at = \(now.microseconds), expires_at = \(expiresAt.microseconds)
                        WHERE id = \(session)
                        """,
                    ] + event)
                return .rotated(session: session, owner: owner)
            }
        }
    }

    private static let columns: SQL = """
        session.id, session.owner, session.created_at, session.last_used_at, session.expires_at, session.address,
        session.user_agent
        """

    private static func session(_ row: any SQLRow) throws -> Session {
        let origin = Origin(
            address: try row.optional(5, row.text), userAgent: try row.optional(6, row.text), correlationID: "")
        var session = Session(
            id: try row.uuid(0), owner: try row.uuid(1), createdAt: Date(microseconds: try row.int(2)),
            expiresAt: Date(microseconds: try row.int(4)), origin: origin)
        session.lastUsedAt = Date(microseconds: try row.int(3))
        return session
    }

    public func session(_ id: UUID, at now: Date) async throws -> (session: Session, owner: User)? {
        try await translated {
            try await database.read {
                try $0.first(
                    """
                    SELECT \(sql: Self.columns), \(sql: SQLAccountStore.userColumns)
                    FROM session JOIN account ON account.id = session.owner
                    WHERE session.id = \(id) AND session.revoked_at IS NULL AND session.expires_at > \(now.microseconds)
                    """
                ) { (try Self.session($0), try SQLAccountStore.user($0, from: 7)) }
            }
        }
    }

    public func sessions(owner: UUID, at now: Date) async throws -> [Session] {
        try await translated {
            try await database.read {
                try $0.all(
                    """
                    SELECT \(sql: Self.columns) FROM session
                    WHERE owner = \(owner) AND revoked_at IS NULL AND expires_at > \(now.microseconds) ORDER BY id DESC
                    """, Self.session)
            }
        }
    }

    public func revokeSession(_ id: UUID, owner: UUID, at now: Date, audit: SealedEvent?) async throws -> Bool {
        try await translated {
            try await database.write {
                try $0.execute(
                    """
                    UPDATE session SET revoked_at = \(now.microseconds)
                    WHERE id = \(id) AND owner = \(owner) AND revoked_at IS NULL
                    """, audit: audit)
            }
        }
    }

    // MARK: Tries

    /// Tries are in a row while less than this is between them.
    private static let forgottenAfter: Int64 = 86_400_000_000  // microseconds

    private struct Locked: Error { var until: Date }

    public func noteTry(
        of names: [[UInt8]], at now: Date, lock: @escaping @Sendable (_ index: Int, _ tries: Int) -> Date?
    ) async throws -> SignInTry {
        do {
            return try await translated {
                try await database.write { connection in
                    .counted(
                        try names.enumerated().map { index, name in
                            try Self.countTry(of: name, at: now, connection) { lock(index, $0) }
                        })
                }
            }
        } catch let locked as Locked { return .locked(until: locked.until) }  // and nothing is counted
    }

    private static func countTry(
        of name: [UInt8], at now: Date, _ connection: any SQLConnection, lock: (Int) -> Date?
    ) throws -> Int {
        let at = now.microseconds
        let counted = try connection.first(
            """
            INSERT INTO sign_in_failure (address_hash, failures, failed_at) VALUES (\(name), 1, \(at))
            ON CONFLICT (address_hash) DO UPDATE SET failed_at = excluded.failed_at, failures = CASE
                WHEN sign_in_failure.failed_at < \(at - forgottenAfter) THEN 1 ELSE sign_in_failure.failures + 1 END
            RETURNING failures, locked_until
            """
        ) { (tries: Int(try $0.int(0)), lockedUntil: try $0.optional(1, $0.int)) }
        guard let counted else { return 1 }
        if let end = counted.lockedUntil, end > at { throw Locked(until: Date(microseconds: end)) }
        try connection.execute(
            """
            UPDATE sign_in_failure SET locked_until = \(lock(counted.tries)?.microseconds) WHERE address_hash = \(name)
            """)
        return counted.tries
    }

    public func forgetTries(of names: [[UInt8]]) async throws {
        try await translated {
            try await database.write(names.map { "DELETE FROM sign_in_failure WHERE address_hash = \($0)" })
        }
    }

    public func takeBackTry(of names: [[UInt8]]) async throws {
        try await translated {
            try await database.write(
                names.map {
                    """
                    UPDATE sign_in_failure SET failures = failures - 1, locked_until = NULL
                    WHERE address_hash = \($0) AND failures > 0
                    """
                })
        }
    }

    // MARK: Mail

    public func insert(
        mailed tokenHash: [UInt8], for purpose: MailPurpose, owner: UUID, expiresAt: Date, audit: SealedEvent?
    ) async throws {
        try await translated {
            try await database.write(
                [
                    """
                    INSERT INTO mailed_token (token_hash, owner, purpose, expires_at)
                    VALUES (\(tokenHash), \(owner), \(purpose.rawValue), \(expiresAt.microseconds))
                    """
                ] + SQLAuditStore.waiting(audit))
        }
    }

    public func owner(mailed tokenHash: [UInt8], for purpose: MailPurpose, at now: Date) async throws -> UUID? {
        try await translated {
            try await database.read { try Self.owner(where: Self.isGood(tokenHash, purpose, now), $0) }
        }
    }

    public func redeem(mailed tokenHash: [UInt8], for purpose: MailPurpose, at now: Date) async throws -> UUID? {
        try await translated {
            try await database.write { connection in
                let condition = Self.isGood(tokenHash, purpose, now)
                let owner = try Self.owner(where: condition, connection)
                return try connection.execute("DELETE FROM mailed_token WHERE \(sql: condition)") == 1 ? owner : nil
            }
        }
    }

    private static func isGood(_ tokenHash: [UInt8], _ purpose: MailPurpose, _ now: Date) -> SQL {
        "token_hash = \(tokenHash) AND purpose = \(purpose.rawValue) AND expires_at > \(now.microseconds)"
    }

    private static func owner(where condition: SQL, _ connection: any SQLConnection) throws -> UUID? {
        try connection.first("SELECT owner FROM mailed_token WHERE \(sql: condition)") { try $0.uuid(0) }
    }

    public func forgetSessions(before date: Date, used: Date) async throws {
        let before = date.microseconds
        try await translated {
            try await database.write([
                "DELETE FROM session WHERE expires_at < \(before)",
                "DELETE FROM refresh_token WHERE used_at < \(used.microseconds)",
                "DELETE FROM mailed_token WHERE expires_at < \(before)",
                "DELETE FROM sign_in_failure WHERE failed_at < \(before)",
            ])
        }
    }
}
