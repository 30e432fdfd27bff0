import Caching
import Foundation
import Testing
import TestSupport

@Suite struct RateLimiterPropertyTests {
    /// Rates that divide a second into whole units, so that the model and the limiter must agree to the last digit.
    @Test(arguments: Backend.allCases, UInt64(1)...60)
    func decidesAsABucketWould(_ backend: Backend, seed: UInt64) async throws {
        var random = SplitMix64(state: seed)
        let limiter = try await backend.make()
        let counts = [1, 2, 4, 5, 8, 10, 25, 64, 100, 1000, 1_000_000]
        let limit = RateLimit(
            count: counts.randomElement(using: &random) ?? 1,
            per: [1, 10, 60, 3600].randomElement(using: &random) ?? 1,
            burst: .random(in: 1...40, using: &random))
        var model = TokenBucket(limit)
        var steps = 0
        for call in 0..<150 {
            if Bool.random(using: &random) { steps += gap(of: limit, using: &random) }
            let cost = Int.random(in: 0...limit.burst + 2, using: &random) / Int.random(in: 1...4, using: &random)
            let mayOwe = Int.random(in: 0..<8, using: &random) == 0
            let expected = model.take(cost, at: steps, mayOwe: mayOwe)
            let decision =
                mayOwe
                ? try await limiter.charge(cost, to: "key", limit: limit, at: moment(steps))
                : try await limiter.take(cost, from: "key", limit: limit, at: moment(steps))
            #expect(isSame(decision, expected), "seed \(seed), call \(call): \(decision), not \(expected)")
        }
    }

    /// Any rate: what is allowed in any stretch of time is no more than a burst and the rate times its length, and what
    /// is refused is allowed once one has waited as told.
    @Test(arguments: Backend.allCases, UInt64(1)...60)
    func noStretchOfTimeHoldsMoreThanBurstAndRate(_ backend: Backend, seed: UInt64) async throws {
        var random = SplitMix64(state: seed)
        let limiter = try await backend.make()
        let limit = RateLimit(
            count: .random(in: 1...5000, using: &random), per: .random(in: 1...90, using: &random),
            burst: .random(in: 1...50, using: &random))
        var granted: [(steps: Int, cost: Int)] = []
        var steps = 0
        for _ in 0..<200 {
            steps += gap(of: limit, using: &random)
            let cost = Int.random(in: 1...limit.burst, using: &random)
            let decision = try await limiter.take(cost, from: "key", limit: limit, at: moment(steps))
            if !decision.isAllowed, Bool.random(using: &random) {
                steps += Int(((decision.retryAfterSeconds ?? .infinity) * 512 + 0.01).rounded(.up))
                let again = try await limiter.take(cost, from: "key", limit: limit, at: moment(steps))
                #expect(again.isAllowed, "seed \(seed): refused after waiting")
                granted.append((steps, cost))
            } else if decision.isAllowed {
                granted.append((steps, cost))
            }
        }
        for first in granted.indices {
            var total = 0
            for entry in granted[first...] {
                total += entry.cost
                let elapsed = entry.steps - granted[first].steps
                let most = limit.burst * limit.seconds * 512 + elapsed * limit.count
                #expect(total * limit.seconds * 512 <= most, "seed \(seed)")
            }
        }
    }

    /// In steps of 1/512 s: about as long as a unit takes, now and then as long as a burst.
    private func gap(of limit: RateLimit, using random: inout SplitMix64) -> Int {
        let unit = max(1, limit.seconds * 512 / limit.count)
        return Int.random(
            in: 0...unit * (Int.random(in: 0..<10, using: &random) == 0 ? limit.burst : 2), using: &random)
    }

    private func isSame(_ one: RateDecision, _ other: RateDecision) -> Bool {
        func near(_ one: Double, _ other: Double) -> Bool { abs(one - other) <= 1e-6 * max(1, abs(other)) }
        let waits = (one.retryAfterSeconds, other.retryAfterSeconds)
        guard (waits.0 == nil) == (waits.1 == nil), near(waits.0 ?? 0, waits.1 ?? 0) else { return false }
        return one.isAllowed == other.isAllowed && one.limit == other.limit && one.remaining == other.remaining
            && near(one.resetAfterSeconds, other.resetAfterSeconds)
    }
}
