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

    /// Which events of a delivery were stored before.
    public func known(_ keys: [DeliveryKey], of scenario: Scenario) async throws -> Set<DeliveryKey> {
        keys.isEmpty ? [] : try await store.claimed(keys, of: scenario.id)
    }

    /// Stores what was metered for a scenario. Returns when it is durable.
    /// - Parameters:
    ///   - delivery: Names the delivery, so that it counts once however often it is sent.
    ///   - events: Name the events that have a name; none is ``known(_:of:)``.
    /// - Throws: ``DomainError`` `.unavailable` where another request has just stored one of the events.
    public func take(
        _ profile: TrafficProfile, for scenario: Scenario, delivery: DeliveryKey?, events: [DeliveryKey] = []
    ) async throws -> Receipt {
        let now = ambient.now()
        var profile = profile
        profile.date(untimedTo: Int(now.timeIntervalSince1970 / 60))
        let names = [delivery].compactMap(\.self)
        let batch = IngestBatch(
            scenario: scenario.id, profile: profile, receivedAt: now, keys: names + events)
        let lines = profile.accounting
        guard lines.read > 0 else { return Receipt() }
        guard try await store.append(batch) else {
            let isKnown = try await !known(names, of: scenario).isEmpty
            if events.isEmpty || isKnown {
                return Receipt(duplicates: lines.read)
            }
            throw DomainError(.unavailable, "The same events are being stored by another request; send them again.")
        }
        scenarios.changes.note(scenario.owner)
        return Receipt(accepted: lines.metered, rejected: lines.rejected, samples: lines.samples)
    }
}
