import ArgumentParser
import CostModel
import Domain
import Foundation
import Reports
import Traffic

struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "Put bills side by side: files, regions, parameters.",
        discussion: """
            Every combination of file, region and --with is a column; all are compared with the first.

              mockupaws compare a.yaml b.yaml
              mockupaws compare api.yaml --profile-in traffic.profile --region us-east-1 --region eu-west-1
              mockupaws compare api.yaml --profile-in traffic.profile --with lambda.architecture=x86_64 --with lambda.architecture=arm64
            """)

    @Argument(help: "Workload or usage files.")
    var files: [String]

    @Option(help: "A region to price in; may be repeated.")
    var region: [String] = []

    @Option(
        help: ArgumentHelp(
            "A variant: one or more changed values, separated by commas; may be repeated.", valueName: "path=value,…"))
    var with: [String] = []

    @Option(help: "Another free tier than the files': none, always or first_year.")
    var freeTier: FreeTierChoice?

    @Option(help: ArgumentHelp("Traffic, kept by replay --profile-out, for files with steps.", valueName: "file"))
    var profileIn: String?

    @OptionGroup var projection: ProjectionOptions
    @OptionGroup var prices: PriceOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard max(files.count, 1) * max(region.count, 1) * max(with.count, 1) > 1 else {
            throw ValidationError("Nothing to compare: give a second file, a second --region or a second --with.")
        }
    }

    func run() throws {
        let (lookup, _) = try prices.lookup()
        let estimator = Estimator(lookup: lookup, privatePrices: try prices.book())
        let traffic = try profileIn.map { try ProfileFile.read($0) }
        var variants: [(name: String, bill: Bill)] = []
        let texts = try files.map { (file: $0, text: try Files.text($0)) }
        let names = try Set(texts.map { try Workload($0.text, file: $0.file).name })
        for (file, text) in texts {
            for region in region.isEmpty ? [nil] : region.map(Optional.some) {
                for change in with.isEmpty ? [nil] : with.map(Optional.some) {
                    var settings = change?.split(separator: ",").map(String.init) ?? []
                    if let region { settings.append("region=\(region)") }
                    if let freeTier { settings.append("free_tier=\(freeTier.rawValue)") }
                    let workload = try Workload(text, file: file, overrides: settings.map(WorkloadOverride.init))
                    let bill =
                        try traffic.map {
                            try estimator.estimate(workload, traffic: $0, projection: projection.projection).monthly
                        } ?? estimator.estimate(workload)
                    let title = names.count == files.count ? workload.name : file
                    let name = [files.count > 1 ? title : nil, region, change].compactMap(\.self)
                    variants.append((name.joined(separator: " "), bill))
                }
            }
        }
        try output.write(try ComparisonReport(variants).rendered(output.format))
    }
}
