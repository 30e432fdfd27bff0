import HTTPTypes
import Hummingbird
import HummingbirdCore

/// Which pages of other origins may use the API (the Fetch standard). An origin is one of the list, to the letter, or none.
public struct CORS: Sendable {
    private let origins: Set<String>

    public init(origins: [String]) { self.origins = Set(origins) }

    private static let methods = "GET, POST, PUT, DELETE, PATCH, OPTIONS"
    private static let headers = """
        Authorization, X-API-Key, X-Correlation-ID, X-Scenario-ID, Idempotency-Key, If-Match, Content-Type
        """
    private static let exposed = """
        X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, RateLimit, RateLimit-Policy, Retry-After, \
        X-Correlation-ID, ETag, Link, Location, Deprecation, Sunset
        """
    private static let preflightSeconds = "600"

    /// - Returns: The answer to a browser that asks before it sends; nil for any other request.
    func preflight(_ request: Request) -> Response? {
        guard request.method == .options, request.headers[.accessControlRequestMethod] != nil, isAllowed(request) else {
            return nil
        }
        return Response(
            status: .noContent,
            headers: [
                .accessControlAllowMethods: Self.methods, .accessControlAllowHeaders: Self.headers,
                .accessControlMaxAge: Self.preflightSeconds,
            ])
    }

    /// Lets the page read the answer.
    func apply(to response: inout Response, for request: Request) {
        guard !origins.isEmpty else { return }
        response.headers[values: .vary].append("Origin")
        guard isAllowed(request) else { return }
        response.headers[.accessControlAllowOrigin] = request.headers[.origin]
        response.headers[.accessControlExposeHeaders] = Self.exposed
    }

    private func isAllowed(_ request: Request) -> Bool { request.headers[.origin].map(origins.contains) == true }
}
