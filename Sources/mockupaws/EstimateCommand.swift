import ArgumentParser
import CostModel
import Domain
import Reports

struct EstimateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "estimate", abstract: "Price a workload or usage file.",
        discussion: """
            The file is YAML or JSON; docs/workload-format.md describes it. Each file gets a bill of its own.

              mockupaws estimate examples/containers-rds.yaml
              mockupaws estimate usage.json --format json --free-tier none
            """)

    @Argument(help: "Workload or usage files; - is standard input.")
    var files: [String]

    @OptionGroup var workload: WorkloadOptions
    @OptionGroup var prices: PriceOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "Show how each figure comes about.")
    var explain = false

    func run() throws {
        let (lookup, version) = try prices.lookup()
        let estimator = Estimator(lookup: lookup, privatePrices: try prices.book())
        let reports = try files.map { file in
            let workload = try workload.workload(file)
            return BillReport(
                title: workload.name, region: workload.region, view: "a month of \(workload.monthHours.formatted()) h",
                bill: try estimator.estimate(workload), catalogVersion: version)
        }
        try output.write(try BillReport.rendered(reports, output.format, explain: explain))
    }
}
