import Caching
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore

/// Tells callers how much they may still ask for: in the fields that everybody knows, and in those of the IETF's draft
/// (draft-ietf-httpapi-ratelimit-headers-10).
extension RateDecision {
    func apply(to response: inout Response, at now: Date) {
        let reset = resetAfterSeconds.rounded(.up)
        response.headers[.rateLimitLimit] = String(limit.count)
        response.headers[.rateLimitRemaining] = String(remaining)
        response.headers[.rateLimitReset] = String(Int((now.timeIntervalSince1970 + reset).rounded(.up)))
        response.headers[.rateLimitPolicy] = "\"default\";q=\(limit.count);w=\(limit.seconds)"
        response.headers[.rateLimit] = "\"default\";r=\(remaining);t=\(Int(reset))"
    }
}

extension HTTPField.Name {
    static let rateLimitLimit = Self("X-RateLimit-Limit")!
    static let rateLimitRemaining = Self("X-RateLimit-Remaining")!
    static let rateLimitReset = Self("X-RateLimit-Reset")!
    static let rateLimitPolicy = Self("RateLimit-Policy")!
    static let rateLimit = Self("RateLimit")!
}
