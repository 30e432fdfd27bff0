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
                HTTPField(
                    name: .rateLimitPolicy, value: text("\"default\";q=", limit.count, ";w=", limit.seconds)),
                HTTPField(name: .rateLimit, value: text("\"default\";r=", remaining, ";t=", reset)),
            ])
    }
}

/// Puts texts and numbers from 0 together, in half of the time that interpolation takes: each answer has two such.
private func text(_ first: StaticString, _ one: Int, _ second: StaticString, _ two: Int) -> String {
    String(unsafeUninitializedCapacity: 80) { buffer in
        var count = 0
        for (name, number) in [(first, one), (second, two)] {
            for byte in UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount) {
                buffer[count] = byte
                count += 1
            }
            var (rest, digits) = (max(0, number), 1)
            while rest >= 10 { (rest, digits) = (rest / 10, digits + 1) }
            rest = max(0, number)
            for place in stride(from: count + digits - 1, through: count, by: -1) {
                buffer[place] = UInt8(ascii: "0") + UInt8(rest % 10)
                rest /= 10
            }
            count += digits
        }
        return count
    }
}

extension HTTPField.Name {
    static let rateLimitLimit = Self("X-RateLimit-Limit")!
    static let rateLimitRemaining = Self("X-RateLimit-Remaining")!
    static let rateLimitReset = Self("X-RateLimit-Reset")!
    static let rateLimitPolicy = Self("RateLimit-Policy")!
    static let rateLimit = Self("RateLimit")!
}
