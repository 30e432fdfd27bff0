import Configuration
public import Logging
import SystemPackage

/// What the server reads from the environment, or from a file of the same names; the environment wins.
public struct ServerSettings: Sendable {
    public enum Database: Sendable, Equatable {
        case sqlite(path: String)
        case postgresql(url: String)
    }

    public var host: String
    public var port: Int
    public var database: Database
    public var databaseConnections: Int
    public var logLevel: Logger.Level
    public var logsJSON: Bool
    public var version: String
    public var tlsCertificate: String?
    public var tlsKey: String?

    /// One setting, as `mockupaws config` and `.env.example` show it.
    public struct Entry: Sendable {
        public var name: String  // of the environment variable
        public var fallback: String
        public var doc: String
        var key: ConfigKey { ConfigKey(stringLiteral: name.lowercased().replacing("_", with: ".")) }
    }

    public static let entries: [Entry] = [
        Entry(name: "HOST", fallback: "127.0.0.1", doc: "Address to listen on; 0.0.0.0 is every one."),
        Entry(name: "PORT", fallback: "8080", doc: "Port to listen on, 0 to 65535; 0 picks a free one."),
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
    ]

    /// A value that cannot be used. It names the key, never a secret.
    public struct Problem: Error, CustomStringConvertible {
        public var name: String
        public var need: String
        public var description: String { "\(name): expected \(need)" }
    }

    /// - Parameter file: A file of `NAME=value` lines.
    /// - Throws: ``Problem``, or what reading the file throws.
    public static func read(
        environment: [String: String], file: String? = nil
    ) async throws -> (settings: ServerSettings, shown: [(entry: Entry, value: String)]) {
        var providers: [any ConfigProvider] = [EnvironmentVariablesProvider(environmentVariables: environment)]
        if let file {
            providers.append(try await EnvironmentVariablesProvider(environmentFilePath: FilePath(file)))
        }
        let reader = ConfigReader(providers: providers)
        let values = Dictionary(
            uniqueKeysWithValues: entries.map { entry in
                let given = reader.string(forKey: entry.key) ?? ""
                return (entry.name, given.isEmpty ? entry.fallback : given)
            })
        let settings = try ServerSettings(values)
        return (settings, entries.map { ($0, masked(values[$0.name] ?? "")) })
    }

    private init(_ values: [String: String]) throws {
        func text(_ name: String) -> String { values[name] ?? "" }
        func integer(_ name: String, _ range: ClosedRange<Int>) throws -> Int {
            guard let number = Int(text(name)), range.contains(number) else {
                throw Problem(name: name, need: "\(range.lowerBound) to \(range.upperBound), found '\(text(name))'")
            }
            return number
        }
        host = text("HOST")
        port = try integer("PORT", 0...65_535)
        databaseConnections = try integer("DATABASE_CONNECTIONS", 1...100)
        let url = text("DATABASE_URL")
        if url.hasPrefix("sqlite://"), url.count > 9 {
            database = .sqlite(path: String(url.dropFirst(9)))
        } else if url.hasPrefix("postgresql://") || url.hasPrefix("postgres://") {
            database = .postgresql(url: url)
        } else {
            throw Problem(name: "DATABASE_URL", need: "sqlite://PATH or postgresql://…")
        }
        guard let level = Logger.Level(rawValue: text("LOG_LEVEL").lowercased()) else {
            let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem(name: "LOG_LEVEL", need: "one of \(levels), found '\(text("LOG_LEVEL"))'")
        }
        logLevel = level
        guard ["true", "false"].contains(text("JSON_LOGGING")) else {
            throw Problem(name: "JSON_LOGGING", need: "true or false, found '\(text("JSON_LOGGING"))'")
        }
        logsJSON = text("JSON_LOGGING") == "true"
        version = text("APP_VERSION")
        (tlsCertificate, tlsKey) = (text("TLS_CERTIFICATE"), text("TLS_KEY"))
        if tlsCertificate == "" { tlsCertificate = nil }
        if tlsKey == "" { tlsKey = nil }
        guard (tlsCertificate == nil) == (tlsKey == nil) else {
            let missing = tlsKey == nil ? "TLS_KEY" : "TLS_CERTIFICATE"
            throw Problem(name: missing, need: "a PEM file, because the other of the pair is set")
        }
    }

    /// A URL without its password.
    private static func masked(_ value: String) -> String {
        value.replacing(/:\/\/([^:@\/]*):[^@\/]*@/) { "://\($0.1):***@" }
    }
}
