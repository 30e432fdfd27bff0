import HTTPTypes
import Hummingbird
import HummingbirdCore

/// What browsers are told with every answer: to guess no type, to show nothing in a frame, to load nothing from elsewhere,
/// to name no page to others.
struct SecurityHeaders: Sendable {
    private let fields: [HTTPField]

    /// - Parameter isEncrypted: Whether the server speaks TLS itself; browsers then use nothing else for a year (RFC 6797).
    init(isEncrypted: Bool) {
        var headers: [(String, String)] = [
            ("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"),
            ("Referrer-Policy", "strict-origin-when-cross-origin"),
            ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()"),
            ("X-XSS-Protection", "0"),  // OWASP: the filter that it once switched on did more harm than good
        ]
        if isEncrypted { headers.append(("Strict-Transport-Security", "max-age=31536000; includeSubDomains")) }
        fields = headers.map { HTTPField(name: HTTPField.Name($0.0)!, value: $0.1) }
    }

    private static let nothing = "default-src 'none'; frame-ancestors 'none'"

    /// - Parameter isPrivate: The answer is for its caller alone: nobody on the way keeps it.
    func apply(to response: inout Response, isPrivate: Bool) {
        for field in fields { response.headers.append(field) }
        if response.headers[.contentSecurityPolicy] == nil { response.headers[.contentSecurityPolicy] = Self.nothing }
        if isPrivate, response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
    }
}
