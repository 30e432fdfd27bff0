import AccessControl
import Domain
import Foundation
import SQLDatabase
import Storage
import TestSupport
import Testing

/// The audit log: nothing changes it, and what does all the same is found and named.
@Suite struct AuditStoreTests {
    private static let start = Date(timeIntervalSince1970: 1_760_000_000)
    private static let secret = SecretKey(String(repeating: "s", count: 40))

    private struct Log {
        var database: any SQLDatabase
        var store: SQLAuditStore { SQLAuditStore(database) }
        var now = AuditStoreTests.start

        init(_ backend: DatabaseBackend) async throws {
            database = try backend.make()
            try await database.migrate(Schema.migrations, at: now)
        }

        func service(_ secret: SecretKey? = AuditStoreTests.secret) throws -> AuditService {
            let now = now
            return AuditService(
                store: store, chain: AuditChain(current: try #require(secret)), ambient: Ambient(now: { now }))
        }

        /// - Parameter seconds: Between one event and the next.
        func note(_ count: Int, from first: Int = 0, seconds: Double = 1) async throws {
            let events = (first..<first + count).map { number -> AuditEvent in
                let at = AuditStoreTests.start.addingTimeInterval(Double(number) * seconds)
                return AuditEvent(
                    id: .v7(at: at), at: at, action: .scenarioCreated, user: UUID(),
                    resource: .init("scenario", UUID()), details: ["n": "\(number)"],
                    origin: Origin(address: "192.0.2.1", correlationID: "c\(number)"))
            }
            try await store.append(events)
        }

        /// As someone with the database in hands would.
        func tamper(_ statements: String...) async throws {
            let off =
                database.dialect == .sqlite
                ? ["DROP TRIGGER IF EXISTS audit_entry_update", "DROP TRIGGER IF EXISTS audit_entry_delete"]
                : ["ALTER TABLE audit_entry DISABLE TRIGGER ALL"]
            _ = try await database.write((off + statements).map { SQL(text: $0) })
        }
    }

    private static func filled(_ backend: DatabaseBackend) async throws -> Log {
        let log = try await Log(backend)
        try await log.note(10)
        try await log.service().linkWaiting()
        #expect(try await log.service().verify() == (10, nil))
        return log
    }

    @Test(arguments: DatabaseBackend.allCases)
    func entriesComeBackInOrderAndCannotBeChanged(backend: DatabaseBackend) async throws {
        let log = try await Self.filled(backend)
        let entries = try await log.store.entries(after: 0, limit: 100)
        #expect(entries.map(\.sequence) == Array(1...10))
        #expect(entries.map(\.event.correlationID) == (0..<10).map { "c\($0)" })
        #expect(entries[3].event.details == ["n": "3"] && entries[3].event.address == "192.0.2.1")
        for statement in ["UPDATE audit_entry SET action = 'x' WHERE sequence = 3", "DELETE FROM audit_entry"] {
            await #expect(throws: SQLError.self) { _ = try await log.database.write([SQL(text: statement)]) }
        }
        var query = AuditQuery()
        query.correlationID = "c4"
        #expect(try await log.store.entries(query).items.map(\.sequence) == [5])
        query = AuditQuery()
        (query.from, query.before) = (Self.start.addingTimeInterval(2), Self.start.addingTimeInterval(5))
        #expect(try await log.store.entries(query).items.map(\.sequence) == [5, 4, 3])
        await log.database.close()
    }

    /// Several processes put events in line at once: each is there once, and the chain holds.
    @Test(arguments: DatabaseBackend.allCases)
    func severalProcessesLinkOneChain(backend: DatabaseBackend) async throws {
        let log = try await Log(backend)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for process in 0..<8 {
                group.addTask {
                    try await log.note(100, from: process * 100)
                    try await log.service().linkWaiting()
                }
            }
            try await group.waitForAll()
        }
        try await log.service().linkWaiting()
        #expect(try await log.service().verify() == (800, nil))
        let numbers = try await log.store.entries(after: 0, limit: 1_000).compactMap { $0.event.details["n"] }
        #expect(Set(numbers).count == 800)
        await log.database.close()
    }

    @Test(
        arguments: DatabaseBackend.allCases,
        [
            ("UPDATE audit_entry SET details = '{\"n\":\"x\"}' WHERE sequence = 4", 4),
            ("UPDATE audit_entry SET address = NULL WHERE sequence = 1", 1),
            ("UPDATE audit_entry SET at = at + 1 WHERE sequence = 10", 10),
            ("UPDATE audit_entry SET account = NULL WHERE sequence = 6", 6),
            ("DELETE FROM audit_entry WHERE sequence = 5", 5), ("DELETE FROM audit_entry WHERE sequence = 1", 1),
        ])
    func whatWasEditedOrRemovedIsNamed(backend: DatabaseBackend, change: (String, Int)) async throws {
        let log = try await Self.filled(backend)
        try await log.tamper(change.0)
        let flaw = try #require(try await log.service().verify().flaw)
        #expect("\(flaw)".hasPrefix("entry \(change.1) "), "\(flaw)")
        await log.database.close()
    }

    @Test(arguments: DatabaseBackend.allCases)
    func whatWasSwappedCutOrForgedIsNamed(backend: DatabaseBackend) async throws {
        let swapped = try await Self.filled(backend)
        try await swapped.tamper(
            "UPDATE audit_entry SET sequence = 100 WHERE sequence = 3",
            "UPDATE audit_entry SET sequence = 3 WHERE sequence = 7",
            "UPDATE audit_entry SET sequence = 7 WHERE sequence = 100")
        #expect("\(try #require(try await swapped.service().verify().flaw))".hasPrefix("entry 3 "))
        await swapped.database.close()

        let cut = try await Self.filled(backend)
        try await cut.tamper("DELETE FROM audit_entry WHERE sequence > 7")
        #expect(try await cut.service().verify().flaw == .cut(after: 7))
        // The end put back too, with the link of the entry that is the last now.
        try await cut.tamper(
            "UPDATE audit_head SET sequence = 7, link = (SELECT link FROM audit_entry WHERE sequence = 7)")
        #expect(try await cut.service().verify().flaw == .head)
        await cut.database.close()

        let emptied = try await Self.filled(backend)
        try await emptied.tamper("DELETE FROM audit_entry", "UPDATE audit_segment SET purged = 1")
        #expect(try await emptied.service().verify().flaw == .cut(after: 0))
        await emptied.database.close()

        let other = try await Self.filled(backend)
        let stranger = SecretKey(String(repeating: "x", count: 40))
        guard case .unknownSecret? = try await other.service(stranger).verify().flaw else {
            Issue.record("verified without the secret")
            return
        }
        await other.database.close()
    }

    /// The service goes on after tampering, and hides nothing.
    @Test(arguments: DatabaseBackend.allCases)
    func whatGoesOnBehindATamperedEndHidesNothing(backend: DatabaseBackend) async throws {
        for ends in [
            ["UPDATE audit_head SET sequence = 7, link = (SELECT link FROM audit_entry WHERE sequence = 7)"],
            ["DELETE FROM audit_head"],
        ] {
            let log = try await Self.filled(backend)
            try await log.tamper("DELETE FROM audit_entry WHERE sequence > 7")
            for end in ends { try await log.tamper(end) }
            try await log.note(1, from: 20)
            await #expect(throws: AuditChain.Broken.self) { try await log.service().linkWaiting() }
            #expect(try await log.service().verify().flaw != nil)
            await log.database.close()
        }
        // Made older, entries would be sealed and taken out.
        var old = try await Self.filled(backend)
        try await old.tamper("UPDATE audit_entry SET at = at - 43200000000000 WHERE sequence < 5")
        old.now = Self.start.addingTimeInterval(40 * 86_400)
        let service = try old.service()
        await #expect(throws: AuditChain.Broken.self) { try await service.sealAndPurge() }
        #expect(try await old.store.entries(after: 0, limit: 100).count == 10)
        await old.database.close()
    }

    @Test(arguments: DatabaseBackend.allCases)
    func aYearIsKeptAndWhatIsOlderLeavesItsSeal(backend: DatabaseBackend) async throws {
        var log = try await Log(backend)
        try await log.note(500, seconds: 86_400)  // from 9 October 2025
        try await log.service().linkWaiting()
        log.now = Self.start.addingTimeInterval(500 * 86_400)  // 21 February 2027
        try await log.service().sealAndPurge()
        let segments = try await log.store.segments()
        #expect(segments.count == 16 && segments.count(where: \.isPurged) == 4)  // all of 2025, and January 2026
        let first = try #require(try await log.store.entries(after: 0, limit: 1).first)
        #expect(first.event.at >= log.now.addingTimeInterval(-396 * 86_400))
        #expect(try await log.service().verify().flaw == nil)
        try await log.service().sealAndPurge()  // again changes nothing
        #expect(try await log.store.segments() == segments)
        // Purging before the year is over, by hand.
        let next = try #require(segments.first { !$0.isPurged })
        try await log.tamper(
            "UPDATE audit_segment SET purged = 1 WHERE sequence = \(next.end.sequence)",
            "DELETE FROM audit_entry WHERE sequence <= \(next.end.sequence)")
        #expect(try await log.service().verify().flaw == .removed(sequence: first.sequence))
        await log.database.close()
    }
}
