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
        try PriceOptions.requireDirectory(priceStore)
        return store
    }

    /// Imported prices first, then those that ship with the program.
    func lookup() throws -> PriceLookup { PriceLookup([StoredPrices(try existing()), try PriceCatalog.embedded()]) }
}

struct PricesImport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Import AWS's bulk price lists: files, a directory or a URL.",
        discussion: """
            Offer files (JSON and CSV), savings plans, and the indexes that lead to them. The former version is kept; a \
            file that is damaged or something else changes nothing.

              mockupaws prices import AmazonEC2/current/index.json
              mockupaws prices import https://…/offers/v1.0/aws/index.json --service AWSLambda --region eu-west-1
            """)

    @Argument(help: "A file, a directory, or an http(s) URL.")
    var source: String

    @Option(help: "With an index: only this offer code; may be repeated.")
    var service: [String] = []

    @Option(help: "With an index: only this region; may be repeated.")
    var region: [String] = []

    @OptionGroup var options: StoreOptions

    func run() throws {
        let (store, now) = (options.store, Date().formatted(.iso8601))
        var bars: [String: ProgressBar] = [:]
        let progress: (ImportProgress) -> Void = { state in
            let name = URL(filePath: state.source).lastPathComponent
            var bar = bars[state.source] ?? ProgressBar(name, total: state.bytesTotal)
            bar.advance(to: state.bytesDone, note: "\(state.rates) rates")
            if state.bytesDone == state.bytesTotal { bar.clear() }
            bars[state.source] = bar
        }
        let filter = ImportFilter(services: service, regions: region)
        let report: ImportReport
        var isDirectory: ObjCBool = false
        if source.contains("://") {
            report = try store.importURL(source, importedAt: now, filter: filter, progress: progress)
        } else if FileManager.default.fileExists(atPath: source, isDirectory: &isDirectory), isDirectory.boolValue {
            report = try store.importDirectory(source, importedAt: now, progress: progress)
        } else {
            report = try store.importFile(source, importedAt: now, filter: filter, progress: progress)
        }
        try StandardOutput.write(report.summary)
        try warnOfOlder(report.imported)
    }

    /// Imported prices are asked first, so an older list hides newer prices that ship with the program.
    private func warnOfOlder(_ versions: [OfferVersion]) throws {
        let embedded = try PriceCatalog.embedded()
        for version in versions where !version.publicationDate.isEmpty {
            let dates = embedded.prices.lazy.filter { $0.offerCode == version.offerCode }.map(\.effectiveDate)
            guard let newest = dates.max(), version.publicationDate.prefix(10) < newest else { continue }
            StandardError.write(
                "mockupaws: \(version.offerCode) is of \(version.publicationDate.prefix(10)), the embedded prices of "
                    + "\(newest); the imported ones are used ('mockupaws prices rollback \(version.offerCode)' undoes it)\n"
            )
        }
    }
}

extension ImportReport {
    fileprivate var summary: String {
        var text = imported.map {
            "\($0.offerCode) \($0.version) (\($0.origin)): \(grouped(String($0.rates))) rates in \($0.regions.count) regions\n"
        }.joined()
        if imported.isEmpty { text += "nothing new\n" }
        for (count, what) in [
            (productsWithoutTerms, "products without a price"), (termsWithoutProduct, "prices without a product"),
            (ratesWithoutPrice, "rates without an amount"), (duplicateRates, "rates given twice"),
            (irregularRates, "rates whose bands overlap or leave a gap"),
        ] where count > 0 { text += "left out: \(grouped(String(count))) \(what)\n" }
        for note in notes { text += "note: \(note)\n" }
        for one in skipped { text += "skipped \(one.source): \(one.reason)\n" }
        return text
    }
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
        let embedded = try PriceCatalog.embedded()
        guard let offer else {
            try StandardOutput.write(
                "embedded catalogue of \(embedded.version): \(grouped(String(embedded.prices.count))) prices\n")
            for code in embedded.offerCodes() {
                let regions = embedded.regions(offerCode: code).filter { region == nil || region == $0 }
                guard !regions.isEmpty else { continue }
                try StandardOutput.write("  \(code): \(regions.joined(separator: " "))\n")
            }
            for version in try options.existing().offers() where isWanted(version) {
                try StandardOutput.write(
                    "imported \(version.offerCode) \(version.version) (\(version.origin)), \(grouped(String(version.rates))) rates, "
                        + "on \(version.importedAt) from \(version.source)\n")
            }
            return
        }
        try listPrices(of: offer)
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
                    try StandardOutput.write(price.line + "\n")
                }
            }
        }
        guard found else {
            throw InputProblem(description: "no prices of '\(offer)'\(region.map { " in \($0)" } ?? "")")
        }
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
        try StandardOutput.write("\(price.line)\n\(price.description)\nof \(price.effectiveDate), \(price.source)\n")
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
        for price in found { try StandardOutput.write("\(price.line) · \(price.description)\n") }
    }
}

struct PricesDiff: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "What the last import of an offer changed.")

    @Argument(help: "Offer code.") var offer: String
    @OptionGroup var options: StoreOptions

    func run() throws {
        let difference = try options.existing().diff(offer: offer)
        for price in difference.removed { try StandardOutput.write("- \(price.line)\n") }
        for price in difference.added { try StandardOutput.write("+ \(price.line)\n") }
        for change in difference.changed {
            try StandardOutput.write("- \(change.before.line)\n+ \(change.after.line)\n")
        }
        try StandardOutput.write(
            "\(difference.added.count) added, \(difference.removed.count) removed, \(difference.changed.count) changed\n"
        )
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
        try StandardOutput.write("embedded catalogue of \(embedded.version) and \(offers) imported lists: whole\n")
    }
}

struct PricesRollback: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback", abstract: "Return to the version before the last import.")

    @Argument(help: "Offer code; what the last import changed unless given.") var offer: String?
    @OptionGroup var options: StoreOptions

    func run() throws {
        let store = try options.existing()
        let former = Set(try store.offers())
        try store.rollback(offer: offer)
        for version in try store.offers() where !former.contains(version) {
            try StandardOutput.write(
                "\(version.offerCode) (\(version.origin)) is version \(version.version) again, imported on \(version.importedAt)\n"
            )
        }
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
