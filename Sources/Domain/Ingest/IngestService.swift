import Crypto
public import Foundation
public import Traffic

/// Takes deliveries of traffic in.
public struct IngestService: Sendable {
    /// What became of the records of a delivery.
    public struct Receipt: Sendable {
        public var accepted = 0
        public var rejected = 0
        public var duplicates = 0
        public var samples: [RejectSample] = []  // of the rejected
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
    /// - Parameter deliveryKey: What the sender calls the delivery, so that it counts once however often it is sent.
    public func take(
        _ profile: TrafficProfile, for scenario: Scenario, deliveryKey: String?
    ) async throws -> Receipt {
        let now = ambient.now()
        var profile = profile
        profile.date(untimedTo: Int(now.timeIntervalSince1970 / 60))
        let batch = IngestBatch(
            scenario: scenario.id, profile: profile, receivedAt: now, key: deliveryKey.map(Self.hash))
        let lines = profile.accounting
        guard lines.read > 0 else { return Receipt() }
        guard try await store.append(batch) else { return Receipt(duplicates: lines.read) }
        return Receipt(accepted: lines.metered, rejected: lines.rejected, samples: lines.samples)
    }

    private static func hash(_ key: String) -> [UInt8] {
        Array(SHA256.hash(data: Array(key.utf8)).prefix(16))
    }
}
