public import Foundation

/// A failure the caller can act on. Anything else is a bug or an outage: logged in full, shown as a bare 500.
public struct DomainError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A stable word for programs.
    public enum Code: String, Sendable {
        case invalid
        case unauthenticated
        case forbidden
        case notFound = "not_found"  // another owner's id too
        case conflict
        case preconditionFailed = "precondition_failed"  // the entity tag is not the current one
        case tooLarge = "too_large"
        case rateLimited = "rate_limited"
        case gone
        case unavailable
    }

    public var code: Code
    public var detail: String  // one sentence for the client: no SQL, paths, secrets or other owners' ids
    public var members: [Member]
    public var retryAfter: TimeInterval?  // seconds
    public var cause: String?  // for the log alone

    /// One wrong member of a request.
    public struct Member: Hashable, Sendable {
        public var pointer: String  // RFC 6901: `/workload/steps/0/sqs`
        public var detail: String
        public var isSuspicious = false  // looks like an attack

        public init(pointer: String, detail: String) { (self.pointer, self.detail) = (pointer, detail) }
    }

    public init(_ code: Code, _ detail: String, members: [Member] = []) {
        (self.code, self.detail, self.members) = (code, detail, members)
    }

    public var description: String {
        ([detail] + members.map { "\($0.pointer) \($0.detail)" }).joined(separator: "; ")
    }

    public static func notRunning(_ status: Scenario.Status) -> DomainError {
        DomainError(.conflict, "The scenario is \(status), not running; start it to send traffic.")
    }

    public static func rateLimited(_ detail: String, retryAfter: TimeInterval) -> DomainError {
        var error = DomainError(.rateLimited, detail)
        error.retryAfter = retryAfter
        return error
    }

    public static func notFound(_ noun: String) -> DomainError { DomainError(.notFound, "There is no such \(noun).") }
}
