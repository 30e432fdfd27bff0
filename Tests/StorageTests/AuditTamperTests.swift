import AccessControl
@testable import Domain
import Foundation
import SQLDatabase
import Storage
import TestSupport
import Testing

/// What somebody does to the audit log with the database in hands is found and named.
@Suite struct AuditTamperTests {
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
        let log = try await AuditLog.filled(backend)
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
        let log = try await AuditLog.filled(.sqlite)
        try await log.tamper("UPDATE audit_entry SET \(change) WHERE sequence = 4")
        #expect(try await log.service().verify().flaw == .edited(sequence: 4))
        await log.database.close()
    }

    /// Nor do other types stop what they are written among.
    @Test func otherTypesAreNamedEverywhere() async throws {
        let log = try await AuditLog.filled(.sqlite)
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
        let swapped = try await AuditLog.filled(backend)
        try await swapped.tamper(
            "UPDATE audit_entry SET sequence = 100 WHERE sequence = 3",
            "UPDATE audit_entry SET sequence = 3 WHERE sequence = 7",
            "UPDATE audit_entry SET sequence = 7 WHERE sequence = 100")
        #expect("\(try #require(try await swapped.service().verify().flaw))".hasPrefix("entry 3 "))
        await swapped.database.close()

        let cut = try await AuditLog.filled(backend)
        try await cut.tamper("DELETE FROM audit_entry WHERE sequence > 7")
        #expect(try await cut.service().verify().flaw == .cut(after: 7))
        // The end put back too, with the link of the entry that is the last now.
        try await cut.tamper(
            "UPDATE audit_head SET sequence = 7, link = (SELECT link FROM audit_entry WHERE sequence = 7)")
        #expect(try await cut.service().verify().flaw == .head)
        await cut.database.close()

        let emptied = try await AuditLog.filled(backend)
        try await emptied.tamper("DELETE FROM audit_entry", "UPDATE audit_segment SET purged = 1")
        #expect(try await emptied.service().verify().flaw == .cut(after: 0))
        await emptied.database.close()

        let other = try await AuditLog.filled(backend)
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
        let log = try await AuditLog.filled(backend)
        let end = try await log.service().verify().end
        #expect(end.sequence == 10 && AuditPlace("\(end)") == end)
        try await log.note(5, from: 10)
        try await log.service().linkWaiting()
        #expect(try await log.service().verify(expecting: end).isSound(15))
        let later = try await log.service().verify().end
        var other = later
        other.link[0] ^= 1
        #expect(try await log.service().verify(expecting: other).flaw == .other(later))

        let back = try await AuditLog.filled(backend)  // as a backup of before, with ids of its own
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

        let new = try await AuditLog(backend)
        #expect(try await new.service().verify().isSound(0))
        #expect(try await new.service().verify(expecting: end).flaw == .cut(after: 0))
        await new.database.close()
    }

    /// What somebody else writes among the events that wait is put in line as what it is, and stops nothing.
    @Test(arguments: DatabaseBackend.allCases)
    func eventsThatSomebodyElseWroteAreQuarantined(backend: DatabaseBackend) async throws {
        let log = try await AuditLog.filled(backend)
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
        let log = try await AuditLog.filled(backend)
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
        // One of another table takes them just as well.
        let elsewhere = backend == .sqlite ? make : Array(make.dropFirst())
        try await log.database.write(
            elsewhere.map { SQL(text: $0.replacing("INSERT ON audit_waiting", with: "INSERT ON scenario")) })
        #expect(try await log.service().verify().flaw == .triggers(["eat"]))
        try await log.database.write([
            SQL(text: backend == .sqlite ? "DROP TRIGGER eat" : "DROP TRIGGER eat ON scenario")
        ])
        let name = backend == .sqlite ? "audit_entry_delete" : "audit_entry_rows"
        let made =
            backend == .postgresql
            ? ""
            : try await log.database.read {
                try $0.first("SELECT sql FROM sqlite_master WHERE name = \(name)") { try $0.text(0) } ?? ""
            }
        let drop = backend == .sqlite ? "DROP TRIGGER \(name)" : "ALTER TABLE audit_entry DISABLE TRIGGER \(name)"
        try await log.database.write([SQL(text: drop)])
        #expect(try await log.service().verify().flaw == .triggers([name]))
        let others =
            backend == .sqlite
            ? [made.replacing("WHEN NOT (", with: "WHEN (").replacing(" AND ", with: " AND NOT ")]  // the same words
            : [
                "DROP TRIGGER \(name) ON audit_entry",
                """
                CREATE TRIGGER \(name) BEFORE UPDATE ON audit_entry
                FOR EACH ROW EXECUTE FUNCTION audit_refuse()
                """,
            ]
        try await log.database.write(others.map { SQL(text: $0) })
        #expect(try await log.service().verify().flaw == .triggers([name]))
        await log.database.close()
    }

    /// The triggers are there, and fire in no session.
    @Test func triggersThatNeverFireAreNamed() async throws {
        let url = try PostgresServer.shared.get().newDatabase()
        let database = PostgresDatabase(.init(url: url, connections: 1))
        try await database.migrate(Schema.migrations, at: AuditLog.start)
        try await database.write([
            """
            DO $$ BEGIN
                EXECUTE format('ALTER DATABASE %I SET session_replication_role = replica', current_database());
            END $$
            """
        ])
        await database.close()
        var log = try await AuditLog(.sqlite)
        await log.database.close()
        log.database = PostgresDatabase(.init(url: url, connections: 1))
        #expect(try await log.service().verify().flaw == .triggers(["session_replication_role"]))
        await log.database.close()
    }

    @Test func functionsAndRulesThatAreNotAsMadeAreNamed() async throws {
        let log = try await AuditLog.filled(.postgresql)
        try await log.database.write(["CREATE RULE eat AS ON DELETE TO audit_waiting DO INSTEAD NOTHING"])
        #expect(try await log.service().verify().flaw == .triggers(["eat"]))
        try await log.database.write([
            "DROP RULE eat ON audit_waiting",
            """
            CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $body$
            BEGIN RETURN OLD; END $body$
            """,
        ])
        #expect(try await log.service().verify().flaw == .triggers(["audit_entry_all", "audit_entry_rows"]))
        await log.database.close()
    }

    /// A copy of an event that was put in line, or waits, is no event.
    @Test(arguments: DatabaseBackend.allCases)
    func copiesOfEventsAreQuarantined(backend: DatabaseBackend) async throws {
        let log = try await AuditLog.filled(backend)
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
        let log = try await AuditLog.filled(backend)
        let (former, present) = (
            try #require(AuditLog.secret), try #require(SecretKey(String(repeating: "n", count: 40)))
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
            let log = try await AuditLog.filled(backend)
            try await log.tamper("DELETE FROM audit_entry WHERE sequence > 7")
            for end in ends { try await log.tamper(end) }
            try await log.note(1, from: 20)
            await #expect(throws: AuditChain.Broken.self) { try await log.service().linkWaiting() }
            #expect(try await log.service().verify().flaw != nil)
            await log.database.close()
        }
        // Made older, entries would be sealed and taken out.
        var old = try await AuditLog.filled(backend)
        try await old.tamper("UPDATE audit_entry SET at = at - 43200000000000 WHERE sequence < 5")
        old.now = AuditLog.start.addingTimeInterval(40 * 86_400)
        let service = try old.service()
        await #expect(throws: AuditChain.Broken.self) { _ = try await service.sealAndPurge() }
        #expect(try await old.store.entries(after: 0, limit: 100).count == 10)
        await old.database.close()
    }
}
