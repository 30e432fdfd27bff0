public import Domain
import Foundation
import HTTPAPI
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
public import Logging
import NIOCore
import NIOSSL
public import SQLDatabase
import ServiceLifecycle
import Storage
import UnixSignals

/// The program behind its ports: built by `mockupaws serve` and by the tests alike.
///
/// A class, because what it holds by value would be part of the layout that other modules are compiled for, and they are
/// not compiled anew when it changes.
public final class Server: Sendable {
    public let accounts: AccountService
    public let scenarios: ScenarioService
    public let database: any SQLDatabase
    private let application: Application<API>

    public static let version = "0.2.0"

    private init(
        accounts: AccountService, scenarios: ScenarioService, database: any SQLDatabase,
        application: Application<API>
    ) {
        (self.accounts, self.scenarios) = (accounts, scenarios)
        (self.database, self.application) = (database, application)
    }

    /// Opens the database and puts the parts together. SQLite gets its schema here; PostgreSQL must have it.
    /// - Parameters:
    ///   - prices: The price list, asked for each bill.
    ///   - priceLists: Which lists that is made of.
    ///   - onRunning: Called with the port once requests are taken.
    /// - Throws: ``SchemaIsBehind``, ``SQLError``, or what reading the TLS files throws.
    public static func build(
        _ settings: ServerSettings, prices: @escaping MetricsService.Prices,
        priceLists: @escaping @Sendable () throws -> [PriceListVersion] = { [] }, ambient: Ambient = Ambient(),
        logger: Logger, onRunning: @escaping @Sendable (Int) -> Void = { _ in }
    ) async throws -> Server {
        let database = try open(settings)
        switch settings.database {
        case .sqlite: try await database.migrate(Schema.migrations, at: ambient.now())
        case .postgresql:
            let known = Schema.migrations.last?.version ?? 0
            let found = try await database.schemaVersion()
            guard found == known else { throw SchemaIsBehind(found: found, known: known) }
        }
        let scenarios = ScenarioService(store: SQLScenarioStore(database), ambient: ambient)
        let traffic = SQLTrafficStore(database)
        let accounts = AccountService(store: SQLAccountStore(database), ambient: ambient)
        let health = HealthService(
            version: settings.version, startedAt: ambient.now(), ambient: ambient,
            checks: ["database": { try await database.read { try $0.query("SELECT 1") { _ in } } }])
        let metrics = MetricsService(scenarios: scenarios, store: traffic, prices: prices)
        let api = API(
            API.Services(
                accounts: accounts, scenarios: scenarios,
                ingest: IngestService(scenarios: scenarios, store: traffic, ambient: ambient),
                metrics: metrics, prices: PriceService(prices: prices, lists: priceLists), health: health,
                ambient: ambient), isEncrypted: settings.tlsCertificate != nil)
        let application = Application(
            responder: api, server: try httpServer(settings),
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: settings.port), serverName: "mockupaws"),
            services: [
                DatabaseLifetime(database: database), KeyExpiry(store: traffic, ambient: ambient, logger: logger),
            ],
            onServerRunning: { channel in onRunning(channel.localAddress?.port ?? settings.port) }, logger: logger)
        return Server(accounts: accounts, scenarios: scenarios, database: database, application: application)
    }

    /// Takes requests until SIGTERM or SIGINT, then finishes those that are under way, in ``drainSeconds`` at most.
    public func run() async throws {
        var group = ServiceGroupConfiguration(
            services: [application], gracefulShutdownSignals: [.sigterm, .sigint], logger: application.logger)
        group.maximumGracefulShutdownDuration = .seconds(Self.drainSeconds)
        try await ServiceGroup(configuration: group).run()
    }

    private static let drainSeconds = 20

    public static func open(_ settings: ServerSettings) throws -> any SQLDatabase {
        switch settings.database {
        case .sqlite(let path): try SQLiteDatabase(path: path)
        case .postgresql(let url):
            PostgresDatabase(.init(url: url, connections: settings.databaseConnections))
        }
    }

    private static func httpServer(_ settings: ServerSettings) throws -> HTTPServerBuilder {
        let plain = HTTPServerBuilder.http1(configuration: .init(additionalChannelHandlers: [ContinueHandler()]))
        guard let certificate = settings.tlsCertificate, let key = settings.tlsKey else { return plain }
        let chain = try NIOSSLCertificate.fromPEMFile(certificate).map { NIOSSLCertificateSource.certificate($0) }
        let privateKey = try NIOSSLPrivateKey(file: key, format: .pem)
        return try .tls(
            plain,
            tlsConfiguration: .makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(privateKey)))
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

    func run() async throws {
        try await gracefulShutdown()
        await database.close()
    }
}

/// Forgets delivery keys that are older than any shipper keeps trying, once an hour.
private struct KeyExpiry: Service {
    let store: any TrafficStore
    let ambient: Ambient
    let logger: Logger

    private static let days = 7.0
    private static let pause = Duration.seconds(3600)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do { try await store.forgetKeys(before: ambient.now().addingTimeInterval(-Self.days * 86_400)) } catch {
                    logger.warning("delivery keys could not be forgotten", metadata: ["error": "\(error)"])
                }
                do { try await Task.sleep(for: Self.pause) } catch { return }  // the server ends
            }
        }
    }
}
