public import Foundation
import Synchronization

/// Keeps what was read for a second. What this process writes is seen at once; what another writes, within the second.
public final class CachedScenarioStore: ScenarioStore {
    private struct Owner {
        var writes = 0  // so that a read that began before a write is not kept
        var scenarios: [UUID: (scenario: Scenario, until: Date)] = [:]
        var pages: [ScenarioQuery: (page: Page<Scenario>, until: Date)] = [:]
    }

    private let store: any ScenarioStore
    private let ambient: Ambient
    private let owners = Mutex<[UUID: Owner]>([:])

    public static let seconds = 1.0
    private static let ownersKept = 1_000
    private static let entriesKept = 1_000  // of an owner

    public init(_ store: any ScenarioStore, ambient: Ambient = Ambient()) {
        (self.store, self.ambient) = (store, ambient)
    }

    public func insert(_ scenario: Scenario) async throws {
        defer { forget(scenario.owner) }
        try await store.insert(scenario)
    }

    public func update(_ scenario: Scenario) async throws -> Bool {
        defer { forget(scenario.owner) }
        return try await store.update(scenario)
    }

    public func delete(_ id: UUID, owner: UUID) async throws -> Bool {
        defer { forget(owner) }
        return try await store.delete(id, owner: owner)
    }

    public func current(_ id: UUID, owner: UUID) async throws -> Scenario? {
        try await store.current(id, owner: owner)
    }

    public func scenario(_ id: UUID, owner: UUID) async throws -> Scenario? {
        let now = ambient.now()
        let (kept, writes) = owners.withLock { ($0[owner]?.scenarios[id], $0[owner]?.writes ?? 0) }
        if let kept, kept.until > now { return kept.scenario }
        guard let scenario = try await store.scenario(id, owner: owner) else { return nil }
        keep(owner, since: writes) { entry in
            if entry.scenarios.count >= Self.entriesKept { entry.scenarios = [:] }
            entry.scenarios[id] = (scenario, now.addingTimeInterval(Self.seconds))
        }
        return scenario
    }

    public func list(_ query: ScenarioQuery, owner: UUID) async throws -> Page<Scenario> {
        let now = ambient.now()
        let (kept, writes) = owners.withLock { ($0[owner]?.pages[query], $0[owner]?.writes ?? 0) }
        if let kept, kept.until > now { return kept.page }
        let page = try await store.list(query, owner: owner)
        keep(owner, since: writes) { entry in
            if entry.pages.count >= Self.entriesKept { entry.pages = [:] }
            entry.pages[query] = (page, now.addingTimeInterval(Self.seconds))
        }
        return page
    }

    private func keep(_ owner: UUID, since writes: Int, _ change: (inout Owner) -> Void) {
        owners.withLock { owners in
            guard (owners[owner]?.writes ?? 0) == writes else { return }
            if owners.count >= Self.ownersKept, owners[owner] == nil {
                owners = owners.mapValues { Owner(writes: $0.writes) }
            }
            change(&owners[owner, default: Owner()])
        }
    }

    private func forget(_ owner: UUID) {
        owners.withLock { owners in
            let writes = (owners[owner]?.writes ?? 0) + 1
            owners[owner] = Owner(writes: writes)
        }
    }
}
