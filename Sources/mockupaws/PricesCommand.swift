import ArgumentParser
import CostModel
import Foundation
import PriceStore
import Reports

struct PricesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prices", abstract: "The price list: what is in it, and AWS's own files into it.",
        subcommands: [
            PricesImport.self, PricesList.self, PricesShow.self, PricesSearch.self, PricesDiff.self, PricesVerify.self,
            PricesRollback.self, PricesBuild.self, PricesCoverage.self,
        ])
}

/// Where imported prices are.
struct StoreOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Directory of imported price lists.", valueName: "directory"))
    var priceStore: String?

    var store: PriceStore { PriceStore(directory: PriceOptions.directory(priceStore)) }

    /// The store, for reading from it.
    func existing() throws -> PriceStore {
        var isDirectory: ObjCBool = false
        if let priceStore, FileManager.default.fileExists(atPath: priceStore, isDirectory: &isDirectory),
            !isDirectory.boolValue
        {
            throw InputProblem(description: "\(priceStore): expected a directory of imported price lists")
        }
        try PriceOptions.requireDirectory(priceStore)
        return store
    }

    /// Imported prices first, then those that ship with the program.
    func lookup() throws -> PriceLookup { PriceLookup([StoredPrices(try existing()), try PriceCatalog.embedded()]) }
}

struct PricesList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "What prices there are, offer by offer.")

    @Argument(help: "Only this offer code: its prices, one a line.")
    var offer: String?

    @Option(help: "Only this region.")
    var region: String?

    @OptionGroup var options: StoreOptions

    func run() throws {
        if let offer { try listPrices(of: offer) } else { try listOffers() }
    }

    private func listOffers() throws {
        let embedded = try PriceCatalog.embedded()
        let imported = try options.existing().offers().filter(isWanted)
        let offers = embedded.offerCodes().map { code in
            (code: code, regions: embedded.regions(offerCode: code).filter { region == nil || region == $0 })
        }.filter { !$0.regions.isEmpty }
        if let region, offers.isEmpty, imported.isEmpty {
            throw InputProblem(description: "no prices in \(region)")
        }
        try tell("embedded catalogue of \(embedded.version): \(grouped(String(embedded.prices.count))) prices")
        for offer in offers { try tell("  \(offer.code): \(offer.regions.joined(separator: " "))") }
        for version in imported {
            let older = embedded.newest(than: version).map { ", older than the embedded prices of \($0)" } ?? ""
            try tell(
                "imported \(version.name), \(grouped(String(version.rates))) rates, on \(version.importedAt) from "
                    + version.source + older)
        }
    }

    private func isWanted(_ version: OfferVersion) -> Bool {
        region == nil || version.files.contains { $0.region == region }
    }

    private func listPrices(of offer: String) throws {
        var found = false
        for source in try options.lookup().sources {
            for region in try source.regions(offerCode: offer) where self.region == nil || self.region == region {
                for price in try source.prices(offerCode: offer, region: region, usageType: nil) {
                    found = true
                    try tell(price.line)
                }
            }
        }
        guard found else {
            throw InputProblem(description: "no prices of '\(offer)'\(region.map { " in \($0)" } ?? "")")
        }
    }
}

/// Writes a line. What a price list says of itself cannot steer the terminal.
func tell(_ line: String) throws { try StandardOutput.write(line.printable + "\n") }

extension OfferVersion {
    /// Which list of which day it is.
    var name: String {
        let day = publicationDate.isEmpty ? "" : " of \(publicationDate.prefix(10))"
        return "\(offerCode) (\(origin)) version \(version)\(day)"
    }
}

extension Price {
    /// One price in one line.
    fileprivate var line: String {
        let bands = tiers.map {
            tiers.count == 1 ? "$\($0.usd.exact)" : "from \($0.begin.formatted()): $\($0.usd.exact)"
        }
        let name = operation.isEmpty ? usageType : "\(usageType) (\(operation))"
        return "\(offerCode) \(region) \(name) \(bands.joined(separator: ", ")) per \(unit)"
    }
}

struct PricesShow: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "One price with its source.")

    @Argument(help: "Offer code: AWSLambda.") var offer: String
    @Argument(help: "Region: eu-west-1.") var region: String
    @Argument(help: "Usage type without the region's prefix.") var usageType: String
    @Option(help: "Operation, where several products share the usage type.") var operation: String?
    @OptionGroup var options: StoreOptions

    func run() throws {
        let key = PriceKey(offerCode: offer, region: region, usageType: usageType, operation: operation)
        let price = try options.lookup().price(key)
        for line in [price.line, price.description, "of \(price.effectiveDate), \(price.source)"] { try tell(line) }
    }
}

struct PricesSearch: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search", abstract: "Prices whose names or description hold every word.")

    @Argument(help: "Words, in any case.") var words: [String]
    @Option(help: "Only this region.") var region: String?
    @Option(help: "At most so many.") var limit = 50
    @OptionGroup var options: StoreOptions

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit \(limit): expected 1 or more") }
    }

    func run() throws {
        let text = words.joined(separator: " ")
        let imported = try options.existing().search(text, regions: region.map { [$0] } ?? [], limit: limit).map(
            \.price)
        let wanted = words.map { $0.lowercased() }
        let embedded = try PriceCatalog.embedded().prices.lazy.filter { price in
            guard region == nil || region == price.region else { return false }
            let names = "\(price.offerCode) \(price.region) \(price.usageType) \(price.operation) \(price.description)"
                .lowercased()
            return wanted.allSatisfy(names.contains)
        }
        let found = imported + embedded.prefix(max(0, limit - imported.count))
        guard !found.isEmpty else { throw InputProblem(description: "no price holds '\(text)'") }
        for price in found { try tell("\(price.line) · \(price.description)") }
    }
}

struct PricesDiff: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "What the last import of an offer changed.")

    @Argument(help: "Offer code.") var offer: String
    @OptionGroup var options: StoreOptions

    func run() throws {
        let difference = try options.existing().diff(offer: offer)
        for price in difference.removed { try tell("- \(price.line)") }
        for price in difference.added { try tell("+ \(price.line)") }
        for change in difference.changed {
            try tell("- \(change.before.line)")
            try tell("+ \(change.after.line)")
        }
        try tell(
            "\(difference.added.count) added, \(difference.removed.count) removed, \(difference.changed.count) changed")
    }
}

struct PricesVerify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Check every file against its checksum.")

    @OptionGroup var options: StoreOptions

    func run() throws {
        let embedded = try PriceCatalog.embedded()
        let problems = try options.existing().verify()
        guard problems.isEmpty else {
            throw InputProblem(description: problems.map { "\($0.path): \($0.reason)" }.joined(separator: "\n"))
        }
        let offers = try options.store.offers().count
        try tell("embedded catalogue of \(embedded.version) and \(offers) imported lists: whole")
    }
}

struct PricesRollback: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback", abstract: "Return to the version before the last import.")

    @Argument(help: "Offer code; what the last import changed unless given.") var offer: String?
    @OptionGroup var options: StoreOptions

    func run() throws {
        let store = try options.existing()
        let before = try store.offers()
        try store.rollback(offer: offer)
        let now = try store.offers()
        for version in now where !before.contains(version) {
            let former = before.first { $0.offerCode == version.offerCode && $0.origin == version.origin }
            try tell(
                "now \(version.name), imported on \(version.importedAt)"
                    + (former.map { "; was version \($0.version)" } ?? ""))
        }
        for version in before
        where !now.contains(where: { $0.offerCode == version.offerCode && $0.origin == version.origin }) {
            try tell("no longer \(version.name)")
        }
        try tell("the same command again returns to what was")
    }
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
