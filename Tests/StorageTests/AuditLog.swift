import AccessControl
@testable import Domain
import Foundation
import SQLDatabase
import Storage
import TestSupport
import Testing

/// An audit log of its own, the service over it, and somebody with its database in hands.
struct AuditLog {
    var database: any SQLDatabase
    var store: SQLAuditStore { SQLAuditStore(database) }
    var now = Self.start

    static let start = Date(timeIntervalSince1970: 1_760_000_000)
    static let secret = SecretKey(String(repeating: "s", count: 40))

    init(_ backend: DatabaseBackend) async throws {
        database = try backend.make()
        try await database.migrate(Schema.migrations, at: now)
    }

    func service(
        _ secret: SecretKey? = Self.secret, previous: [SecretKey] = [], over store: (any AuditStore)? = nil
    ) throws -> AuditService {
        let (now, chain) = (now, AuditChain(current: try #require(secret), previous: previous))
        var ambient = Ambient(now: { now })
        ambient.audit = chain
        return AuditService(store: store ?? self.store, chain: chain, ambient: ambient)
    }

    /// - Parameter seconds: Between one event and the next.
    func note(
        _ count: Int, from first: Int = 0, since start: Date = Self.start, seconds: Double = 1
    ) async throws {
        let chain = AuditChain(current: try #require(Self.secret))
        let events = (first..<first + count).map { number -> AuditEvent in
            let at = start.addingTimeInterval(Double(number) * seconds)
            return AuditEvent(
                id: .v7(at: at), at: at, action: .scenarioCreated, user: UUID(),
                resource: .init("scenario", UUID()), details: ["n": "\(number)"],
                origin: Origin(address: "192.0.2.1", correlationID: "c\(number)"))
        }
        try await store.append(events.map(chain.sealed))
    }

    /// As someone with the database in hands would.
    func tamper(_ statements: String...) async throws {
        let off =
            database.dialect == .sqlite
            ? ["entry_insert", "entry_update", "entry_delete", "segment_insert", "segment_update"].map {
                "DROP TRIGGER IF EXISTS audit_\($0)"
            } : ["entry", "segment"].map { "ALTER TABLE audit_\($0) DISABLE TRIGGER ALL" }
        _ = try await database.write((off + statements).map { SQL(text: $0) })
    }

    /// - Returns: One of ten entries.
    static func filled(_ backend: DatabaseBackend) async throws -> AuditLog {
        let log = try await AuditLog(backend)
        try await log.note(10)
        try await log.service().linkWaiting()
        #expect(try await log.service().verify().isSound(10))
        return log
    }
}

extension AuditService.Verification {
    func isSound(_ count: Int) -> Bool { entries == count && waiting == 0 && flaw == nil }
}
