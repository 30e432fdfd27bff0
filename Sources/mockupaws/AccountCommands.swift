import App
public import ArgumentParser
import CostModel
public import Domain
import Foundation
import Logging
import PriceStore
import Reports
import SQLDatabase

/// The services behind the database, for the operator's commands.
/// - Parameter startsNew: Whether a SQLite database that is not there is made.
func withServices(
    _ options: SettingsOptions, startsNew: Bool = false, _ body: (Server) async throws -> Void
) async throws {
    let settings = try options.settings
    if !startsNew { try settings.requireDatabase() }
    let server = try await Server.build(
        settings, prices: { (PriceLookup([]), "") },
        priceStore: PriceStore(directory: PriceOptions.directory(nil)), logger: Logger(label: "mockupaws"))
    do {
        try await server.requireSecret()
        try await body(server)
    } catch {
        await server.database.close()
        throw error
    }
    do { try await server.audit.linkWaiting() } catch let error as AuditChain.Broken {
        StandardError.write("Warning: what was done waits to be put in the audit log: \(error)\n")
    }
    await server.database.close()
}

extension ServerSettings {
    /// - Throws: ``FileProblem`` for a SQLite database that is not there: its name is a slip.
    func requireDatabase() throws {
        if case .sqlite(let path) = database, access(path, R_OK) != 0 { throw FileProblem.current(path) }
    }
}

extension Role: ExpressibleByArgument {}
extension Plan: ExpressibleByArgument {}

struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Users of the service.",
        subcommands: [Add.self, List.self, Change.self, Password.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a user.",
            discussion: "Without --password the user signs in with keys, or asks for a password by mail.")

        @Argument(help: "E-mail address.")
        var email: String

        @Flag(help: "Read a password from standard input.")
        var password = false

        @Option(help: "user or admin.")
        var role: Role?

        @Option(help: "free, premium or enterprise.")
        var plan: Plan?

        @OptionGroup var settings: SettingsOptions

        func run() async throws {
            var change = UserService.Change()
            (change.role, change.plan) = (role, plan)
            let secret = password ? try readPassword() : nil
            try await withServices(settings, startsNew: true) { [change] server in
                let user = try await server.users.add(
                    email: email, password: secret, change, from: .commandLine)
                try StandardOutput.write("\(user.id.text)\n")
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List users, the newest first.")

        @Option(help: "Only with this text in address or name.")
        var q: String?

        @OptionGroup var settings: SettingsOptions

        func run() async throws {
            try await withServices(settings) { server in
                var table = TextTable([
                    ("id", .left), ("address", .left), ("name", .left), ("role", .left), ("plan", .left),
                    ("state", .left), ("created", .left),
                ])
                table.rows = try await server.users.all(with: q).map { user in
                    [
                        user.id.text, user.email, user.name, user.role.rawValue,
                        user.plan.rawValue, user.isDisabled ? "shut out" : "", user.createdAt.formatted(.iso8601),
                    ]
                }
                try StandardOutput.write(table.plain())
            }
        }
    }

    struct Change: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "change", abstract: "Change a user's role or plan, or shut one out.")

        @Argument(help: "E-mail address.")
        var email: String

        @Option(help: "user or admin.")
        var role: Role?

        @Option(help: "free, premium or enterprise.")
        var plan: Plan?

        @Flag(inversion: .prefixedEnableDisable, help: "Let the user in, or shut the user out.")
        var access: Bool?

        @OptionGroup var settings: SettingsOptions

        func run() async throws {
            var change = UserService.Change()
            (change.role, change.plan, change.isDisabled) = (role, plan, access.map { !$0 })
            try await withServices(settings) { [change] server in
                let user = try await server.users.change(email: email, change, from: .commandLine)
                let state = user.isDisabled ? ", shut out" : ""
                try StandardOutput.write("\(user.email): \(user.role.rawValue), \(user.plan.rawValue)\(state)\n")
            }
        }
    }

    struct Password: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Set a user's password, read from standard input, and end all sessions.")

        @Argument(help: "E-mail address.")
        var email: String

        @OptionGroup var settings: SettingsOptions

        func run() async throws {
            let secret = try readPassword()
            try await withServices(settings) { server in
                try await server.users.setPassword(email: email, secret, from: .commandLine)
            }
        }
    }
}

/// A line of standard input; not an argument, which other users of the machine could see.
private func readPassword() throws -> String {
    guard let line = readLine(), !line.isEmpty else {
        throw ValidationError("no password on standard input: printf '%s' \"$PASSWORD\" | mockupaws user …")
    }
    return line
}

struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "API keys.",
        subcommands: [Add.self, List.self, Rotate.self, Revoke.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make an API key and print it; it is not shown again.")

        @Argument(help: "The user's e-mail address.")
        var email: String

        @Option(help: "What the key is for.")
        var name = "key"

        @Option(help: "The only scenario that the key may touch, by its id.")
        var scenario: String?

        @Option(
            name: .customLong("scope"),
            help: ArgumentHelp(
                "What it may be used for: \(Scopes.names.joined(separator: ", ")); everything unless given."))
        var scopes: [String] = []

        @Option(help: "Days until it ends; never unless given.")
        var days: Int?

        @OptionGroup var settings: SettingsOptions

        func validate() throws {
            guard scenario.map({ UUID(uuidString: $0) != nil }) ?? true else {
                throw ValidationError("--scenario: expected a scenario's id")
            }
            guard Scopes(names: scopes) != nil else {
                throw ValidationError("--scope: expected some of \(Scopes.names.joined(separator: ", "))")
            }
            guard days.map({ (1...36_500).contains($0) }) ?? true else {
                throw ValidationError("--days: expected 1 to 36500")
            }
        }

        func run() async throws {
            var draft = KeyService.Draft()
            (draft.name, draft.scenario) = (name, scenario.flatMap(UUID.init))
            if let scopes = Scopes(names: scopes), !scopes.isEmpty { draft.scopes = scopes }
            draft.expiresAt = days.map { Date().addingTimeInterval(Double($0) * 86_400) }
            try await withServices(settings) { [draft] server in
                let user = try await server.users.user(email: email)
                let (_, secret) = try await server.keys.create(draft, for: user.id, from: .commandLine)
                try StandardOutput.write("\(secret)\n")
            }
        }
    }
}

extension KeyCommand {
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List a user's API keys.")

        @Argument(help: "The user's e-mail address.")
        var email: String

        @OptionGroup var settings: SettingsOptions

        func run() async throws {
            try await withServices(settings) { server in
                let user = try await server.users.user(email: email)
                var table = TextTable([
                    ("id", .left), ("name", .left), ("begins with", .left), ("scopes", .left), ("scenario", .left),
                    ("created", .left), ("ends", .left), ("last used", .left),
                ])
                table.rows = try await server.keys.list(of: user.id).map { key in
                    [
                        key.id.text, key.name, key.prefix,
                        key.scopes == .all ? "all" : key.scopes.names.joined(separator: " "),
                        key.scenario?.text ?? "any", key.createdAt.formatted(.iso8601),
                        key.expiresAt?.formatted(.iso8601) ?? "never", key.lastUsedAt?.formatted(.iso8601) ?? "never",
                    ]
                }
                try StandardOutput.write(table.plain())
            }
        }
    }

    /// Which key is meant.
    struct KeyArgument: ParsableArguments {
        @Argument(help: "The key's id; 'mockupaws key list' shows it.")
        var id: String

        func validate() throws {
            guard UUID(uuidString: id) != nil else { throw ValidationError("'\(id)': expected a key's id") }
        }

        var key: UUID { UUID(uuidString: id) ?? UUID() }  // validated
    }

    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put another API key in place of one, and print it; it is not shown again.")

        @OptionGroup var argument: KeyArgument

        @Option(help: "How long the old one still works; a day unless given.")
        var overlapSeconds = 86_400

        @OptionGroup var settings: SettingsOptions

        func validate() throws {
            guard (0...2_592_000).contains(overlapSeconds) else {
                throw ValidationError("--overlap-seconds: expected 0 to 2592000")
            }
        }

        func run() async throws {
            try await withServices(settings) { server in
                let (_, secret) = try await server.keys.rotate(
                    argument.key, overlap: TimeInterval(overlapSeconds), from: .commandLine)
                try StandardOutput.write("\(secret)\n")
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End an API key at once; a service that runs notices within ten seconds.")

        @OptionGroup var argument: KeyArgument
        @OptionGroup var settings: SettingsOptions

        func run() async throws {
            try await withServices(settings) { server in
                try await server.keys.revoke(argument.key, from: .commandLine)
            }
        }
    }
}

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "The audit log.", subcommands: [Verify.self])

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check that no entry was edited, removed or put elsewhere.",
            discussion: """
                Names the first that was, and exits with 65 then. Prints where the log ends: kept elsewhere and given with \
                --expect later, it shows that the log was not emptied or put back to an earlier state. The service logs \
                the same as it starts and stops. Needs the SECRET_KEY that the service runs with, and changes nothing.
                """)

        @Option(
            help: ArgumentHelp("An end of the log that was printed before.", valueName: "sequence:link"))
        var expect: String?

        @OptionGroup var settings: SettingsOptions

        func validate() throws {
            guard expect.map({ AuditPlace($0) != nil }) ?? true else {
                throw ValidationError(
                    "--expect: expected what 'mockupaws audit verify' or the service printed: 12:9f3c…")
            }
        }

        func run() async throws {
            let settings = try settings.settings
            try settings.requireDatabase()
            try await Server.withAuditLog(settings) { audit in
                let found = try await audit.verify(expecting: expect.flatMap(AuditPlace.init))
                let waiting = found.waiting > 0 ? ", \(found.waiting) waiting to be put in line" : ""
                guard let flaw = found.flaw else {
                    let text = "\(found.entries) entries, none changed\(waiting)\nend \(found.end)\n"
                    return try StandardOutput.write(text)
                }
                throw InputProblem(description: "after \(found.entries) entries: \(flaw)")
            }
        }
    }
}
