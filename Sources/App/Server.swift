public import Domain
import Foundation
import HTTPAPI
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
public import Logging
import NIOCore
import NIOSSL
public import PriceStore
public import SQLDatabase
import ServiceLifecycle
import Storage
import UnixSignals

/// The program behind its ports: built by `mockupaws serve` and by the tests alike.
///
/// A class, because what it holds by value would be part of the layout that other modules are compiled for, and they are
/// not compiled anew when it changes.
public final class Server: Sendable {
    private let parts: Parts
    public var keys: KeyService { parts.keys }
    public var users: UserService { parts.users }
    public var audit: AuditService { parts.audit }
    public var scenarios: ScenarioService { parts.scenarios }
    public let database: any SQLDatabase
    private let application: Application<API>

    public static let version = "0.2.0"

    private init(parts: Parts, database: any SQLDatabase, application: Application<API>) {
        (self.parts, self.database, self.application) = (parts, database, application)
    }

    /// Opens the database and puts the parts together. SQLite gets its schema here; PostgreSQL must have it.
    /// - Parameters:
    ///   - prices: The price list, asked for each bill.
    ///   - priceStore: Where the imported lists among them are.
    ///   - onRunning: Called with the port once requests are taken.
    /// - Throws: ``SchemaIsBehind``, ``SQLError``, ``ServerSettings/Problem``.
    public static func build(
        _ settings: ServerSettings, prices: @escaping MetricsService.Prices,
        priceStore: PriceStore, ambient: Ambient = Ambient(),
        logger: Logger, onRunning: @escaping @Sendable (Int) -> Void = { _ in }
    ) async throws -> Server {
        let database = try open(settings)
        switch settings.database {
        case .sqlite: try await migrate(database, settings, ambient: ambient)
        case .postgresql:
            let known = Schema.migrations.last?.version ?? 0
            let found = try await database.schemaVersion()
            guard found == known else { throw SchemaIsBehind(found: found, known: known) }
        }
        var ambient = ambient
        ambient.audit = settings.isAudited ? settings.auditChain : nil
        let parts = try await Parts(settings, database, ambient)
        let lists = StoredPriceLists(priceStore)
        let health = HealthService(
            version: settings.version, startedAt: ambient.now(), ambient: ambient,
            checks: ["database": { [audit = parts.audit] in _ = try await audit.end() }])  // reads from it
        let api = API(
            API.Services(
                authentication: parts.authentication, signIn: parts.signIn, keys: parts.keys, users: parts.users,
                audit: parts.audit,
                limits: parts.limits, scenarios: parts.scenarios,
                ingest: IngestService(scenarios: parts.scenarios, store: parts.traffic, ambient: ambient),
                metrics: MetricsService(scenarios: parts.scenarios, store: parts.traffic, prices: prices),
                prices: PriceService(prices: prices, lists: lists.versions),
                priceImports: PriceImportService(store: lists, audit: parts.audit, ambient: ambient), health: health,
                signer: parts.signer,
                ambient: ambient), settings.surroundings)
        let application = Application(
            responder: api, server: try httpServer(settings),
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: settings.port), serverName: nil,
                availableConnectionsDelegate: MaximumAvailableConnections(settings.connections)),
            services: [
                DatabaseLifetime(database: database, audit: parts.audit, logger: logger),
                Expiry(
                    traffic: parts.traffic, scenarios: parts.scenarios.store, sessions: parts.sessions,
                    accounts: parts.accounts, audit: parts.audit, refreshSeconds: settings.signIn.refreshSeconds,
                    ambient: ambient, logger: logger),
                AuditLinking(audit: parts.audit, logger: logger),
            ],
            onServerRunning: { channel in onRunning(channel.localAddress?.port ?? settings.port) }, logger: logger)
        return Server(parts: parts, database: database, application: application)
    }

    /// - Throws: ``ServerSettings/Problem`` where another secret seals the audit log: what is done now would be written as
    ///   if somebody else had.
    public func requireSecret() async throws {
        guard let id = try await parts.audit.unknownSecretID() else { return }
        throw ServerSettings.Problem(
            name: "SECRET_KEY",
            need: "the secret that the audit log is sealed with, whose id is \(id), or it in SECRET_KEY_PREVIOUS")
    }

    /// Takes requests until SIGTERM or SIGINT, then finishes those that are under way, in ``drainSeconds`` at most.
    public func run() async throws {
        try await requireSecret()
        try await parts.audit.begin()
        var group = ServiceGroupConfiguration(
            services: [application], gracefulShutdownSignals: [.sigterm, .sigint], logger: application.logger)
        group.maximumGracefulShutdownDuration = .seconds(Self.drainSeconds)
        do { try await ServiceGroup(configuration: group).run() } catch let error as IOError {
            throw ServerSettings.Problem(name: "HOST and PORT", need: "an address that is free here: \(error)")
        } catch let error as SocketAddressError.UnknownHost {
            throw ServerSettings.Problem(name: "HOST", need: "an address of this machine: \(error)")
        }
    }

    private static let drainSeconds = 20

    /// The audit log of a database that is there, to be checked: nothing is made, migrated or written.
    /// - Throws: ``ServerSettings/Problem``, ``SchemaIsBehind``, ``SQLError``, or what `body` throws.
    public static func withAuditLog(
        _ settings: ServerSettings, _ body: (AuditService) async throws -> Void
    ) async throws {
        let database = try open(settings)
        do {
            let (found, known) = (try await database.schemaVersion(), Schema.migrations.last?.version ?? 0)
            guard found == known else { throw SchemaIsBehind(found: found, known: known) }
            let audit = AuditService(
                store: SQLAuditStore(database), chain: settings.auditChain, ambient: Ambient())
            try await body(audit)
        } catch {
            await database.close()
            throw error
        }
        await database.close()
    }

    /// Brings the database's schema up to date.
    /// - Returns: The migrations that were applied now.
    /// - Throws: ``ServerSettings/Problem`` for a database that another program keeps its tables in; ``SQLError``.
    @discardableResult
    public static func migrate(
        _ database: any SQLDatabase, _ settings: ServerSettings, ambient: Ambient = Ambient()
    ) async throws -> [Migration] {
        let now = ambient.now()
        do { return try await database.migrate(Schema.migrations, at: now) } catch SQLError.otherTables(let table) {
            let place = if case .sqlite(let path) = settings.database { " in \(path)" } else { "" }
            throw ServerSettings.Problem(
                name: "DATABASE_URL",
                need: "an empty database or one of this program, found the table '\(table)'\(place)")
        }
    }

    /// - Throws: ``ServerSettings/Problem`` for a SQLite file in a folder that is not there; ``SQLError``.
    public static func open(_ settings: ServerSettings) throws -> any SQLDatabase {
        switch settings.database {
        case .sqlite(let path):
            let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
                throw ServerSettings.Problem(
                    name: "DATABASE_URL", need: "a file in a folder that is there, found '\(path)'")
            }
            return try SQLiteDatabase(path: path)
        case .postgresql(let url):
            return PostgresDatabase(.init(url: url, connections: settings.databaseConnections))
        }
    }

    private static func httpServer(_ settings: ServerSettings) throws -> HTTPServerBuilder {
        let security = SecurityHeaders(isEncrypted: settings.isEncrypted)
        let counts = AddressLimitHandler.Counts(
            most: max(100, settings.connections / 4), exempt: settings.surroundings.clientAddress)
        let plain = HTTPServerBuilder.http1(
            configuration: .init(
                additionalChannelHandlers: [
                    AddressLimitHandler(counts), GuardHandler.Placement(security),
                ],
                idleTimeout: .seconds(Int64(settings.idleSeconds)),
                httpDecoderConfiguration: .init(maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 200)))
        guard let certificate = settings.tlsCertificate, let key = settings.tlsKey else { return plain }
        func read<Value>(_ name: String, _ need: String, _ body: () throws -> Value) throws -> Value {
            do { return try body() } catch { throw ServerSettings.Problem(name: name, need: "\(need): \(error)") }
        }
        let chain = try read("TLS_CERTIFICATE", "a PEM file of a certificate chain, found '\(certificate)'") {
            try NIOSSLCertificate.fromPEMFile(certificate).map { NIOSSLCertificateSource.certificate($0) }
        }
        let privateKey = try read("TLS_KEY", "a PEM file of a private key, found '\(key)'") {
            try NIOSSLPrivateKey(file: key, format: .pem)
        }
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain, privateKey: .privateKey(privateKey))
        tls.minimumTLSVersion = .tlsv12  // RFC 8996
        _ = try read("TLS_KEY", "the key of the certificate") { try NIOSSLContext(configuration: tls) }
        return try .tls(plain, tlsConfiguration: tls)
    }
}

/// PostgreSQL lacks migrations, or has those of a newer program.
public struct SchemaIsBehind: Error, CustomStringConvertible {
    public var found: Int
    public var known: Int

    public var description: String {
        found < known
            ? "the database has schema version \(found), this program needs \(known): run 'mockupaws migrate'"
            : "the database has schema version \(found), this program knows \(known): use the newer program"
    }
}

/// Closes the database once the server has ended.
private struct DatabaseLifetime: Service {
    let database: any SQLDatabase
    let audit: AuditService
    let logger: Logger

    func run() async throws {
        try await gracefulShutdown()
        do {
            try await audit.linkWaiting()
            try await audit.logEnd(to: logger)
        } catch { logger.error("audit events wait", metadata: ["error": "\(error)"]) }
        await database.close()
    }
}
