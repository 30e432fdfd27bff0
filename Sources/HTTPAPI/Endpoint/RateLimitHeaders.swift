import Caching
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore

/// Tells callers how much they may still ask for: in the fields that everybody knows, and in those of the IETF's draft
/// (draft-ietf-httpapi-ratelimit-headers-10).
struct RateLimitHeaders: Sendable {
    /// What is the same in all answers under a limit.
    private struct Fixed {
        var count: HTTPField
        var policy: HTTPField

        init(_ limit: RateLimit) {
            count = HTTPField(name: .rateLimitLimit, value: String(limit.count))
            policy = HTTPField(name: .rateLimitPolicy, value: "\"default\";q=\(limit.count);w=\(limit.seconds)")
        }
    }

    private let known: [RateLimit: Fixed]

    /// - Parameter limits: The usual ones, whose fields are made once.
    init(_ limits: Set<RateLimit>) { known = Dictionary(uniqueKeysWithValues: limits.map { ($0, Fixed($0)) }) }

    func add(_ decision: RateDecision, to response: inout Response, at now: Date) {
        let fixed = known[decision.limit] ?? Fixed(decision.limit)
        let reset = Int(decision.resetAfterSeconds.rounded(.up))
        let time = Int((now.timeIntervalSince1970 + Double(reset)).rounded(.up))
        let end = response.headers.endIndex
        response.headers.replaceSubrange(
            end..<end,
            with: [
                fixed.count,
                HTTPField(name: .rateLimitRemaining, value: String(decision.remaining)),
                HTTPField(name: .rateLimitReset, value: String(time)),
                fixed.policy,
                HTTPField(name: .rateLimit, value: "\"default\";r=\(decision.remaining);t=\(reset)"),
            ])
    }
}

extension HTTPField.Name {
    static let rateLimitLimit = Self("X-RateLimit-Limit")!
    static let rateLimitRemaining = Self("X-RateLimit-Remaining")!
    static let rateLimitReset = Self("X-RateLimit-Reset")!
    static let rateLimitPolicy = Self("RateLimit-Policy")!
    static let rateLimit = Self("RateLimit")!
}
