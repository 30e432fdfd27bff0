import ArgumentParser
import CostModel
import Foundation
import PriceStore
import Reports

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
        for line in report.summary { try tell(line) }
        try warnOfOlder(report.imported)
    }

    /// Imported prices are asked first, so an older list hides newer prices that ship with the program.
    private func warnOfOlder(_ versions: [OfferVersion]) throws {
        let embedded = try PriceCatalog.embedded()
        for version in versions {
            guard let newest = embedded.newest(than: version) else { continue }
            let undo = "'mockupaws prices rollback \(version.offerCode)'"
            StandardError.write(
                "mockupaws: \(version.name) is older than the embedded prices of \(newest) and hides them (\(undo))\n")
        }
    }
}

extension ImportReport {
    fileprivate var summary: [String] {
        var lines = imported.map { "\($0.name): \(grouped(String($0.rates))) rates in \($0.regions.count) regions" }
        if imported.isEmpty { lines.append("nothing new") }
        lines += leftOut.map { "left out: \(grouped(String($0.count))) \($0.what)" }
        return lines + notes.map { "note: \($0)" } + skipped.map { "skipped \($0.source): \($0.reason)" }
    }
}
