import Caching
import Testing

@Suite struct InProcessMemoryTests {
    @Test func aFloodOfKeysIsForgottenButWhoOwesIsNot() {
        let limiter = InProcessRateLimiter()
        let limit = RateLimit(count: 1, per: 1, burst: 10)
        limiter.charge(1000, to: "debtor", limit: limit, at: moment(0))
        for number in 0..<(InProcessRateLimiter.maximumKeys * 5 / 4) {
            _ = limiter.take(1, from: "\(number)", limit: limit, at: moment(0))
        }
        #expect(limiter.keyCount <= InProcessRateLimiter.maximumKeys)
        #expect(limiter.keyCount > InProcessRateLimiter.maximumKeys / 2)
        #expect(!limiter.take(1, from: "debtor", limit: limit, at: moment(512 * 980)).isAllowed)
    }

    @Test func keysThatHaveMadeUpAreForgotten() {
        let limiter = InProcessRateLimiter()
        let limit = RateLimit(count: 1, per: 1, burst: 1)
        for second in 0..<20_000 {
            #expect(limiter.take(1, from: "\(second)", limit: limit, at: moment(512 * second)).isAllowed)
        }
        #expect(limiter.keyCount <= 64 * 64)  // 64 shards, each swept at 64 keys
    }

    @Test func whoTakesNothingIsNotRemembered() {
        let limiter = InProcessRateLimiter()
        let limit = RateLimit(count: 1, per: 1, burst: 1)
        _ = limiter.take(0, from: "asks", limit: limit, at: moment(0))
        _ = limiter.take(2, from: "wants too much", limit: limit, at: moment(0))
        #expect(limiter.keyCount == 0)
    }
}
