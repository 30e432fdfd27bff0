import HTTPAPI
import NIOHTTP1

/// What browsers are told with every answer: to guess no type, to show nothing in a frame, to load nothing from elsewhere,
/// to name no page to others; and everybody on the way to keep no answer that does not say so itself.
struct SecurityHeaders {
    private static let policy = (name: "Content-Security-Policy", value: "default-src 'none'; frame-ancestors 'none'")
    private static let cache = (name: "Cache-Control", value: "no-store")
    private static let first = (name: "X-Content-Type-Options", value: "nosniff")

    /// The value of the first, and behind it the lines of the others: the encoder pays for each header by itself. One for
    /// answers without a policy and a cache control of their own, and for those with the first, the second, both. Nothing
    /// looks at headers behind this: what the API sends was checked by `HTTPTypes`, and Hummingbird leaves NIO's own check
    /// out.
    private let values: [String]

    /// - Parameter isEncrypted: Whether clients come by TLS; browsers then use nothing else for a year (RFC 6797).
    init(isEncrypted: Bool) {
        var lines = [
            Self.first.value, "X-Frame-Options: DENY", "Referrer-Policy: strict-origin-when-cross-origin",
            "Permissions-Policy: camera=(), geolocation=(), microphone=(), payment=()",
            "X-XSS-Protection: 0",  // OWASP: the filter that it once switched on did harm
        ]
        if isEncrypted { lines.append("Strict-Transport-Security: max-age=31536000; includeSubDomains") }
        values = [[Self.policy, Self.cache], [Self.cache], [Self.policy], []].map { defaults in
            (lines + defaults.map { "\($0.name): \($0.value)" }).joined(separator: "\r\n")
        }
    }

    /// - Returns: The headers of an answer with these, those of rate limits as they are written.
    func added(to headers: HTTPHeaders) -> HTTPHeaders {
        var fields: [(String, String)] = []
        fields.reserveCapacity(headers.count + 1)
        for (name, value) in headers {
            fields.append((name, name == RateLimitHeaders.first ? RateLimitHeaders.lines(in: value) : value))
        }
        let own = (headers.contains(name: Self.policy.name) ? 1 : 0) + (headers.contains(name: Self.cache.name) ? 2 : 0)
        fields.append((Self.first.name, values[own]))
        return HTTPHeaders(fields)
    }
}
