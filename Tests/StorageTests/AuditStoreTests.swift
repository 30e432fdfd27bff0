import AccessControl
@testable import Domain
import Foundation
import SQLDatabase
import Storage
import TestSupport
import Testing

/// The audit log: entries stay in order, nothing changes them, and what is a year old leaves its seal.
@Suite struct AuditStoreTests {
    private static let start = Date(timeIntervalSince1970: 1_690_000_000)  // 22 July 2023

    @Test(arguments: DatabaseBackend.allCases)
    func entriesComeBackInOrderAndCannotBeChanged(backend: DatabaseBackend) async throws {
        let log = try await AuditLog.filled(backend)
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
        (query.from, query.before) = (AuditLog.start.addingTimeInterval(2), AuditLog.start.addingTimeInterval(5))
        #expect(try await log.store.entries(query).items.map(\.sequence) == [5, 4, 3])
        await log.database.close()
    }

    /// A segment that somebody else wrote opens nothing to deletion.
    @Test(arguments: DatabaseBackend.allCases)
    func whatIsNotOverCannotBeTakenOut(backend: DatabaseBackend) async throws {
        let log = try await AuditLog(backend)
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

    /// What waits is put in line as far as one asks; where the log is broken it goes on waiting.
    @Test(arguments: DatabaseBackend.allCases)
    func eventsArePutInLineUpToOne(backend: DatabaseBackend) async throws {
        let log = try await AuditLog(backend)
        #expect(try await log.store.numbersWaiting() == nil)
        try await log.note(700, from: 0)
        let waiting = try #require(try await log.store.numbersWaiting())
        #expect(waiting.count == 700)
        try await log.service().linkWaiting(upTo: waiting.lowerBound + 599)
        #expect(try await log.service().end()?.sequence == 600)
        #expect(try await log.store.numbersWaiting() == waiting.lowerBound + 600...waiting.upperBound)
        try await log.service().linkWaiting()
        #expect(try await log.service().verify().isSound(700))
        try await log.tamper("UPDATE audit_head SET sequence = 7")
        try await log.note(1, from: 700)
        await #expect(throws: AuditChain.Broken.self) { try await log.service().linkWaiting() }
        #expect(try await log.store.waiting(atMost: 10).count == 1)
        await log.database.close()
    }

    /// Several processes put events in line at once: each is there once, and the chain holds.
    @Test(arguments: DatabaseBackend.allCases)
    func severalProcessesLinkOneChain(backend: DatabaseBackend) async throws {
        let log = try await AuditLog(backend)
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

    @Test(arguments: DatabaseBackend.allCases)
    func aYearIsKeptAndWhatIsOlderLeavesItsSeal(backend: DatabaseBackend) async throws {
        var log = try await AuditLog(backend)
        let start = Self.start
        try await log.note(500, since: start, seconds: 86_400)
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

    /// Nothing is missing that was taken out by right while the log was read.
    @Test(arguments: DatabaseBackend.allCases)
    func whatIsTakenOutMeanwhileIsNotMissed(backend: DatabaseBackend) async throws {
        var log = try await AuditLog(backend)
        try await log.note(70, since: Self.start, seconds: 86_400)
        try await log.service().linkWaiting()
        log.now = Self.start.addingTimeInterval(70 * 86_400)
        #expect(try await log.service().sealAndPurge().map(\.sequence) == [10, 41])
        log.now.addTimeInterval(340 * 86_400)
        let purging = try log.service()
        let verifying = try log.service(
            over: PurgedMeanwhile(store: log.store) { _ = try await purging.sealAndPurge() })
        let found = try await verifying.verify()
        #expect(found.isSound(29))
        await log.database.close()
    }

    /// A month ends where it is over, whatever time an entry in it has from a clock that was wrong.
    @Test(arguments: DatabaseBackend.allCases)
    func aWrongClockHoldsUpNoSeal(backend: DatabaseBackend) async throws {
        var log = try await AuditLog(backend)
        try await log.note(30, since: Self.start, seconds: 86_400)
        try await log.note(1, since: Self.start.addingTimeInterval(3_000 * 86_400))
        try await log.note(30, from: 31, since: Self.start, seconds: 86_400)
        try await log.service().linkWaiting()
        log.now = Self.start.addingTimeInterval(62 * 86_400)
        #expect(try await log.service().sealAndPurge().map(\.sequence) == [10, 41])
        log.now.addTimeInterval(400 * 86_400)
        #expect(try await log.service().sealAndPurge().map(\.sequence) == [61])
        let segments = try await log.store.segments()
        #expect(segments.map(\.isPurged) == [true, false, false])  // the second waits for that entry's year, too
        #expect(try await log.service().verify().flaw == nil)
        await log.database.close()
    }
}

/// A log out of which somebody takes what is over between two reads.
private struct PurgedMeanwhile: AuditStore {
    let store: SQLAuditStore
    let purge: @Sendable () async throws -> Void

    func entries(after sequence: Int64, limit: Int) async throws -> [Result<AuditEntry, UnreadableEntry>] {
        try await purge()
        return try await store.entries(after: sequence, limit: limit)
    }

    func append(_ events: [SealedEvent]) async throws { try await store.append(events) }
    func waiting(atMost limit: Int) async throws -> [SealedEvent] { try await store.waiting(atMost: limit) }
    func numbersWaiting() async throws -> ClosedRange<Int64>? { try await store.numbersWaiting() }
    func link(upTo last: Int64, atMost limit: Int, _ link: @escaping AuditLinker) async throws -> Int {
        try await store.link(upTo: last, atMost: limit, link)
    }
    func entries(_ query: AuditQuery) async throws -> Page<AuditEntry> { try await store.entries(query) }
    func end() async throws -> (head: AuditHead?, first: Int64, last: Int64) { try await store.end() }
    func wrongTriggers() async throws -> [String] { try await store.wrongTriggers() }
    func segments() async throws -> [AuditSegment] { try await store.segments() }
    func insert(_ segment: AuditSegment) async throws { try await store.insert(segment) }
    func purge(_ segment: AuditSegment) async throws { try await store.purge(segment) }
}
