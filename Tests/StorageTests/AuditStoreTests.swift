import AccessControl
@testable import Domain
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

        func service(
            _ secret: SecretKey? = AuditStoreTests.secret, previous: [SecretKey] = []
        ) throws -> AuditService {
            let (now, chain) = (now, AuditChain(current: try #require(secret), previous: previous))
            var ambient = Ambient(now: { now })
            ambient.audit = chain
            return AuditService(store: store, chain: chain, ambient: ambient)
        }

        /// - Parameter seconds: Between one event and the next.
        func note(
            _ count: Int, from first: Int = 0, since start: Date = AuditStoreTests.start, seconds: Double = 1
        ) async throws {
            let chain = AuditChain(current: try #require(AuditStoreTests.secret))
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
    }

    private static func filled(_ backend: DatabaseBackend) async throws -> Log {
        let log = try await Log(backend)
        try await log.note(10)
        try await log.service().linkWaiting()
        #expect(try await log.service().verify().isSound(10))
        return log
    }

    @Test(arguments: DatabaseBackend.allCases)
    func entriesComeBackInOrderAndCannotBeChanged(backend: DatabaseBackend) async throws {
        let log = try await Self.filled(backend)
        let entries = try await log.store.entries(after: 0, limit: 100).map { try $0.get() }
        #expect(entries.map(\.sequence) == Array(1...10))
        #expect(entries.map(\.event.correlationID) == (0..<10).map { "c\($0)" })
        #expect(entries[3].event.details == ["n": "3"] && entries[3].event.address == "192.0.2.1")
        let columns = "sequence, id, at, action, details, correlation_id, secret_id, link"
        let segment = "sequence, link, secret_id, seal, begins_at, ends_at, purged"
        for statement in [
            "UPDATE audit_entry SET action = 'x' WHERE sequence = 3", "DELETE FROM audit_entry",
            "INSERT INTO audit_entry (\(columns)) SELECT \(columns) FROM audit_entry WHERE sequence = 3",
            "INSERT INTO audit_segment (\(segment)) SELECT sequence, link, secret_id, link, 0, 0, 1 FROM audit_entry",
        ] + (backend == .sqlite ? ["REPLACE INTO audit_entry SELECT * FROM audit_entry WHERE sequence = 3"] : []) {
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

    /// A segment that somebody else wrote opens nothing to deletion.
    @Test(arguments: DatabaseBackend.allCases)
    func whatIsNotOverCannotBeTakenOut(backend: DatabaseBackend) async throws {
        let log = try await Log(backend)
        try await log.note(5, since: Date())
        try await log.service().linkWaiting()
        func execute(_ statement: String) async throws { _ = try await log.database.write([SQL(text: statement)]) }
        let segment = { (verb: String, sequence: Int) in
            """
            \(verb) INTO audit_segment (sequence, link, secret_id, seal, begins_at, ends_at, purged)
            SELECT \(sequence), link, secret_id, link, 0, 0, 0 FROM audit_entry WHERE sequence = 1
            """
        }
        try await execute(segment("INSERT", 4))
        for refused in [segment("INSERT", 3), segment("INSERT", 6), segment("INSERT", 1_000_000_000)]
            + (backend == .sqlite ? [segment("REPLACE", 4)] : [])
        {
            await #expect(throws: SQLError.self, "\(refused)") { try await execute(refused) }
        }
        try await execute("UPDATE audit_segment SET purged = 1 WHERE sequence = 4")
        await #expect(throws: SQLError.self) { try await execute("DELETE FROM audit_entry WHERE sequence <= 4") }
        guard case .segment(4)? = try await log.service().verify().flaw else {
            Issue.record("a segment with no seal")
            return
        }
        await log.database.close()
    }

    /// SQLite alone writes one transaction at a time: nothing waits, and nothing can be taken from what waits.
    @Test(arguments: DatabaseBackend.allCases)
    func onSQLiteEventsAreInLineOnceTheyAreWritten(backend: DatabaseBackend) async throws {
        let log = try await Log(backend)
        try await log.service().begin()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<50 { group.addTask { try await log.note(3, from: number * 3) } }
            try await group.waitForAll()
        }
        let waiting = try await log.store.waiting(atMost: 1_000).count
        #expect(waiting == (backend == .sqlite ? 0 : 150))
        try await log.service().linkWaiting()
        #expect(try await log.service().verify().isSound(150))
        // Where the log is broken, what is written waits, and what it is written with stands.
        try await log.tamper("UPDATE audit_head SET sequence = 7")
        try await log.note(1, from: 150)
        #expect(try await log.store.waiting(atMost: 10).count == 1)
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
        #expect(try await log.service().verify().isSound(800))
        let numbers = try await log.store.entries(after: 0, limit: 1_000).compactMap { try $0.get().event.details["n"] }
        #expect(Set(numbers).count == 800)
        await log.database.close()
    }

    @Test(
        arguments: DatabaseBackend.allCases,
        [
            ("UPDATE audit_entry SET details = '{\"n\":\"x\"}' WHERE sequence = 4", 4),
            ("UPDATE audit_entry SET address = NULL WHERE sequence = 1", 1),
            ("UPDATE audit_entry SET at = at + 1 WHERE sequence = 10", 10),
            ("UPDATE audit_entry SET at = 9223372036854775807 WHERE sequence = 10", 10),
            ("UPDATE audit_entry SET account = NULL WHERE sequence = 6", 6),
            ("UPDATE audit_entry SET action = 'unheard.of' WHERE sequence = 2", 2),
            ("UPDATE audit_entry SET details = '{' WHERE sequence = 8", 8),
            ("UPDATE audit_entry SET secret_id = 'x' WHERE sequence = 9", 9),
            ("UPDATE audit_entry SET details = '{\"n\":\"x\",\"n\":\"3\"}' WHERE sequence = 4", 4),
            ("UPDATE audit_entry SET details = details || ' ' WHERE sequence = 4", 4),
            ("UPDATE audit_entry SET details = '{\"\\u006e\":\"3\"}' WHERE sequence = 4", 4),
            ("UPDATE audit_entry SET resource_type = NULL WHERE sequence = 7", 7),
            ("UPDATE audit_entry SET sequence = 0 WHERE sequence = 7", 0),
            ("UPDATE audit_entry SET sequence = -5 WHERE sequence = 10", -5),
            ("DELETE FROM audit_entry WHERE sequence = 5", 5), ("DELETE FROM audit_entry WHERE sequence = 1", 1),
        ])
    func whatWasEditedOrRemovedIsNamed(backend: DatabaseBackend, change: (String, Int)) async throws {
        let log = try await Self.filled(backend)
        try await log.tamper(change.0)
        let flaw = try #require(try await log.service().verify().flaw)
        #expect("\(flaw)".hasPrefix("entry \(change.1) "), "\(flaw)")
        await log.database.close()
    }

    /// SQLite keeps what its column's type does not say.
    @Test(arguments: [
        "action = action || char(0)", "address = address || char(0) || 'x'", "details = details || char(0)",
        "correlation_id = CAST(correlation_id AS BLOB)", "resource_id = resource_id || char(0)",
        "address = CAST(x'ff' AS TEXT)", "account = CAST(account AS TEXT)", "link = hex(link)",
    ])
    func whatSQLiteAloneTakesIsNamed(change: String) async throws {
        let log = try await Self.filled(.sqlite)
        try await log.tamper("UPDATE audit_entry SET \(change) WHERE sequence = 4")
        #expect(try await log.service().verify().flaw == .edited(sequence: 4))
        await log.database.close()
    }

    /// Nor do other types stop what they are written among.
    @Test func otherTypesAreNamedEverywhere() async throws {
        let log = try await Self.filled(.sqlite)
        try await log.database.write(["INSERT INTO audit_waiting (event) VALUES ('x')"])
        #expect(try await log.service().verify().flaw == .forged(waiting: 1))
        try await log.note(1, from: 10)
        try await log.service().linkWaiting()
        #expect(try await log.service().verify().isSound(12))
        try await log.database.write([
            """
            INSERT INTO audit_segment (sequence, link, secret_id, seal, begins_at, ends_at, purged)
            VALUES (3, 'x', x'00', 1, 'a', 'b', 0)
            """
        ])
        #expect(try await log.service().verify().flaw == .unknownSecret(sequence: 3, secretID: ""))
        try await log.tamper("DROP TRIGGER audit_segment_delete", "DELETE FROM audit_segment")
        try await log.tamper("UPDATE audit_head SET link = 'x'")
        #expect(try await log.service().verify().flaw == .head)
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

    /// Who empties the database, or puts it back to an earlier state, is found by what was noted elsewhere.
    @Test(arguments: DatabaseBackend.allCases)
    func whatWasEmptiedOrPutBackIsNamed(backend: DatabaseBackend) async throws {
        let log = try await Self.filled(backend)
        let end = try await log.service().verify().end
        #expect(end.sequence == 10 && AuditPlace("\(end)") == end)
        try await log.note(5, from: 10)
        try await log.service().linkWaiting()
        #expect(try await log.service().verify(expecting: end).isSound(15))
        let later = try await log.service().verify().end
        var other = later
        other.link[0] ^= 1
        #expect(try await log.service().verify(expecting: other).flaw == .other(later))

        let back = try await Self.filled(backend)  // as a backup of before, with ids of its own
        #expect(try await back.service().verify(expecting: later).flaw == .cut(after: 10))
        #expect("\(try #require(try await back.service().verify(expecting: end).flaw))".contains("put back"))
        await back.database.close()

        try await log.tamper("DELETE FROM audit_entry", "DELETE FROM audit_head")
        #expect(try await log.service().verify().flaw == .head)
        await #expect(throws: AuditChain.Broken.self) {
            try await log.note(1)
            try await log.service().linkWaiting()
        }
        await log.database.close()

        let new = try await Log(backend)
        #expect(try await new.service().verify().isSound(0))
        #expect(try await new.service().verify(expecting: end).flaw == .cut(after: 0))
        await new.database.close()
    }

    /// What somebody else writes among the events that wait is put in line as what it is, and stops nothing.
    @Test(arguments: DatabaseBackend.allCases)
    func eventsThatSomebodyElseWroteAreQuarantined(backend: DatabaseBackend) async throws {
        let log = try await Self.filled(backend)
        try await log.note(1, from: 10)
        let sealed = try #require(try await log.store.waiting(atMost: 1).first?.bytes)
        var edited = sealed
        edited[edited.count - 1] ^= 1
        let bytes = [edited, Array(sealed.dropLast()), [], [UInt8](repeating: 255, count: 200)]
        try await log.database.write(bytes.map { "INSERT INTO audit_waiting (event) VALUES (\($0))" })
        #expect(try await log.service().verify().flaw == .forged(waiting: 4))
        try await log.note(1, from: 11)
        try await log.service().linkWaiting()
        #expect(try await log.service().verify().isSound(16))
        let actions = try await log.store.entries(after: 10, limit: 100).map { try $0.get().event.action }
        #expect(actions == [.scenarioCreated] + Array(repeating: .eventForged, count: 4) + [.scenarioCreated])
        let content = try await log.store.entries(after: 11, limit: 1).map { try $0.get().event.details["content"] }
        #expect(content == [Data(edited).base64EncodedString()])
        await log.database.close()
    }

    /// Who would keep events out, or take them, first needs the triggers away.
    @Test(arguments: DatabaseBackend.allCases)
    func triggersThatAreNotAsMadeAreNamed(backend: DatabaseBackend) async throws {
        let log = try await Self.filled(backend)
        let make =
            backend == .sqlite
            ? ["CREATE TRIGGER eat AFTER INSERT ON audit_waiting BEGIN DELETE FROM audit_waiting; END"]
            : [
                "CREATE FUNCTION eat() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN RETURN NULL; END $body$",
                "CREATE TRIGGER eat BEFORE INSERT ON audit_waiting FOR EACH ROW EXECUTE FUNCTION eat()",
            ]
        try await log.database.write(make.map { SQL(text: $0) })
        #expect(try await log.service().verify().flaw == .triggers(["eat"]))
        try await log.database.write([
            SQL(text: backend == .sqlite ? "DROP TRIGGER eat" : "DROP TRIGGER eat ON audit_waiting")
        ])
        #expect(try await log.service().verify().isSound(10))
        let name = backend == .sqlite ? "audit_entry_delete" : "audit_entry_rows"
        let drop = backend == .sqlite ? "DROP TRIGGER \(name)" : "ALTER TABLE audit_entry DISABLE TRIGGER \(name)"
        try await log.database.write([SQL(text: drop)])
        #expect(try await log.service().verify().flaw == .triggers([name]))
        if backend == .sqlite {
            let other = "CREATE TRIGGER \(name) BEFORE DELETE ON audit_entry BEGIN SELECT 1; END"
            try await log.database.write([SQL(text: other)])
            #expect(try await log.service().verify().flaw == .triggers([name]))
        }
        await log.database.close()
    }

    /// A copy of an event that was put in line, or waits, is no event.
    @Test(arguments: DatabaseBackend.allCases)
    func copiesOfEventsAreQuarantined(backend: DatabaseBackend) async throws {
        let log = try await Self.filled(backend)
        try await log.note(1, from: 10)
        let sealed = try await log.store.waiting(atMost: 1)
        try await log.store.append(sealed)  // beside it
        try await log.service().linkWaiting()
        try await log.store.append(sealed)  // and afterwards
        try await log.service().linkWaiting()
        let actions = try await log.store.entries(after: 10, limit: 100).map { try $0.get().event.action }
        #expect(actions == [.scenarioCreated, .eventForged, .eventForged])
        #expect(try await log.service().verify().isSound(13))
        await log.database.close()
    }

    /// After a change of secrets the new one seals the end; the old one, should it leak, seals no other.
    @Test(arguments: DatabaseBackend.allCases)
    func aFormerSecretSealsNoEnd(backend: DatabaseBackend) async throws {
        let log = try await Self.filled(backend)
        let (former, present) = (
            try #require(Self.secret), try #require(SecretKey(String(repeating: "n", count: 40)))
        )
        let service = try log.service(present, previous: [former])
        #expect(try await service.verify().flaw == .formerHead(secretID: former.id))
        try await service.begin()
        try await service.linkWaiting()
        #expect(try await service.verify().isSound(11))
        let last = try await log.store.entries(after: 10, limit: 1).map { try $0.get().event }
        #expect(last.map(\.action) == [.secretChanged] && last.first?.details["to"] == present.id)
        try await service.begin()
        #expect(try await service.verify().isSound(11))
        // The present one does not go on behind an end that the former one sealed since.
        let end = try #require(try await log.store.end().head)
        let rewritten = AuditChain(current: former).head(end.place, "head")
        try await log.database.write([
            "UPDATE audit_head SET secret_id = \(rewritten.secretID), seal = \(rewritten.seal)"
        ])
        try await log.note(1, from: 30)
        await #expect(throws: AuditChain.Broken.self) { try await service.linkWaiting() }
        #expect(try await service.verify().flaw == .formerHead(secretID: former.id))
        // A start takes it, and says so.
        try await service.begin()
        try await service.linkWaiting()
        let actions = try await log.store.entries(after: 11, limit: 10).map { try $0.get().event.action }
        #expect(Set(actions) == [.scenarioCreated, .secretChanged])
        // One that no secret sealed it does not take, and nothing is written of the try.
        try await log.tamper("UPDATE audit_head SET secret_id = 'x'")
        try await service.begin()
        #expect(try await log.store.waiting(atMost: 1).isEmpty)
        await log.database.close()
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
        await #expect(throws: AuditChain.Broken.self) { _ = try await service.sealAndPurge() }
        #expect(try await old.store.entries(after: 0, limit: 100).count == 10)
        await old.database.close()
    }

    @Test(arguments: DatabaseBackend.allCases)
    func aYearIsKeptAndWhatIsOlderLeavesItsSeal(backend: DatabaseBackend) async throws {
        var log = try await Log(backend)
        let start = Date(timeIntervalSince1970: 1_690_000_000)
        try await log.note(500, since: start, seconds: 86_400)  // from 22 July 2023
        try await log.service().linkWaiting()
        log.now = start.addingTimeInterval(500 * 86_400)  // 3 December 2024
        #expect(try await log.service().sealAndPurge().count == 17)
        let segments = try await log.store.segments()
        #expect(segments.count == 17 && segments.count(where: \.isPurged) == 5)  // July to November 2023
        let first = try #require(try await log.store.entries(after: 0, limit: 1).first).get()
        #expect(first.event.at >= log.now.addingTimeInterval(-396 * 86_400))
        #expect(try await log.service().verify().flaw == nil)
        #expect(try await log.service().sealAndPurge().isEmpty)  // again changes nothing
        #expect(try await log.store.segments() == segments)
        #expect(try await log.service().verify(expecting: segments[4].end.place).flaw == nil)
        #expect(
            try await log.service().verify(expecting: .init(sequence: 1, link: segments[0].end.place.link)).flaw
                == .gone(.init(sequence: 1, link: segments[0].end.place.link)))
        // A copy of what was taken out does not come back as an event.
        try await log.note(1, from: 0, since: start)
        try await log.service().linkWaiting()
        let copy = try await log.store.entries(after: 500, limit: 1).map { try $0.get().event.action }
        #expect(copy == [.eventForged])
        // Purging before the year is over, by hand.
        let next = try #require(segments.first { !$0.isPurged })
        try await log.tamper(
            "UPDATE audit_segment SET purged = 1 WHERE sequence = \(next.end.place.sequence)",
            "DELETE FROM audit_entry WHERE sequence <= \(next.end.place.sequence)")
        #expect(try await log.service().verify().flaw == .removed(sequence: first.sequence))
        await log.database.close()
    }
}

extension AuditService.Verification {
    fileprivate func isSound(_ count: Int) -> Bool { entries == count && waiting == 0 && flaw == nil }
}
