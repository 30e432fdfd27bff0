public import CostModel
import Foundation
public import Traffic

/// What several times the recorded traffic would cost a month, with how sure that is.
public struct Forecast: Sendable {
    public var factor: Quantity
    public var expected: Bill
    public var low: Bill  // at the lower end of the 95 % interval of the mean traffic
    public var high: Bill
    /// Half the interval as a part of the mean: 0.2 is ± 20 %.
    public var variation: Double
    /// Stretches of time that the interval was made of, and how long one is.
    public var stretches: Int
    public var stretchMinutes: Int
}

/// How much the traffic varies between stretches of equal length, quiet ones counted.
struct TrafficVariation {
    var relative: Double  // half the 95 % interval of the mean, over the mean
    var stretches: Int
    var minutes: Int  // of a stretch

    /// Hours where there are at least eight of them, else minutes.
    init(_ traffic: TrafficProfile) {
        let time = ObservedTime(traffic)
        let observed = time?.minutes ?? 0
        minutes = observed >= 8 * 60 ? 60 : 1
        stretches = (observed + minutes - 1) / minutes
        guard let time, stretches > 1 else {
            relative = 1  // one stretch says nothing of others
            return
        }
        var counts: [Int: Double] = [:]  // of stretches that are not quiet: there may be millions of others
        for (minute, traffic) in traffic.minutes where minute >= time.firstMinute && minute <= time.lastMinute {
            counts[(minute - time.firstMinute) / minutes, default: 0] += Double(traffic.events)
        }
        let mean = counts.values.reduce(0, +) / Double(stretches)
        let busy = counts.values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let variance = (busy + Double(stretches - counts.count) * mean * mean) / Double(stretches - 1)
        relative = mean > 0 ? 1.96 * (variance / Double(stretches)).squareRoot() / mean : 1
    }
}

extension Estimator {
    /// - Parameter factor: 3 for three times the traffic.
    /// - Throws: As ``estimate(_:traffic:projection:)``.
    public func forecast(
        _ workload: Workload, traffic: TrafficProfile, projection: Projection, factor: Quantity
    ) throws -> Forecast {
        let variation = TrafficVariation(traffic)
        let part = try Quantity(Int((min(variation.relative, 1) * 1e6).rounded())) / 1_000_000
        func bill(_ factor: Quantity) throws -> Bill {
            var projection = projection
            projection.growth = try projection.growth * factor
            return try estimate(workload, traffic: traffic, projection: projection).monthly
        }
        return Forecast(
            factor: factor, expected: try bill(factor), low: try bill(factor * (Quantity.one - part)),
            high: try bill(factor * (Quantity.one + part)), variation: variation.relative,
            stretches: variation.stretches, stretchMinutes: variation.minutes)
    }
}
