public import Foundation
import Synchronization
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
    private let sampler = Sampler()

    /// Events of one delivery that are kept to be looked at.
    public static let samplesOfADelivery = 3

    public init(scenarios: ScenarioService, store: any TrafficStore, ambient: Ambient = Ambient()) {
        (self.scenarios, self.store, self.ambient) = (scenarios, store, ambient)
    }

    /// The newest of the redacted events that are kept of a scenario.
    /// - Throws: ``DomainError`` `.notFound`.
    public func samples(of id: UUID, by caller: Caller) async throws -> [KeptSample] {
        try await store.samples(of: try await scenarios.get(id, by: caller).id)
    }

    /// The scenario that a delivery goes to.
    /// - Throws: ``DomainError`` `.notFound`; `.conflict` when it does not run.
    public func target(_ id: UUID, by caller: Caller) async throws -> Scenario {
        let scenario = try await scenarios.get(id, by: caller)
        guard scenario.status == .running else { throw DomainError.notRunning(scenario.status) }
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
    ///   - samples: A few of the events; kept when none was within the last second.
    /// - Throws: ``DomainError`` `.unavailable` where another request has just stored one of the events; `.invalid` for a
    ///   name that another content has; `.notFound` and `.conflict` where the scenario was deleted or stopped meanwhile.
    public func take(
        _ profile: TrafficProfile, for scenario: Scenario, delivery: DeliveryName?, events: [DeliveryKey] = [],
        samples: [EventSample] = []
    ) async throws -> Receipt {
        let now = ambient.now()
        var profile = profile
        profile.date(untimedTo: Int(now.timeIntervalSince1970 / 60))
        let names = [delivery?.key, delivery?.binding].compactMap(\.self)
        var batch = IngestBatch(
            scenario: scenario.id, profile: profile, receivedAt: now, keys: names + events)
        if !samples.isEmpty, sampler.isDue(scenario.id, at: now) {
            batch.samples = samples.enumerated().map { place, event in
                let id = UUID.v7(at: now.addingTimeInterval(Double(place) / 1000))  // so that they stay in order
                return KeptSample(id: id, receivedAt: now, event: event)
            }
        }
        let lines = profile.accounting
        guard lines.read > 0 else { return Receipt() }
        guard try await store.append(batch) else {
            let known = try await known(names, of: scenario)
            if let binding = delivery?.binding, !known.isEmpty, !known.contains(binding) {
                throw DomainError(.invalid, "This Idempotency-Key has named another delivery.")
            }
            if events.isEmpty || !known.isEmpty { return Receipt(duplicates: lines.read) }
            throw DomainError(.unavailable, "The same events are being stored by another request; send them again.")
        }
        scenarios.changes.note(scenario.owner)
        return Receipt(accepted: lines.metered, rejected: lines.rejected, samples: lines.samples)
    }
}

/// Lets samples of a scenario through once a second.
private final class Sampler: Sendable {
    private let last = Mutex<[UUID: Date]>([:])

    private static let seconds = 1.0
    private static let scenarios = 1_000

    func isDue(_ scenario: UUID, at now: Date) -> Bool {
        last.withLock { last in
            if let before = last[scenario], now < before.addingTimeInterval(Self.seconds) { return false }
            if last.count >= Self.scenarios { last = [:] }
            last[scenario] = now
            return true
        }
    }
}
