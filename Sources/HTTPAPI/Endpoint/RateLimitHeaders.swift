import Caching
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore

/// Tells callers how much they may still ask for: in the fields that everybody knows, and in those of the IETF's draft
/// (draft-ietf-httpapi-ratelimit-headers-10).
extension RateDecision {
    func apply(to response: inout Response, at now: Date) {
        let reset = Int(resetAfterSeconds.rounded(.up))
        let time = Int((now.timeIntervalSince1970 + Double(reset)).rounded(.up))
        let end = response.headers.endIndex
        response.headers.replaceSubrange(
            end..<end,
            with: [
                HTTPField(name: .rateLimitLimit, value: String(limit.count)),
                HTTPField(name: .rateLimitRemaining, value: String(remaining)),
                HTTPField(name: .rateLimitReset, value: String(time)),
                HTTPField(name: .rateLimitPolicy, value: "\"default\";q=\(limit.count);w=\(limit.seconds)"),
                HTTPField(name: .rateLimit, value: "\"default\";r=\(remaining);t=\(reset)"),
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
