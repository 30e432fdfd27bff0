import Caching
import Foundation
import Synchronization
import Testing
import TestSupport

@Suite struct RateLimiterContractTests {
    @Test(arguments: Backend.allCases) func aBurstIsAllowedAndThenTheRate(_ backend: Backend) async throws {
        let limiter = try await backend.make()
        let limit = RateLimit(count: 3, per: 1, burst: 5)
        for left in (0..<5).reversed() {
            let decision = try await limiter.take(1, from: "key", limit: limit, at: moment(0))
            #expect(decision.isAllowed && decision.remaining == left && decision.limit == limit)
            #expect(decision.retryAfterSeconds == nil)
            #expect(abs(decision.resetAfterSeconds - Double(5 - left) / 3) < 1e-6)
        }
        let refused = try await limiter.take(1, from: "key", limit: limit, at: moment(0))
        #expect(!refused.isAllowed && refused.remaining == 0)
        #expect(abs((refused.retryAfterSeconds ?? 0) - 1.0 / 3) < 1e-6)
        #expect(try await limiter.take(1, from: "other", limit: limit, at: moment(0)).isAllowed)
        #expect(try await !limiter.take(1, from: "key", limit: limit, at: moment(170)).isAllowed)  // 0.332 s
        #expect(try await limiter.take(1, from: "key", limit: limit, at: moment(171)).isAllowed)  // 0.334 s
        #expect(try await !limiter.take(1, from: "key", limit: limit, at: moment(171)).isAllowed)
    }

    @Test(arguments: Backend.allCases) func whatIsRefusedTakesNothing(_ backend: Backend) async throws {
        let limiter = try await backend.make()
        let limit = RateLimit(count: 1, per: 60, burst: 10)
        #expect(try await limiter.take(8, from: "key", limit: limit, at: moment(0)).isAllowed)
        for _ in 0..<5 { #expect(try await !limiter.take(3, from: "key", limit: limit, at: moment(0)).isAllowed) }
        let never = try await limiter.take(11, from: "key", limit: limit, at: moment(0))
        #expect(!never.isAllowed && never.retryAfterSeconds == nil)
        for cost in [0, -1, Int.min] {
            let asked = try await limiter.take(cost, from: "key", limit: limit, at: moment(0))
            #expect(asked.isAllowed && asked.remaining == 2)
        }
        #expect(try await limiter.take(2, from: "key", limit: limit, at: moment(0)).isAllowed)
    }

    @Test(arguments: Backend.allCases) func debtsAreMadeUpFor(_ backend: Backend) async throws {
        let limiter = try await backend.make()
        let limit = RateLimit(count: 10, per: 1, burst: 10)
        let paid = try await limiter.charge(10, to: "key", limit: limit, at: moment(0))
        #expect(paid.isAllowed && paid.remaining == 0)
        let owed = try await limiter.charge(20, to: "key", limit: limit, at: moment(0))
        #expect(!owed.isAllowed && owed.remaining == 0)
        #expect(abs((owed.retryAfterSeconds ?? 0) - 2) < 1e-6 && abs(owed.resetAfterSeconds - 3) < 1e-6)
        #expect(try await !limiter.take(0, from: "key", limit: limit, at: moment(1000)).isAllowed)
        #expect(try await limiter.take(0, from: "key", limit: limit, at: moment(1024)).isAllowed)
        #expect(try await !limiter.take(1, from: "key", limit: limit, at: moment(1024)).isAllowed)
        #expect(try await limiter.take(10, from: "key", limit: limit, at: moment(1536)).isAllowed)
    }

    @Test(arguments: Backend.allCases) func aThousandAtOnceGetExactlyTheBurst(_ backend: Backend) async throws {
        let limiter = try await backend.make()
        let limit = RateLimit(count: 7, per: 60, burst: 100)
        let granted = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<1000 {
                group.addTask { try await limiter.take(1, from: "key", limit: limit, at: moment(0)).isAllowed }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(granted == 100)
    }

    @Test(arguments: Backend.allCases) func aThousandOverTimeGetNoMoreThanBurstAndRate(_ backend: Backend) async throws
    {
        let limiter = try await backend.make()
        let limit = RateLimit(count: 300, per: 7, burst: 50)
        let clock = Clock()
        let granted = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<1000 {
                group.addTask {
                    var granted = 0
                    for _ in 0..<10 {
                        let now = moment(clock.next() / 8)
                        if try await limiter.take(2, from: "key", limit: limit, at: now).isAllowed { granted += 2 }
                    }
                    return granted
                }
            }
            return try await group.reduce(0, +)
        }
        let elapsedSeconds = Double(clock.next() / 8) / 512
        #expect(Double(granted) <= 50 + elapsedSeconds * 300 / 7)
        #expect(granted >= 100)
    }

    @Test(arguments: Backend.allCases) func aClockThatGoesBackGivesNothing(_ backend: Backend) async throws {
        let limiter = try await backend.make()
        let limit = RateLimit(count: 1, per: 1, burst: 5)
        var granted = 0
        for steps in [0, 512, -512, 512 * 3, -512 * 3600, 512 * 3, 0, 512 * 10, 512 * 9] {
            for _ in 0..<20 {
                if try await limiter.take(1, from: "key", limit: limit, at: moment(steps)).isAllowed { granted += 1 }
            }
        }
        #expect(granted == 5 + 5 + 5 - 2)  // 5 at 0, one a second until 3, 5 at 10
    }

    @Test(arguments: Backend.allCases) func aLimitMayChange(_ backend: Backend) async throws {
        let limiter = try await backend.make()
        let small = RateLimit(count: 1, per: 1, burst: 1)
        let large = RateLimit(count: 100, per: 1, burst: 500)
        #expect(try await limiter.take(1, from: "key", limit: small, at: moment(0)).isAllowed)
        #expect(try await !limiter.take(1, from: "key", limit: small, at: moment(0)).isAllowed)
        #expect(try await limiter.take(400, from: "key", limit: large, at: moment(0)).isAllowed)
        #expect(try await !limiter.take(1, from: "key", limit: small, at: moment(512)).isAllowed)
    }

    static let extremes = [1, 2, 1_000_000_007, Int.max]

    @Test(arguments: Backend.allCases, extremes) func nothingOverflows(_ backend: Backend, extreme: Int) async throws {
        let limiter = try await backend.make()
        let dates = [.distantPast, moment(0), .distantFuture, Date(timeIntervalSinceReferenceDate: 1e300), moment(1)]
        let limits = [
            RateLimit(count: extreme, per: 1, burst: extreme), RateLimit(count: 1, per: 31_622_400, burst: extreme),
            RateLimit(count: extreme, per: 31_622_400, burst: 1),
        ]
        for (number, limit) in limits.enumerated() {
            for date in dates {
                for cost in [0, 1, extreme, Int.max, Int.min] {
                    let key = "\(number) \(date.timeIntervalSinceReferenceDate)"
                    let taken = try await limiter.take(cost, from: key, limit: limit, at: date)
                    #expect((0...limit.burst).contains(taken.remaining) && taken.resetAfterSeconds >= 0)
                    let charged = try await limiter.charge(cost, to: key, limit: limit, at: date)
                    #expect((0...limit.burst).contains(charged.remaining) && charged.resetAfterSeconds >= 0)
                }
            }
        }
        let hourly = RateLimit(count: 10, per: 3600, burst: 10)
        for _ in 0..<3 { try await limiter.charge(Int.max, to: "debtor", limit: hourly, at: moment(0)) }
        #expect(try await !limiter.take(1, from: "debtor", limit: hourly, at: .distantFuture).isAllowed)
        #expect(try await limiter.take(1, from: "other", limit: hourly, at: moment(0)).isAllowed)
    }

    private final class Clock: Sendable {
        private let steps = Atomic(0)
        func next() -> Int { steps.add(1, ordering: .relaxed).newValue }
    }
}
