public import AccessControl
import Caching
import Configuration
import Domain
import Foundation
import HTTPAPI
public import Logging
import Mail
import SQLDatabase

/// What the server reads from the environment, or from a file of the same names; the environment wins.
public struct ServerSettings: Sendable {
    public enum Database: Sendable, Equatable {
        case sqlite(path: String)
        case postgresql(url: String)
    }

    public var isProduction: Bool
    public var host: String
    public var port: Int
    public var database: Database
    public var databaseConnections: Int
    public var logLevel: Logger.Level
    public var logsJSON: Bool
    public var version: String
    public var tlsCertificate: String?
    public var tlsKey: String?
    public var secret: SecretKey
    public var previousSecrets: [SecretKey]
    var isDefaultSecret: Bool
    public var algorithm: TokenSigner.Algorithm
    public var outbox: String
    public var isAudited: Bool
    var signIn: SignInSettings
    var hashMilliseconds: Int
    var limits: LimitService.Rules?  // nil: none
    var isEncrypted = false  // clients come by TLS, whether the server speaks it or a proxy
    var surroundings = API.Surroundings()
    var connections: Int
    var idleSeconds: Int
    var auditChain: AuditChain { AuditChain(current: secret, previous: previousSecrets) }

    /// Whether others than this machine's programs may sign what they like, because everybody knows the default secret.
    public var isReachableWithDefaultSecret: Bool {
        isDefaultSecret && !host.hasPrefix("127.") && !["localhost", "::1"].contains(host)
    }

    /// A value that cannot be used. It names the key, never a secret.
    public struct Problem: Error, CustomStringConvertible {
        public var name: String
        public var need: String
        public var description: String { "\(name): expected \(need)" }
    }

    /// - Parameter file: What a file of `NAME=value` lines says.
    /// - Throws: ``Problem``.
    public static func read(
        environment: [String: String], file: [String: String] = [:]
    ) throws -> (settings: ServerSettings, shown: [(entry: Entry, value: String)]) {
        let reader = ConfigReader(
            providers: [environment, file].map { EnvironmentVariablesProvider(environmentVariables: $0) })
        var values: [String: String] = [:]
        for entry in entries {
            var given = reader.string(forKey: entry.key, isSecret: entry.isSecret) ?? ""
            if given.isEmpty, entry.isSecret, let path = reader.string(forKey: entry.fileKey), !path.isEmpty {
                given = try contents(of: path, for: entry)
            }
            values[entry.name] = given.isEmpty ? entry.fallback : given
        }
        let settings = try ServerSettings(SettingsReader(values: values))
        return (settings, entries.map { ($0, $0.shown(values[$0.name] ?? "")) })
    }

    private static func contents(of path: String, for entry: Entry) throws -> String {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw Problem(name: entry.name + "_FILE", need: "a file that can be read, found '\(path)'")
        }
        let value = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !value.isEmpty else {
            throw Problem(name: entry.name + "_FILE", need: "a file with something in it, found '\(path)' empty")
        }
        return value
    }

    /// What no random secret is: of few different bytes, or with a word of those that examples have.
    private static func isGuessable(_ secret: String) -> Bool {
        let words = ["change", "default", "example", "password", "secret"]
        return Set(secret.utf8).count < 10 || words.contains { secret.lowercased().contains($0) }
    }

    private init(_ read: SettingsReader) throws {
        isProduction = try read.choice("ENVIRONMENT", ["development", "production"]) == "production"
        host = read.text("HOST")
        port = try read.integer("PORT", 0...65_535)
        databaseConnections = try read.integer("DATABASE_CONNECTIONS", 1...100)
        database = try Self.database(read.text("DATABASE_URL"))
        let levels = Logger.Level.allCases.map(\.rawValue)
        logLevel = Logger.Level(rawValue: try read.choice("LOG_LEVEL", levels)) ?? .info
        logsJSON = try read.flag("JSON_LOGGING")
        version = read.text("APP_VERSION")
        (tlsCertificate, tlsKey) = (read.optional("TLS_CERTIFICATE"), read.optional("TLS_KEY"))
        guard (tlsCertificate == nil) == (tlsKey == nil) else {
            let missing = tlsKey == nil ? "TLS_KEY" : "TLS_CERTIFICATE"
            throw Problem(name: missing, need: "a PEM file, because the other of the pair is set")
        }
        isDefaultSecret = read.text("SECRET_KEY") == Self.defaultSecret
        let secrets = [read.text("SECRET_KEY")]
        guard read.list("SECRET_KEY") == secrets else {
            throw Problem(
                name: "SECRET_KEY", need: "no commas, and no spaces at its ends: SECRET_KEY_PREVIOUS is a list")
        }
        secret = try read.secret("SECRET_KEY", secrets[0])
        let previous = read.list("SECRET_KEY_PREVIOUS")
        previousSecrets = try previous.map { try read.secret("SECRET_KEY_PREVIOUS", $0) }
        for (name, texts) in [("SECRET_KEY", secrets), ("SECRET_KEY_PREVIOUS", previous)]
        where isProduction && texts.contains(where: Self.isGuessable) {
            throw Problem(name: name, need: "a random secret in production: openssl rand -base64 48")
        }
        let algorithms = TokenSigner.Algorithm.allCases.map(\.rawValue)
        algorithm = TokenSigner.Algorithm(rawValue: try read.choice("JWT_ALGORITHM", algorithms)) ?? .eddsa
        signIn = SignInSettings(
            accessSeconds: try read.integer("ACCESS_TOKEN_MINUTES", 1...1_440) * 60,
            refreshSeconds: try read.integer("REFRESH_TOKEN_DAYS", 1...365) * 86_400,
            publicURL: try read.base("PUBLIC_URL"), sender: read.text("DEFAULT_FROM_EMAIL"))
        guard MailMessage.isMailbox(signIn.sender) else {
            throw Problem(name: "DEFAULT_FROM_EMAIL", need: "an e-mail address, found '\(signIn.sender)'")
        }
        hashMilliseconds = try read.integer("PASSWORD_HASH_MILLISECONDS", 1...5_000)
        outbox = read.text("MAIL_OUTBOX")
        isAudited = try read.flag("AUDIT_LOGGING_ENABLED")
        limits = try read.flag("RATE_LIMITS") ? try read.limits() : nil
        isEncrypted =
            tlsCertificate != nil || signIn.publicURL.lowercased().hasPrefix("https://")
        surroundings.cors = CORS(origins: try read.origins("CORS_ALLOWED_ORIGINS", isProduction: isProduction))
        surroundings.clientAddress = ClientAddress(
            trusting: try read.list("TRUSTED_PROXIES").map { text in
                guard let network = ClientAddress.Network(text) else {
                    throw Problem(name: "TRUSTED_PROXIES", need: "networks such as 10.0.0.0/8, found '\(text)'")
                }
                return network
            })
        surroundings.deprecation = Deprecation(
            sunset: try read.day("API_V1_SUNSET"),
            endsAtSunset: try read.choice("API_V1_AFTER_SUNSET", ["serve", "gone"]) == "gone")
        connections = try read.integer("MAX_CONNECTIONS", 1...1_000_000)
        idleSeconds = try read.integer("IDLE_SECONDS", 1...3_600)
    }

    private static func database(_ url: String) throws -> Database {
        if url.hasPrefix("sqlite://"), url.count > 9 { return .sqlite(path: String(url.dropFirst(9))) }
        guard url.hasPrefix("postgresql://") || url.hasPrefix("postgres://") else {
            throw Problem(name: "DATABASE_URL", need: "sqlite://PATH or postgresql://…")
        }
        guard PostgresDatabase.isReadable(url: url) else {
            throw Problem(
                name: "DATABASE_URL", need: "a URL that PostgreSQL can read; in passwords, write @ as %40 and / as %2F")
        }
        return .postgresql(url: url)
    }
}
