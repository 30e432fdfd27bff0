import ArgumentParser
import CostModel
import Foundation

struct PricesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prices", abstract: "The price list: what is in it, and AWS's own files into it.",
        subcommands: [PricesBuild.self])
}

/// Makes the embedded catalogue from the collected facts; a developer's command.
struct PricesBuild: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build", abstract: "Make the embedded catalogue from collected facts.", shouldDisplay: false)

    @Argument(help: "price-facts.tsv") var facts: String
    @Argument(help: "price-sources.tsv") var sources: String
    @Option(name: .shortAndLong, help: "The catalogue to write.") var output: String

    func run() throws {
        var facts = try PriceFacts(facts: Files.text(facts), sources: Files.text(sources))
        let catalog = try facts.catalog()
        try Files.write(catalog.serialized(), to: output)
        let report = facts.report
        try StandardOutput.write(
            "\(report.facts) facts, \(report.prices) prices, \(report.seenMoreThanOnce) seen more than once, "
                + "\(report.disagreements.count) disagreements, \(report.composed.count) put together from several sources\n"
        )
        for line in report.disagreements + report.composed { try StandardOutput.write("  \(line)\n") }
    }
}
