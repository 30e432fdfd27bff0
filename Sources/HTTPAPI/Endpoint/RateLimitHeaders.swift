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
        let (count, left) = (String(limit.count), String(remaining))
        let fields = [
            HTTPField(name: .rateLimitLimit, value: count), HTTPField(name: .rateLimitRemaining, value: left),
            HTTPField(
                name: .rateLimitReset, value: String(Int((now.timeIntervalSince1970 + reset).rounded(.up)))),
            HTTPField(name: .rateLimitPolicy, value: "\"default\";q=" + count + ";w=" + String(limit.seconds)),
            HTTPField(name: .rateLimit, value: "\"default\";r=" + left + ";t=" + String(Int(reset))),
        ]
        for field in fields { response.headers.append(field) }
    }
}

extension HTTPField.Name {
    static let rateLimitLimit = Self("X-RateLimit-Limit")!
    static let rateLimitRemaining = Self("X-RateLimit-Remaining")!
    static let rateLimitReset = Self("X-RateLimit-Reset")!
    static let rateLimitPolicy = Self("RateLimit-Policy")!
    static let rateLimit = Self("RateLimit")!
}
