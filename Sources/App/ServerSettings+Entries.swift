import Configuration

extension ServerSettings {
    /// One setting, as `mockupaws config` and `.env.example` show it.
    public struct Entry: Sendable {
        public var name: String  // of the environment variable
        public var fallback: String
        public var doc: String
        var isSecret = false  // may be in a file that NAME_FILE names; is not shown

        var key: ConfigKey { Self.key(name) }
        var fileKey: ConfigKey { Self.key(name + "_FILE") }

        private static func key(_ name: String) -> ConfigKey {
            ConfigKey(stringLiteral: name.lowercased().replacing("_", with: "."))
        }

        /// The value without what is secret in it.
        func shown(_ value: String) -> String {
            if isSecret { return value.isEmpty ? "" : "***" }
            return value.replacing(/:\/\/([^:@\/]*):[^@\/]*@/) { "://\($0.1):***@" }
                .replacing(/([?&](?:ssl)?password=)[^&]*/.ignoresCase()) { "\($0.1)***" }
        }
    }

    static let defaultSecret = "insecure-development-secret-do-not-use"

    public static let entries: [Entry] = [
        Entry(
            name: "ENVIRONMENT", fallback: "development",
            doc: "development or production, which starts on no default secret and no open CORS."),
        Entry(name: "HOST", fallback: "127.0.0.1", doc: "Address to listen on; 0.0.0.0 is every one."),
        Entry(name: "PORT", fallback: "8080", doc: "Port to listen on, 0 to 65535; 0 picks a free one."),
        Entry(
            name: "PUBLIC_URL", fallback: "http://127.0.0.1:8080", doc: "Where people reach the service; mail says it."),
        Entry(
            name: "DATABASE_URL", fallback: "sqlite://mockupaws.db",
            doc: "sqlite://PATH, or postgresql://USER:PASSWORD@HOST/NAME?sslmode=verify-full."),
        Entry(name: "DATABASE_CONNECTIONS", fallback: "8", doc: "Connections to PostgreSQL, 1 to 100."),
        Entry(
            name: "LOG_LEVEL", fallback: "info", doc: "trace, debug, info, notice, warning, error or critical."),
        Entry(name: "JSON_LOGGING", fallback: "false", doc: "true writes each log entry as a line of JSON."),
        Entry(name: "APP_VERSION", fallback: Server.version, doc: "The version that the service says it has."),
        Entry(name: "TLS_CERTIFICATE", fallback: "", doc: "PEM file of the certificate chain; with TLS_KEY, HTTPS."),
        Entry(name: "TLS_KEY", fallback: "", doc: "PEM file of its private key."),
        Entry(
            name: "SECRET_KEY", fallback: defaultSecret,
            doc: "At least 32 bytes; signs access tokens and the audit log. SECRET_KEY_FILE names a file with it.",
            isSecret: true),
        Entry(
            name: "SECRET_KEY_PREVIOUS", fallback: "",
            doc: "Earlier secrets, separated by commas; what they signed stays good.", isSecret: true),
        Entry(name: "JWT_ALGORITHM", fallback: "EdDSA", doc: "Of access tokens: EdDSA or HS256."),
        Entry(name: "ACCESS_TOKEN_MINUTES", fallback: "30", doc: "How long an access token is good, 1 to 1440."),
        Entry(name: "REFRESH_TOKEN_DAYS", fallback: "7", doc: "How long a session lasts unless refreshed, 1 to 365."),
        Entry(
            name: "PASSWORD_HASH_MILLISECONDS", fallback: "100",
            doc: "What hashing a password costs, 1 to 5000; Argon2id is calibrated to it once for a database."),
        Entry(name: "MAIL_OUTBOX", fallback: "outbox", doc: "Folder that mail is written to."),
        Entry(name: "DEFAULT_FROM_EMAIL", fallback: "mockupaws@localhost", doc: "Sender of mail."),
        Entry(name: "AUDIT_LOGGING_ENABLED", fallback: "true", doc: "Whether what happens is written down."),
        Entry(name: "RATE_LIMITS", fallback: "true", doc: "Whether callers are limited."),
        Entry(name: "RATE_LIMIT_FREE", fallback: "100/10", doc: "Requests a minute / at once, of the plan free."),
        Entry(name: "RATE_LIMIT_PREMIUM", fallback: "1000/50", doc: "Of the plan premium."),
        Entry(name: "RATE_LIMIT_ENTERPRISE", fallback: "10000/200", doc: "Of the plan enterprise."),
        Entry(name: "RATE_LIMIT_SIGN_IN", fallback: "10/5", doc: "Of one address: sign-ins, registrations, mails."),
        Entry(
            name: "TRUSTED_PROXIES", fallback: "",
            doc: "Networks whose X-Forwarded-For is believed, separated by commas: 10.0.0.0/8."),
        Entry(
            name: "CORS_ALLOWED_ORIGINS", fallback: "",
            doc: "Origins whose pages may use the API, separated by commas: https://app.example.com."),
        Entry(name: "API_V1_SUNSET", fallback: "2026-12-31", doc: "The day that /api/v1 ends, UTC."),
        Entry(
            name: "API_V1_AFTER_SUNSET", fallback: "serve",
            doc: "serve goes on with /api/v1 after that day; gone answers 410."),
        Entry(
            name: "MAX_CONNECTIONS", fallback: "10000",
            doc: "Connections at a time; further ones wait. A quarter, but 100 at least, is for one address."),
        Entry(
            name: "IDLE_SECONDS", fallback: "60",
            doc: "A connection on which nothing happens for so long is closed, 1 to 3600."),
    ]
}
