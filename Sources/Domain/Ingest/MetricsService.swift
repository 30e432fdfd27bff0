public import CostModel
public import Foundation
import Synchronization
public import Traffic

/// What a scenario's traffic is and what it costs.
public struct Metrics: Sendable {
    public var scenario: Scenario
    public var traffic: TrafficProfile
    public var estimate: Estimate
    public var catalogVersion: String
}

/// Prices recorded traffic.
public final class MetricsService: Sendable {
    private let scenarios: ScenarioService
    private let store: any TrafficStore
    private let prices: @Sendable () throws -> (PriceLookup, version: String)
    private let profiles = Mutex<[UUID: CachedProfile]>([:])

    private static let cachedScenarios = 200

    private struct CachedProfile {
        var segments: [TrafficSegment.Key: TrafficSegment]
        var sum: TrafficProfile
    }

    public init(
        scenarios: ScenarioService, store: any TrafficStore,
        prices: @escaping @Sendable () throws -> (PriceLookup, version: String)
    ) {
        (self.scenarios, self.store, self.prices) = (scenarios, store, prices)
    }

    /// All traffic of a scenario. Only segments that changed since the last call are read.
    public func traffic(of scenario: UUID) async throws -> TrafficProfile {
        let revisions = try await store.revisions(of: scenario)
        let known = profiles.withLock { $0[scenario] }
        if let known, known.segments.mapValues(\.revision) == revisions { return known.sum }
        let changed = revisions.filter { known?.segments[$0.key]?.revision != $0.value }.map(\.key)
        var segments = (known?.segments ?? [:]).filter { revisions[$0.key] != nil }
        for segment in try await store.segments(of: scenario, keys: changed) { segments[segment.key] = segment }
        let sum = segments.values.reduce(into: TrafficProfile()) { $0.merge($1.profile) }
        let cached = CachedProfile(segments: segments, sum: sum)
        profiles.withLock { profiles in
            if profiles.count >= Self.cachedScenarios, profiles[scenario] == nil {
                profiles.remove(at: profiles.startIndex)
            }
            profiles[scenario] = cached
        }
        return sum
    }

    /// - Parameter change: What if: another draft for the same traffic, nothing saved.
    /// - Throws: ``DomainError`` `.notFound`, `.invalid` when the workload cannot be priced.
    public func metrics(
        _ id: UUID, by caller: Caller, whatIf change: (inout Scenario.Draft) throws -> Void = { _ in }
    ) async throws -> Metrics {
        var scenario = try await scenarios.get(id, by: caller)
        try change(&scenario.draft)
        let traffic = try await traffic(of: id)
        let (lookup, version) = try prices()
        let (workload, projection) = try scenario.draft.checked()
        return Metrics(
            scenario: scenario, traffic: traffic,
            estimate: try Self.priced {
                try Estimator(lookup: lookup).estimate(whatever: workload, traffic: traffic, projection: projection)
            }, catalogVersion: version)
    }

    /// Prices known usage; nothing is stored.
    /// - Throws: ``DomainError`` `.invalid`.
    public func estimate(_ draft: Scenario.Draft) throws -> (bill: Bill, workload: Workload, catalogVersion: String) {
        let (lookup, version) = try prices()
        let (workload, _) = try draft.checked()
        let bill = try Self.priced { try Estimator(lookup: lookup).estimate(workload) }
        return (bill, workload, version)
    }

    /// A workload that cannot be priced is the user's to mend.
    private static func priced<Value>(_ body: () throws -> Value) throws -> Value {
        do { return try body() } catch let error as UsageProblem {
            throw DomainError(.invalid, "The workload cannot be priced: \(error)")
        } catch let error as BillingError {
            throw DomainError(.invalid, "The workload cannot be priced: \(error)")
        }
    }
}

extension Estimator {
    /// As ``estimate(_:traffic:projection:)``; where nothing was recorded yet, what is there whatever the traffic.
    func estimate(whatever workload: Workload, traffic: TrafficProfile, projection: Projection) throws -> Estimate {
        guard traffic.totals.events == 0 else {
            return try estimate(workload, traffic: traffic, projection: projection)
        }
        var still = workload
        still.steps = []
        return Estimate(observed: nil, monthly: try estimate(still), scale: nil)
    }
}
