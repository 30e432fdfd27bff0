public import ArgumentParser
import CostModel
import Domain
import Foundation
import Reports
public import Traffic

struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Meter recorded traffic and price it.",
        discussion: """
            Reads logs of any size in bounded memory, gzip and zstd included, keeps their exact profile, and prices it \
            with a workload: as observed, and for a month. A damaged line is counted and shown, never fatal.

              mockupaws replay access.log --workload api.yaml
              zcat *.gz | mockupaws replay - --log-format ndjson --workload api.yaml --growth 20%
              mockupaws replay access.log --profile-out traffic.profile
              mockupaws replay --profile-in traffic.profile --workload api.yaml --region us-east-1
            """)

    @Argument(help: "Log files; - is standard input.")
    var logs: [String] = []

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Prices the traffic; without one only the traffic is reported.", valueName: "file"))
    var workload: String?

    @Option(help: ArgumentHelp("Traffic kept earlier; may be repeated, and is added to the logs.", valueName: "file"))
    var profileIn: [String] = []

    @Option(help: ArgumentHelp("Keep the traffic's profile.", valueName: "file"))
    var profileOut: String?

    @OptionGroup var reading: ReadingOptions
    @OptionGroup var changes: WorkloadOptions
    @OptionGroup var projection: ProjectionOptions
    @OptionGroup var prices: PriceOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "Show how each figure comes about.")
    var explain = false

    func validate() throws {
        guard !logs.isEmpty || !profileIn.isEmpty else {
            throw ValidationError("No traffic: give a log file or --profile-in.")
        }
    }

    func run() throws {
        try Files.requireWritable(profileOut)
        try Files.requireWritable(output.output)
        // What is wrong is told before an hour of reading.
        let workload = try workload.map { try changes.workload($0) }
        let (projection, book) = (try projection.projection, try prices.book())
        var profile = TrafficProfile()
        var formats: [String] = []
        for path in profileIn { profile.merge(try ProfileFile.read(path)) }
        var reading = reading
        if workload?.estimatesTokens == true { reading.tokens = true }
        for path in logs {
            let (one, format) = try reading.profile(of: path)
            profile.merge(one)
            if let format { formats.append(format.rawValue) }
        }
        if let profileOut { try ProfileFile.write(profile, to: profileOut) }

        var report = TrafficReport(profile, formats: formats)
        if let workload {
            let (lookup, version) = try prices.lookup()
            let estimator = Estimator(lookup: lookup, privatePrices: book)
            let estimate = try estimator.estimate(workload, traffic: profile, projection: projection)
            report.add(estimate, workload: workload, catalogVersion: version)
        }
        try output.write(try report.rendered(output.format, explain: explain))
    }
}

/// How logs are read.
struct ReadingOptions: ParsableArguments {
    @Option(help: "Log format: \(LogFormat.allCases.map(\.rawValue).joined(separator: ", ")).")
    var logFormat: LogFormat = .auto

    @Option(
        help:
            "What an event's payload is: record (the logged line), request or response (bytes that an access log reports)."
    )
    var payload: MeterOptions.Payload = .record

    @Option(help: ArgumentHelp("Field with the payload's size in bytes.", valueName: "name"))
    var sizeField: String?

    @Option(help: ArgumentHelp("Field with the event's time.", valueName: "name"))
    var timestampField: String?

    @Option(help: ArgumentHelp("Field that names the source.", valueName: "name"))
    var sourceField: String?

    @Option(help: "Year of syslog times, which have none; this year unless given.")
    var year: Int?

    @Flag(help: "Sizes and times only: no PII, sources or tokens. Faster.")
    var sizesOnly = false

    @Flag(inversion: .prefixedNo, help: "Count PII and secrets.")
    var pii = true

    @Flag(help: "Count text for estimating tokens where the log reports none.")
    var tokens = false

    var options: MeterOptions {
        MeterOptions(
            format: logFormat, sizesOnly: sizesOnly, scanPII: pii, textCounts: tokens, timestampField: timestampField,
            sizeField: sizeField, sourceField: sourceField, payload: payload,
            year: year ?? Calendar(identifier: .gregorian).component(.year, from: Date()))
    }

    func profile(of path: String) throws -> (TrafficProfile, LogFormat?) {
        let name = path == "-" ? "stdin" : URL(filePath: path).lastPathComponent
        var meter = TrafficMeter(options: options, sourceName: name)
        var progress = ProgressBar(name, total: Files.size(of: path))
        do {
            try Files.chunks(of: path) { bytes in
                try meter.consume(bytes)
                progress.advance(by: bytes.count)
            }
            let profile = try meter.finish()
            progress.clear()
            return (profile, meter.format)
        } catch let error as MeterError {
            progress.clear()
            throw InputProblem(description: "\(path): \(error)")
        }
    }
}

extension LogFormat: ExpressibleByArgument {}
extension MeterOptions.Payload: ExpressibleByArgument {}
