import App
import ArgumentParser
import CostModel
import Domain
import Foundation
import Logging
import PriceStore
import SQLDatabase

/// Where the settings come from.
struct SettingsOptions: ParsableArguments {
    @Option(
        name: .customLong("config"),
        help: ArgumentHelp("A file of NAME=value lines; the environment wins.", valueName: "file"))
    var file: String?

    var settings: ServerSettings { get throws { try read().settings } }

    func read() throws -> (settings: ServerSettings, shown: [(entry: ServerSettings.Entry, value: String)]) {
        let values = try file.map { try ServerSettings.values(of: Files.text($0), file: $0) } ?? [:]
        return try ServerSettings.read(environment: ProcessInfo.processInfo.environment, file: values)
    }
}

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run the service.",
        discussion: """
            Takes requests until Ctrl-C or SIGTERM, then finishes those under way. Settings come from the environment \
            or a file; 'mockupaws config' lists them. Without any, it listens on 127.0.0.1:8080 and keeps its data in \
            mockupaws.db.
            """)

    @OptionGroup var settings: SettingsOptions
    @OptionGroup var prices: PriceOptions

    func run() async throws {
        let settings = try settings.settings
        var logger =
            settings.logsJSON
            ? Logger(label: "mockupaws") { JSONLogHandler(label: $0) } : Logger(label: "mockupaws")
        logger.logLevel = settings.logLevel
        if settings.isReachableWithDefaultSecret {
            logger.warning(
                "SECRET_KEY is the default: who reaches this server can sign tokens; openssl rand -base64 48")
        }
        let (lookup, version) = try prices.lookup()
        let scheme = settings.tlsCertificate == nil ? "http" : "https"
        let server = try await Server.build(
            settings, prices: { (lookup, version) }, priceStore: prices.store, logger: logger
        ) { port in
            StandardError.write("listening on \(scheme)://\(settings.host):\(port)\n")
        }
        try await server.run()
    }
}

struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Bring the database's schema up to date.")

    @OptionGroup var settings: SettingsOptions

    func run() async throws {
        let settings = try settings.settings
        let database = try Server.open(settings)
        let applied = try await Server.migrate(database, settings)
        await database.close()
        let lines = applied.map { "applied \($0.version): \($0.name)\n" }
        try StandardOutput.write(lines.isEmpty ? "the schema is up to date\n" : lines.joined())
    }
}

struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Show the server's settings, secrets masked.")

    @OptionGroup var settings: SettingsOptions

    func run() async throws {
        let shown = try settings.read().shown
        let lines = shown.map { "# \($0.entry.doc)\n\($0.entry.name)=\($0.value)\n" }
        try StandardOutput.write(lines.joined(separator: "\n"))
    }
}
