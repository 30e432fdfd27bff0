import App
import ArgumentParser
import CostModel
import Domain
import Foundation
import Logging
import PriceStore
import SQLDatabase
import Storage

/// Where the settings come from.
struct SettingsOptions: ParsableArguments {
    @Option(
        name: .customLong("config"),
        help: ArgumentHelp("A file of NAME=value lines; the environment wins.", valueName: "file"))
    var file: String?

    var settings: ServerSettings {
        get async throws {
            try await ServerSettings.read(environment: ProcessInfo.processInfo.environment, file: file).settings
        }
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
        let settings = try await settings.settings
        var logger =
            settings.logsJSON
            ? Logger(label: "mockupaws") { JSONLogHandler(label: $0) } : Logger(label: "mockupaws")
        logger.logLevel = settings.logLevel
        let (lookup, version) = try prices.lookup()
        let scheme = settings.tlsCertificate == nil ? "http" : "https"
        let server = try await Server.build(
            settings, prices: { (lookup, version) }, priceLists: prices.lists, logger: logger
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
        let database = try Server.open(try await settings.settings)
        let applied = try await database.migrate(Schema.migrations, at: Date())
        await database.close()
        let lines = applied.map { "applied \($0.version): \($0.name)\n" }
        try StandardOutput.write(lines.isEmpty ? "the schema is up to date\n" : lines.joined())
    }
}

struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Show the server's settings, passwords masked.")

    @OptionGroup var settings: SettingsOptions

    func run() async throws {
        let shown = try await ServerSettings.read(
            environment: ProcessInfo.processInfo.environment, file: settings.file
        ).shown
        let lines = shown.map { "# \($0.entry.doc)\n\($0.entry.name)=\($0.value)\n" }
        try StandardOutput.write(lines.joined(separator: "\n"))
    }
}

/// The services behind the database, for the operator's commands.
private func withAccounts(_ options: SettingsOptions, _ body: (Server) async throws -> Void) async throws {
    let server = try await Server.build(
        try await options.settings, prices: { (PriceLookup([]), "") }, logger: Logger(label: "mockupaws"))
    do { try await body(server) } catch {
        await server.database.close()
        throw error
    }
    await server.database.close()
}

struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Users of the service.", subcommands: [Add.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Add a user.")

        @Argument(help: "E-mail address.")
        var email: String

        @OptionGroup var settings: SettingsOptions

        func run() async throws {
            try await withAccounts(settings) { server in
                let user = try await server.accounts.addUser(email: email)
                try StandardOutput.write("\(user.id.uuidString.lowercased())\n")
            }
        }
    }
}

struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "API keys.", subcommands: [Add.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make an API key and print it; it is not shown again.")

        @Argument(help: "The user's e-mail address.")
        var email: String

        @Option(help: "What the key is for.")
        var name = "key"

        @Option(help: "The only scenario that the key may touch, by its id.")
        var scenario: String?

        @OptionGroup var settings: SettingsOptions

        func validate() throws {
            guard scenario.map({ UUID(uuidString: $0) != nil }) ?? true else {
                throw ValidationError("--scenario: expected a scenario's id")
            }
        }

        func run() async throws {
            try await withAccounts(settings) { server in
                let user = try await server.accounts.user(email: email)
                let bound = scenario.flatMap(UUID.init)
                let (_, secret) = try await server.accounts.addKey(named: name, for: user.id, scenario: bound)
                try StandardOutput.write("\(secret)\n")
            }
        }
    }
}
