public import ArgumentParser
public import CostModel
import Domain
import Foundation
import Glibc
import PriceStore
public import Reports

extension ReportFormat: ExpressibleByArgument {}
extension FreeTierChoice: ExpressibleByArgument {}

/// Which prices count.
struct PriceOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Directory of imported price lists.", valueName: "directory"))
    var priceStore: String?

    @Option(
        help: ArgumentHelp("A file of private prices and discounts, used before the workload's own.", valueName: "file")
    )
    var priceBook: String?

    /// `MOCKUPAWS_PRICES`, else `$XDG_DATA_HOME/mockupaws/prices`, else `~/.local/share/mockupaws/prices`.
    static func directory(_ given: String?) -> String {
        let environment = ProcessInfo.processInfo.environment
        if let directory = given ?? environment["MOCKUPAWS_PRICES"] { return directory }
        let data = environment["XDG_DATA_HOME"] ?? (environment["HOME"] ?? ".") + "/.local/share"
        return data + "/mockupaws/prices"
    }

    /// A directory that somebody named is there, or its name is a slip.
    static func requireDirectory(_ given: String?) throws {
        guard let given else { return }
        guard access(given, R_OK | X_OK) == 0 else { throw FileProblem.current(given) }
    }

    /// Imported prices first, then those that ship with the program.
    func lookup() throws -> (lookup: PriceLookup, version: String) {
        try Self.requireDirectory(priceStore)
        let embedded = try PriceCatalog.embedded()
        return (PriceLookup([StoredPrices(store), embedded]), embedded.version)
    }

    /// Where imported prices are.
    var store: PriceStore { PriceStore(directory: Self.directory(priceStore)) }

    func book() throws -> PriceBook {
        guard let priceBook else { return PriceBook() }
        return try PriceBook(Files.text(priceBook), file: priceBook)
    }
}

/// What the command line changes in a workload file.
struct WorkloadOptions: ParsableArguments {
    @Option(help: "Another region than the file's.")
    var region: String?

    @Option(help: "Another free tier than the file's: none, always or first_year.")
    var freeTier: FreeTierChoice?

    @Option(help: "Hours of a month, 1 to 744; AWS's calculator uses 730.")
    var monthHours: String?

    @Option(
        help: ArgumentHelp(
            "Change a value of the file: lambda.memory_mb=512, steps[1].sqs.batch=10.", valueName: "path=value"))
    var set: [String] = []

    var overrides: [WorkloadOverride] {
        get throws {
            var texts = set
            if let region { texts.append("region=\(region)") }
            if let freeTier { texts.append("free_tier=\(freeTier.rawValue)") }
            if let monthHours { texts.append("month_hours=\(monthHours)") }
            return try texts.map(WorkloadOverride.init)
        }
    }

    func workload(_ path: String) throws -> Workload {
        try Workload(Files.text(path), file: path, overrides: overrides)
    }
}

struct OutputOptions: ParsableArguments {
    @Option(help: "table, json, csv or markdown.")
    var format: ReportFormat = .table

    @Option(
        name: .shortAndLong, help: ArgumentHelp("Write to a file instead; it is whole or not there.", valueName: "file")
    )
    var output: String?

    func write(_ text: String) throws {
        if let output { return try Files.write(text.utf8, to: output) }
        try StandardOutput.write(text)
    }
}

enum StandardOutput {
    static func write(_ text: String) throws {
        let bytes = [UInt8](text.utf8)
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            guard count >= 0 || errno == EINTR else { throw FileProblem.current("standard output", isOutput: true) }
            written += max(count, 0)
        }
    }
}

enum StandardError {
    /// Says something to the person at the terminal; what cannot be said, because it is closed or full, is let go.
    static func write(_ text: String) {
        let bytes = [UInt8](text.utf8)
        _ = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
