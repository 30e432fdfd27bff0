import CostModel
import Domain
import Foundation
import SQLDatabase
import Storage
import TestSupport
import Testing
import Traffic

/// What the repositories promise, whichever the database.
@Suite struct StoreContract {
    struct Stores {
        var database: any SQLDatabase
        var owner = UUID()
        var other = UUID()
        var scenarios: SQLScenarioStore { SQLScenarioStore(database) }
        var accounts: SQLAccountStore { SQLAccountStore(database) }

        init(_ backend: DatabaseBackend) async throws {
            database = try backend.make()
            try await database.migrate(Schema.migrations, at: StoreContract.start)
            for (index, id) in [owner, other].enumerated() {
                try await accounts.insert(
                    User(id: id, email: "\(index)@example.com", createdAt: StoreContract.start),
                    passwordHash: nil, audit: nil)
            }
        }

        func scenario(_ name: String, at seconds: Double = 0, change: (inout Scenario) -> Void = { _ in }) async throws
            -> Scenario
        {
            var draft = Scenario.Draft()
            draft.name = name
            let date = StoreContract.start.addingTimeInterval(seconds)
            var scenario = Scenario(
                id: .v7(at: date), owner: owner, draft: draft, status: .running, createdAt: date, updatedAt: date)
            change(&scenario)
            _ = try await scenarios.insert(scenario, once: nil, audit: nil)
            return scenario
        }
    }

    static let start = Date(timeIntervalSince1970: 1_760_000_000)

    @Test(arguments: DatabaseBackend.allCases)
    func aScenarioComesBackAsItWasAndOnlyToItsOwner(backend: DatabaseBackend) async throws {
        let stores = try await Stores(backend)
        let written = try await stores.scenario("naïve 'scenario' — 🚀") { scenario in
            scenario.draft.description = "line\nline"
            scenario.draft.tags = ["zebra", "api", "Ünicode"]
            scenario.draft.growth = 3
        }
        #expect(try await stores.scenarios.scenario(written.id, owner: stores.owner) == written)
        #expect(try await stores.scenarios.scenario(written.id, owner: stores.other) == nil)
        #expect(try await stores.scenarios.delete(written.id, owner: stores.other, versions: nil, audit: nil) == false)
        #expect(
            try await stores.scenarios.delete(written.id, owner: stores.owner, versions: [8, 9], audit: nil) == false)
        var stolen = written
        (stolen.owner, stolen.version) = (stores.other, 2)
        #expect(try await stores.scenarios.update(stolen, audit: nil) == false)
        #expect(try await stores.scenarios.list(ScenarioQuery(), owner: stores.other).total == 0)
        #expect(try await stores.scenarios.delete(written.id, owner: stores.owner, versions: nil, audit: nil))
        #expect(try await stores.scenarios.scenario(written.id, owner: stores.owner) == nil)
        await stores.database.close()
    }

    @Test(arguments: DatabaseBackend.allCases)
    func ofTwoChangesToOneVersionOneWins(backend: DatabaseBackend) async throws {
        let stores = try await Stores(backend)
        let written = try await stores.scenario("shared")
        let wins = try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<10 {
                group.addTask {
                    var changed = written
                    changed.draft.tags = ["writer \(index)"]
                    changed.version = 2
                    return try await stores.scenarios.update(changed, audit: nil)
                }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(wins == 1)
        let kept = try await stores.scenarios.scenario(written.id, owner: stores.owner)
        #expect(kept?.version == 2)
        #expect(kept?.draft.tags.count == 1)
        await stores.database.close()
    }

    @Test(arguments: DatabaseBackend.allCases)
    func listsFilterSortAndPage(backend: DatabaseBackend) async throws {
        let stores = try await Stores(backend)
        for index in 0..<25 {
            _ = try await stores.scenario("name \(index % 5) _\(index)%", at: Double(index)) { scenario in
                scenario.status = Scenario.Status.allCases[index % 4]
                scenario.draft.region = index % 2 == 0 ? "eu-west-1" : "us-east-1"
                scenario.draft.tags = index % 3 == 0 ? ["three", "all"] : ["all"]
            }
        }
        func list(_ change: (inout ScenarioQuery) -> Void) async throws -> Page<Scenario> {
            var query = ScenarioQuery()
            change(&query)
            return try await stores.scenarios.list(query, owner: stores.owner)
        }
        let newest = try await list { $0.pageSize = 10 }
        #expect(newest.total == 25)
        #expect(newest.items.map(\.createdAt) == (15..<25).reversed().map { Self.start.addingTimeInterval(Double($0)) })
        #expect(try await list { ($0.page, $0.pageSize) = (3, 10) }.items.count == 5)
        #expect(try await list { $0.statuses = [.draft, .archived] }.total == 13)
        #expect(try await list { $0.region = "eu-west-1" }.total == 13)
        #expect(try await list { $0.tag = "three" }.total == 9)
        #expect(try await list { $0.tag = "three" }.items[0].draft.tags == ["three", "all"])
        #expect(try await list { $0.text = "NAME 4" }.total == 5)
        #expect(try await list { $0.text = "_1%" }.total == 1)  // no wildcards
        #expect(try await list { $0.createdFrom = Self.start.addingTimeInterval(20) }.total == 5)
        #expect(try await list { $0.createdBefore = Self.start.addingTimeInterval(20) }.total == 20)
        let names = try await list { ($0.sort, $0.isDescending, $0.pageSize) = (.name, false, 100) }.items
        #expect(
            names.map(\.draft.name)
                == names.map(\.draft.name).sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) })
        await stores.database.close()
    }

    @Test(arguments: DatabaseBackend.allCases)
    func everyDeliveryCountsOnce(backend: DatabaseBackend) async throws {
        let stores = try await Stores(backend)
        let scenario = try await stores.scenario("traffic")
        let processes = [SQLTrafficStore(stores.database, process: 1), SQLTrafficStore(stores.database, process: 2)]
        let batches = try (0..<60).map { index in
            IngestBatch(
                scenario: scenario.id, profile: try Self.profile(lines: index + 1), receivedAt: Self.start,
                keys: [DeliveryKey("\(index)")])
        }
        // Each delivery three times, by two processes, all at once.
        let accepted = try await withThrowingTaskGroup(of: Bool.self) { group in
            for (index, batch) in (batches + batches + batches).enumerated() {
                group.addTask { try await processes[index % 2].append(batch) }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(accepted == 60)
        let revisions = try await processes[0].revisions(of: scenario.id)
        let segments = try await processes[0].segments(of: scenario.id, keys: Array(revisions.keys))
        let sum = segments.reduce(into: TrafficProfile()) { $0.merge($1.profile) }
        let expected = batches.reduce(into: TrafficProfile()) { $0.merge($1.profile) }
        #expect(sum == expected)
        #expect(sum.totals.events == 60 * 61 / 2)
        #expect(Set(segments.map(\.key)) == Set(revisions.keys))
        try await processes[0].forgetKeys(before: Self.start.addingTimeInterval(1))
        #expect(try await processes[0].append(batches[0]))
        #expect(try await stores.scenarios.delete(scenario.id, owner: stores.owner, versions: nil, audit: nil))
        #expect(try await processes[0].revisions(of: scenario.id).isEmpty)
        await stores.database.close()
    }

    @Test(arguments: DatabaseBackend.allCases)
    func eventsAreClaimedTogetherOrNotAtAll(backend: DatabaseBackend) async throws {
        let stores = try await Stores(backend)
        let (one, other) = (try await stores.scenario("one"), try await stores.scenario("other"))
        let store = SQLTrafficStore(stores.database, process: 1)
        let keys = (0..<2_500).map { DeliveryKey("event \($0)") }
        func append(_ keys: some Sequence<DeliveryKey>, to scenario: Scenario) async throws -> Bool {
            try await store.append(
                IngestBatch(
                    scenario: scenario.id, profile: try Self.profile(lines: 7), receivedAt: Self.start,
                    keys: Array(keys)))
        }
        #expect(try await append(keys[..<2_000], to: one))
        #expect(try await append(keys[1_999...], to: one) == false)
        #expect(try await store.claimed(keys, of: one.id) == Set(keys[..<2_000]))
        #expect(try await store.claimed(keys, of: other.id).isEmpty)
        #expect(try await append(keys[2_000...], to: one))
        #expect(try await append(keys, to: other))
        let segments = try await store.segments(
            of: one.id, keys: Array(try await store.revisions(of: one.id).keys))
        #expect(segments.map(\.profile.totals.events).reduce(0, +) == 14)
        await stores.database.close()
    }

    @Test(arguments: DatabaseBackend.allCases)
    func onlyARunningScenarioTakesTraffic(backend: DatabaseBackend) async throws {
        let stores = try await Stores(backend)
        var scenario = try await stores.scenario("stopped meanwhile")
        let store = SQLTrafficStore(stores.database, process: 1)
        let batch = IngestBatch(
            scenario: scenario.id, profile: try Self.profile(lines: 1), receivedAt: Self.start,
            keys: [DeliveryKey("a")])
        (scenario.status, scenario.version) = (.archived, 2)
        #expect(try await stores.scenarios.update(scenario, audit: nil))
        await #expect(throws: DomainError.notRunning(.archived)) { _ = try await store.append(batch) }
        #expect(try await store.claimed(batch.keys, of: scenario.id).isEmpty)
        #expect(try await stores.scenarios.delete(scenario.id, owner: stores.owner, versions: nil, audit: nil))
        await #expect(throws: DomainError.notFound("scenario")) { _ = try await store.append(batch) }
        await stores.database.close()
    }

    @Test(arguments: DatabaseBackend.allCases)
    func theNewestSamplesAreKept(backend: DatabaseBackend) async throws {
        let stores = try await Stores(backend)
        let (one, other) = (try await stores.scenario("one"), try await stores.scenario("other"))
        let store = SQLTrafficStore(stores.database, process: 1)
        var sent: [KeptSample] = []
        for number in 0..<60 {
            let now = Self.start.addingTimeInterval(Double(number))
            var batch = IngestBatch(scenario: one.id, profile: try Self.profile(lines: 1), receivedAt: now)
            batch.samples = (0..<2).map { index in
                let event = EventSample(minute: index == 0 ? nil : number, bytes: number, text: "event \(number)")
                return KeptSample(
                    id: .v7(at: now.addingTimeInterval(Double(index) / 10)), receivedAt: now, event: event)
            }
            sent += batch.samples
            #expect(try await store.append(batch))
        }
        #expect(try await store.samples(of: one.id) == Array(sent.reversed().prefix(KeptSample.limit)))
        #expect(try await store.samples(of: other.id).isEmpty)
        await stores.database.close()
    }

    private static func profile(lines: Int) throws -> TrafficProfile {
        var meter = TrafficMeter(options: MeterOptions(format: .ndjson), sourceName: "test")
        let text = (0..<lines).map { #"{"time":"2025-10-09T08:\#(10 + $0 % 50):00Z","host":"h\#($0)","n":\#($0)}"# }
        try Array((text.joined(separator: "\n") + "\n").utf8).withUnsafeBytes { try meter.consume($0) }
        return try meter.finish()
    }

    /// A row that each delivery would read and write again is left as it is.
    @Test(arguments: DatabaseBackend.allCases)
    func aLargeRowIsFollowedByAnother(backend: DatabaseBackend) async throws {
        let stores = try await Stores(backend)
        let scenario = try await stores.scenario("large")
        let store = SQLTrafficStore(stores.database, process: 1)
        var large = TrafficMeter(options: MeterOptions(format: .ndjson), sourceName: "test")
        for start in stride(from: 0, to: 60_000, by: 10_000) {
            let text = (start..<start + 10_000).map { "{\"time\":\(1_700_000_000 + $0 * 60)}\n" }.joined()
            try Array(text.utf8).withUnsafeBytes { try large.consume($0) }
        }
        let batch = IngestBatch(scenario: scenario.id, profile: try large.finish(), receivedAt: Self.start)
        for _ in 0..<6 { #expect(try await store.append(batch)) }
        let revisions = try await store.revisions(of: scenario.id)
        #expect(revisions.count > 1 && revisions.values.allSatisfy { $0 <= 1 })
        let segments = try await store.segments(of: scenario.id, keys: Array(revisions.keys))
        let sum = segments.reduce(into: TrafficProfile()) { $0.merge($1.profile) }
        #expect(sum.totals.events == 6 * 60_000)
        await stores.database.close()
    }

    @Test(arguments: DatabaseBackend.allCases)
    func keysAreForgottenHoweverManyThereAre(backend: DatabaseBackend) async throws {
        let stores = try await Stores(backend)
        let scenario = try await stores.scenario("many")
        let store = SQLTrafficStore(stores.database, process: 1)
        let keys = (0..<12_000).map { DeliveryKey("\($0)") }
        var batch = IngestBatch(
            scenario: scenario.id, profile: try Self.profile(lines: 1), receivedAt: Self.start, keys: keys)
        #expect(try await store.append(batch))
        batch.receivedAt = Self.start.addingTimeInterval(10)
        batch.keys = [DeliveryKey("later")]
        #expect(try await store.append(batch))
        try await store.forgetKeys(before: Self.start.addingTimeInterval(5))
        #expect(try await store.claimed(keys + batch.keys, of: scenario.id) == [DeliveryKey("later")])
        await stores.database.close()
    }

    @Test(arguments: DatabaseBackend.allCases)
    func keysAreFoundByTheirHash(backend: DatabaseBackend) async throws {
        let stores = try await Stores(backend)
        let key = APIKey(
            id: UUID(), owner: stores.owner, name: "shipper", prefix: "mk_abcd", secretHash: [1, 2, 3], scenario: nil,
            createdAt: Self.start)
        try await stores.accounts.insert(key, atMost: 1, audit: nil)
        #expect(try await stores.accounts.key(secretHash: [1, 2, 3])?.key == key)
        #expect(try await stores.accounts.key(secretHash: [1, 2]) == nil)
        #expect(try await stores.accounts.keys(owner: stores.owner) == [key])
        #expect(try await stores.accounts.deleteKey(key.id, owner: stores.other, audit: nil) == false)
        #expect(try await stores.accounts.deleteKey(key.id, owner: stores.owner, audit: nil))
        let again = User(id: UUID(), email: "0@example.com", createdAt: Self.start)
        await #expect(throws: DomainError(.conflict, "There is a user with this address already.")) {
            try await stores.accounts.insert(again, passwordHash: nil, audit: nil)
        }
        await stores.database.close()
    }
}
