import Caching
import Foundation

/// `limiter-benchmark`: nanoseconds that a call to the rate limiter takes, on one key and in turn on many.
@main
struct LimiterBenchmark {
    private static let limit = RateLimit(count: 10_000, per: 60, burst: 200)
    private static let calls = 2_000_000

    static func main() {
        for count in [1, 100_000] {
            let keys = (0..<count).map { _ in "key \(UUID().uuidString)" }
            let limiter = InProcessRateLimiter()
            let start = Date()
            func take(_ calls: Int) {
                for call in 0..<calls {  // a microsecond apart: most are refused on one key, none on many
                    let now = start.addingTimeInterval(Double(call) / 1e6)
                    _ = limiter.take(1, from: keys[call % count], limit: limit, at: now)
                }
            }
            take(count)  // all keys are known
            let nanoseconds = ContinuousClock().measure { take(calls) } / .nanoseconds(1) / Double(calls)
            print("\(count) \(count == 1 ? "key" : "keys"): \(Int(nanoseconds)) ns a call")
        }
    }
}
