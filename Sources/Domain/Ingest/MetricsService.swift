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
    /// The recorded payloads in started blocks of 64 KB, as SQS bills them.
    public var blocks: Int
    /// Invocations that the observed bill holds.
    public var invocations: Quantity
}

/// A bill and the price list it was made with.
public struct PricedBill: Sendable {
    public var bill: Bill
    public var catalogVersion: String

    public init(bill: Bill, catalogVersion: String) { (self.bill, self.catalogVersion) = (bill, catalogVersion) }
}

/// Prices recorded traffic.
public final class MetricsService: Sendable {
    private let scenarios: ScenarioService
    private let store: any TrafficStore
    /// The price list and its version.
    public typealias Prices = @Sendable () throws -> (PriceLookup, version: String)

    private let prices: Prices
    private let profiles = Mutex<[UUID: CachedProfile]>([:])

    /// What is kept of all scenarios together, in minutes of traffic: about 300 bytes each.
    private static let cachedMinutes = 300_000

    private struct CachedProfile {
        var segments: [TrafficSegment.Key: TrafficSegment]
        var sum: TrafficProfile

        /// A segment weighs something even when it has no minute.
        var minutes: Int { segments.values.reduce(0) { $0 + 20 + $1.profile.minutes.count } }
    }

    public init(
        scenarios: ScenarioService, store: any TrafficStore,
        prices: @escaping Prices
    ) {
        (self.scenarios, self.store, self.prices) = (scenarios, store, prices)
    }

    /// - Throws: ``DomainError`` `.notFound`.
    public func traffic(of scenario: UUID, by caller: Caller) async throws -> TrafficProfile {
        try await traffic(of: try await scenarios.get(scenario, by: caller).id)
    }

    /// All traffic of a scenario. Only segments that changed since the last call are read.
    private func traffic(of scenario: UUID) async throws -> TrafficProfile {
        let revisions = try await store.revisions(of: scenario)
        let known = profiles.withLock { $0[scenario] }
        if let known, known.segments.mapValues(\.revision) == revisions { return known.sum }
        let changed = revisions.filter { known?.segments[$0.key]?.revision != $0.value }.map(\.key)
        var segments = (known?.segments ?? [:]).filter { revisions[$0.key] != nil }
        for segment in try await store.segments(of: scenario, keys: changed) { segments[segment.key] = segment }
        let sum = segments.values.reduce(into: TrafficProfile()) { $0.merge($1.profile) }
        let cached = CachedProfile(segments: segments, sum: sum)
        profiles.withLock { profiles in
            profiles[scenario] = cached
            var minutes = profiles.values.reduce(0) { $0 + $1.minutes }
            while minutes > Self.cachedMinutes, let other = profiles.first {
                minutes -= other.value.minutes
                profiles[other.key] = nil
            }
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
        return try await priced(scenario)
    }

    /// - Parameter factor: 3 for three times the traffic.
    /// - Throws: ``DomainError`` `.notFound`; `.invalid` without traffic to go by.
    public func forecast(_ id: UUID, by caller: Caller, factor: Quantity) async throws -> Forecast {
        let scenario = try await scenarios.get(id, by: caller)
        let traffic = try await traffic(of: scenario.id)
        let (workload, projection) = try scenario.draft.checked()
        let lookup = try prices().0
        return try Self.priced {
            try Estimator(lookup: lookup).forecast(workload, traffic: traffic, projection: projection, factor: factor)
        }
    }

    private func priced(_ scenario: Scenario) async throws -> Metrics {
        let traffic = try await traffic(of: scenario.id)
        let (lookup, version) = try prices()
        let (workload, projection) = try scenario.draft.checked()
        let estimate = try Self.priced {
            try Estimator(lookup: lookup).estimate(whatever: workload, traffic: traffic, projection: projection)
        }
        return Metrics(
            scenario: scenario, traffic: traffic, estimate: estimate, catalogVersion: version,
            blocks: try EventFlow(traffic).units(ofKiB: 64), invocations: try estimate.lambdaInvocations)
    }

    /// Prices known usage; nothing is stored.
    /// - Throws: ``DomainError`` `.invalid`.
    public func estimate(_ draft: Scenario.Draft) throws -> PricedBill {
        let (lookup, version) = try prices()
        let (workload, _) = try draft.checked()
        return PricedBill(
            bill: try Self.priced { try Estimator(lookup: lookup).estimate(workload) }, catalogVersion: version)
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

extension Estimate {
    /// Invocations that the observed bill holds.
    fileprivate var lambdaInvocations: Quantity {
        get throws {
            try (observed?.lines ?? []).reduce(.zero) { sum, line in
                guard line.usage.service == "lambda", line.usage.key.usageType.hasPrefix("Request") else { return sum }
                return try sum + line.usage.quantity
            }
        }
    }
}
