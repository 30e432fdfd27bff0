import Caching
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Synchronization

/// Tells callers how much they may still ask for: in the fields that everybody knows, and in those of the IETF's draft
/// (draft-ietf-httpapi-ratelimit-headers-10).
extension RateDecision {
    func apply(to response: inout Response, at now: Date) {
        let reset = Int(resetAfterSeconds.rounded(.up))
        let time = Int((now.timeIntervalSince1970 + Double(reset)).rounded(.up))
        let (fixed, end) = (Self.fixed(limit), response.headers.endIndex)
        response.headers.replaceSubrange(
            end..<end,
            with: [
                fixed.limit,
                HTTPField(name: .rateLimitRemaining, value: String(remaining)),
                HTTPField(name: .rateLimitReset, value: String(time)),
                fixed.policy,
                HTTPField(name: .rateLimit, value: "\"default\";r=\(remaining);t=\(reset)"),
            ])
    }

    /// The headers that are the same in every answer, of the few limits that there are.
    private static let made = Mutex<[RateLimit: (limit: HTTPField, policy: HTTPField)]>([:])

    private static func fixed(_ limit: RateLimit) -> (limit: HTTPField, policy: HTTPField) {
        made.withLock { all in
            if let made = all[limit] { return made }
            let made = (
                limit: HTTPField(name: .rateLimitLimit, value: String(limit.count)),
                policy: HTTPField(name: .rateLimitPolicy, value: "\"default\";q=\(limit.count);w=\(limit.seconds)")
            )
            all[limit] = made
            return made
        }
    }
}

extension HTTPField.Name {
    static let rateLimitLimit = Self("X-RateLimit-Limit")!
    static let rateLimitRemaining = Self("X-RateLimit-Remaining")!
    static let rateLimitReset = Self("X-RateLimit-Reset")!
    static let rateLimitPolicy = Self("RateLimit-Policy")!
    static let rateLimit = Self("RateLimit")!
}
