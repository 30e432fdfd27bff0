import App
import ArgumentParser
import Foundation
import Reports

@main
struct Mockupaws: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mockupaws",
        abstract: "What will this workload cost on AWS, before it is deployed?",
        discussion: """
            Exit codes: 0 done; 64 the command line is wrong; 65 the content of a file, a setting or a database is wrong, \
            or cannot be priced; 66 a file cannot be read; 74 writing failed; 70 anything else.
            """,
        version: Server.version,
        subcommands: [
            EstimateCommand.self, ReplayCommand.self, CompareCommand.self, WorkloadCommand.self, PricesCommand.self,
            ServeCommand.self, MigrateCommand.self, BackupCommand.self, RestoreCommand.self, ConfigCommand.self,
            UserCommand.self, KeyCommand.self, AuditCommand.self,
        ])

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            guard let code = ExitStatus(error) else { exit(withError: error) }  // the parser's own: help, wrong options
            StandardError.write("mockupaws: \("\(error)".printable)\n")
            Foundation.exit(code.rawValue)
        }
    }
}
