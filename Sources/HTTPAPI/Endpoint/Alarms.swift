import Domain
import HummingbirdCore
import Logging

/// Tells what an attacker would do, in the log and the audit log: guess ids or passwords, send what browsers would
/// execute.
package struct Alarms: Sendable {
    let limits: LimitService
    let audit: AuditService
    let ambient: Ambient

    private static let longest = 1_000  // characters of a detail

    /// Counts what a request was refused for.
    /// - Parameter isSignIn: Whether it could be a guess at a password.
    func note(_ error: DomainError, in request: APIRequest, isSignIn: Bool = false) async throws {
        if error.code == .notFound, let caller = request.signedIn, try await limits.isEnumerating(caller) {
            try await raise(.enumeration, "a caller tries many ids", request)
        }
        if isSignIn, [.unauthenticated, .rateLimited].contains(error.code),
            try await limits.isGuessing(request.origin.address.flatMap(NetworkAddress.init))
        {
            try await raise(.bruteForce, "a network tries many passwords", request)
        }
        let markup = error.members.filter(\.isSuspicious).map(\.pointer)
        if !markup.isEmpty {
            let members = markup.joined(separator: " ").unicodeScalars.prefix(Self.longest)
            let details = ["members": String(String.UnicodeScalarView(members))]
            try await raise(.suspiciousInput, "refused markup in text", request, details)
        }
    }

    private func raise(
        _ action: AuditEvent.Action, _ text: String, _ request: APIRequest, _ details: [String: String] = [:]
    ) async throws {
        let (caller, origin) = (request.signedIn, request.origin)
        request.logger.warning(
            "\(text)",
            metadata: ["user": "\(caller?.user.text ?? "nobody")", "correlation_id": "\(origin.correlationID)"])
        let details = details.merging(["path": request.request.uri.path]) { $1 }
        try await audit.note(
            ambient.event(action, of: caller?.user, key: caller?.key, from: origin, details: details))
    }
}
