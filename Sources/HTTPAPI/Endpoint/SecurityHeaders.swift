public import HTTPTypes
import Hummingbird
import HummingbirdCore

/// What browsers are told with every answer: to guess no type, to show nothing in a frame, to load nothing from elsewhere,
/// to name no page to others; and everybody on the way to keep no answer that does not say so itself.
public struct SecurityHeaders: Sendable {
    public let fields: HTTPFields

    /// - Parameter isEncrypted: Whether clients come by TLS; browsers then use nothing else for a year (RFC 6797).
    public init(isEncrypted: Bool) {
        var fields: HTTPFields = [
            .xContentTypeOptions: "nosniff",
            HTTPField.Name("X-Frame-Options")!: "DENY",
            HTTPField.Name("Referrer-Policy")!: "strict-origin-when-cross-origin",
            HTTPField.Name("Permissions-Policy")!: "camera=(), geolocation=(), microphone=(), payment=()",
            HTTPField.Name("X-XSS-Protection")!: "0",  // OWASP: the filter that it once switched on did harm
            .contentSecurityPolicy: "default-src 'none'; frame-ancestors 'none'",
            .cacheControl: "no-store",
        ]
        if isEncrypted { fields[.strictTransportSecurity] = "max-age=31536000; includeSubDomains" }
        self.fields = fields
    }

    func apply(to response: inout Response) {
        var headers = fields  // they are the most: the answer's own are added to them
        for field in response.headers {
            if field.name == .contentSecurityPolicy || field.name == .cacheControl {
                headers[field.name] = field.value
            } else {
                headers.append(field)
            }
        }
        response.headers = headers
    }
}
