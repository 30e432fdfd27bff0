package import Domain
package import Foundation
import HTTPTypes
package import HummingbirdCore
import Hummingbird
import Synchronization

/// Answers to reads, kept for a second or until this process changes something of the user's. What another process
/// changes shows within the second.
package final class KeptAnswers: Sendable {
    /// A request with the same target and credentials from the same place gets the same answer; from a new one its key
    /// is looked up first.
    package struct Key: Hashable, Sendable {
        var target: String
        var address: NetworkAddress?  // of the client
        var apiKey: String?
        var authorization: String?

        /// Nil for a request whose answer is never kept.
        package init?(_ request: Request, from address: NetworkAddress?) {
            guard request.method == .get, request.uri.query?.contains("refresh=") != true else { return nil }
            (target, self.address) = (request.uri.string, address)
            (apiKey, authorization) = (request.headers.value(of: .apiKey), request.headers.value(of: .authorization))
            guard Self.isPlain(target), Self.isPlain(apiKey), Self.isPlain(authorization) else { return nil }
        }

        /// Whether a text is short, and of characters that are equal only when they are the same: a Kelvin sign is equal
        /// to a `K`.
        private static func isPlain(_ text: String?) -> Bool {
            guard let bytes = text?.utf8 else { return true }
            return bytes.count <= 1_024 && bytes.allSatisfy { $0 < 0x80 }
        }

        var bytes: Int { [target, apiKey, authorization].reduce(0) { $0 + ($1?.utf8.count ?? 0) } }
    }

    private struct Kept {
        var caller: Caller
        var changes: Int
        var until: Date
        var response: Response
        var bytes: Int { (response.body.contentLength ?? 0) + KeptAnswers.overhead }
    }

    private let changes: Changes
    private let kept = Mutex(Memory())

    private struct Memory {
        var answers: [Key: Kept] = [:]
        var bytes = 0
        var sweepAt = Date.distantPast

        /// Forgets answers that are over, and the credentials that they were kept for.
        mutating func sweep(at now: Date) {
            answers = answers.filter { $0.value.until > now }
            bytes = answers.reduce(0) { $0 + $1.key.bytes + $1.value.bytes }
            sweepAt = now.addingTimeInterval(KeptAnswers.seconds)
        }
    }

    private static let seconds = 1.0
    private static let limit = 16 << 20  // bytes of all
    private static let largest = 64 << 10  // bytes of one
    private static let overhead = 1 << 10  // bytes of one beside its body and its key

    package init(_ changes: Changes) { self.changes = changes }

    /// - Parameter now: Of a clock that is never set back, as for ``keep(_:for:caller:changes:at:atMost:)``.
    /// - Returns: The answer, and who got it with the same credentials.
    package func answer(to key: Key, at now: Date) -> (caller: Caller, response: Response)? {
        guard let found = kept.withLock({ $0.answers[key] }), found.until > now,
            found.changes == changes.count(of: found.caller.user)
        else { return nil }
        return (found.caller, found.response)
    }

    package func count(of user: UUID) -> Int { changes.count(of: user) }

    /// - Parameters:
    ///   - count: The user's changes before the answer was made.
    ///   - rest: How long the caller's credential is still good, in seconds.
    package func keep(
        _ response: Response, for key: Key, caller: Caller, changes count: Int, at now: Date,
        atMost rest: Double
    ) {
        guard response.status == .ok, let length = response.body.contentLength, length <= Self.largest else { return }
        let entry = Kept(
            caller: caller, changes: count, until: now.addingTimeInterval(min(Self.seconds, rest)), response: response)
        kept.withLock { kept in
            if kept.sweepAt <= now { kept.sweep(at: now) }
            guard kept.bytes < Self.limit else { return }
            kept.bytes += entry.bytes
            if let before = kept.answers.updateValue(entry, forKey: key) {
                kept.bytes -= before.bytes
            } else {
                kept.bytes += key.bytes
            }
        }
    }
}
