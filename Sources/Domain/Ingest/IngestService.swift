public import Foundation
public import Traffic

/// Takes deliveries of traffic in.
public struct IngestService: Sendable {
    public struct Receipt: Hashable, Sendable {
        public var accepted: Int
        public var rejected: Int
        public var duplicates: Int

        public init(accepted: Int, rejected: Int, duplicates: Int) {
            (self.accepted, self.rejected, self.duplicates) = (accepted, rejected, duplicates)
        }
    }

    public var scenarios: ScenarioService
    public var store: any TrafficStore
    public var ambient: Ambient

    public init(scenarios: ScenarioService, store: any TrafficStore, ambient: Ambient = Ambient()) {
        (self.scenarios, self.store, self.ambient) = (scenarios, store, ambient)
    }

    /// The scenario that a delivery goes to.
    /// - Throws: ``DomainError`` `.notFound`; `.conflict` when it does not run.
    public func target(_ id: UUID, by caller: Caller) async throws -> Scenario {
        let scenario = try await scenarios.get(id, by: caller)
        guard scenario.status == .running else {
            throw DomainError(.conflict, "The scenario is \(scenario.status), not running; start it to send traffic.")
        }
        return scenario
    }

    /// Stores what was metered for a scenario. Returns when it is durable.
    public func take(
        _ profile: TrafficProfile, for scenario: Scenario, key: [UInt8]?
    ) async throws -> Receipt {
        let now = ambient.now()
        var profile = profile
        profile.date(untimedTo: Int(now.timeIntervalSince1970 / 60))
        let batch = IngestBatch(scenario: scenario.id, profile: profile, receivedAt: now, key: key)
        let lines = profile.accounting
        guard try await store.append(batch) else {
            return Receipt(accepted: 0, rejected: 0, duplicates: lines.read)
        }
        return Receipt(accepted: lines.metered, rejected: lines.rejected, duplicates: 0)
    }
}
