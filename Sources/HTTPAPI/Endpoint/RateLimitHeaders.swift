import Caching
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore

/// Tells callers how much they may still ask for: in the fields that everybody knows, and in those of the IETF's draft
/// (draft-ietf-httpapi-ratelimit-headers-10).
///
/// The five go through the server as one, since each costs by itself: the value of the first, and behind a tab each the
/// lines of the others, which the connection's guard writes as such (``lines(in:)``).
package struct RateLimitHeaders: Sendable {
    package static let first = "X-RateLimit-Limit"
    private static let name = HTTPField.Name(first)!

    private let known: [RateLimit: String]

    /// - Parameter limits: The usual ones, whose lines are made once.
    init(_ limits: Set<RateLimit>) { known = Dictionary(uniqueKeysWithValues: limits.map { ($0, Self.lines(of: $0)) }) }

    /// What is the same in all answers under a limit.
    private static func lines(of limit: RateLimit) -> String {
        "\(limit.count)\tRateLimit-Policy: \"default\";q=\(limit.count);w=\(limit.seconds)"
    }

    func field(_ decision: RateDecision, at now: Date) -> HTTPField {
        let reset = Int(decision.resetAfterSeconds.rounded(.up))
        let time = Int((now.timeIntervalSince1970 + Double(reset)).rounded(.up))
        let remaining = String(decision.remaining)
        var lines = known[decision.limit] ?? Self.lines(of: decision.limit)
        lines.reserveCapacity(256)
        lines += "\tX-RateLimit-Remaining: "
        lines += remaining
        lines += "\tX-RateLimit-Reset: "
        lines += String(time)
        lines += "\tRateLimit: \"default\";r="
        lines += remaining
        lines += ";t="
        lines += String(reset)
        return HTTPField(name: Self.name, value: lines)
    }

    /// - Returns: The value of the field as it is written.
    package static func lines(in value: String) -> String {
        var value = value
        return value.withUTF8 { bytes in
            String(unsafeUninitializedCapacity: 2 * bytes.count) { lines in
                var count = 0
                for byte in bytes {
                    if byte == UInt8(ascii: "\t") {
                        lines[count] = UInt8(ascii: "\r")
                        count += 1
                    }
                    lines[count] = byte == UInt8(ascii: "\t") ? UInt8(ascii: "\n") : byte
                    count += 1
                }
                return count
            }
        }
    }
}
