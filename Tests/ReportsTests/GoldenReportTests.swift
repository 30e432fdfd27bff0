import CostModel
import Domain
import Foundation
import Testing
import Traffic

@testable import Reports

/// Reports are compared with stored files that a person can read. `UPDATE_GOLDEN=1 swift test` writes them anew.
@Suite struct GoldenReportTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

    private static let prices = PriceCatalog(
        version: "2026-01-31",
        prices: [
            ("AWSLambda", "Lambda-GB-Second", "GB-Seconds", ["0:0.0000166667", "6000000000:0.000015"]),
            ("AWSLambda", "Request", "Requests", ["0:0.0000002"]),
            ("AWSQueueService", "Requests-RBP", "Requests", ["0:0.0000004", "100000:0.0000003"]),
            ("AmazonDynamoDB", "TimedStorage-ByteHrs", "GB-Mo", ["0:0", "25:0.25"]),
        ].map { offer, usageType, unit, bands in
            let tiers = bands.map { band in
                let sides = band.split(separator: ":")
                return PriceTier(begin: Self.quantity(sides[0]), end: nil, usd: Self.usd(sides[1]))
            }
            return Price(
                offerCode: offer, region: "us-east-1", usageType: usageType, unit: unit,
                tiers: tiers.indices.map { index in
                    var tier = tiers[index]
                    if index + 1 < tiers.count { tier.end = tiers[index + 1].begin }
                    return tier
                }, effectiveDate: "2026-01-31", source: "a test: page 1")
        })

    private static func quantity(_ text: Substring) -> Quantity { (try? Quantity(text)) ?? -1 }
    private static func usd(_ text: Substring) -> USD { (try? USD(text)) ?? USD(picodollars: -1) }

    private static let workload = """
        name: golden | example
        region: us-east-1
        steps:
          - sqs: { batch: 10, label: jobs }
          - lambda: { memory_mb: 512, duration_ms: 100.5 }
        fixed:
          - dynamodb: { storage_gb: 30 }
        usage:
          - sqs: { messages: 0, requests: 150_000 }
          - raw: { offer: Own, usage_type: "Thing, large", quantity: 1/3, usd: 0.1, unit: Things }
        prices:
          - { service: lambda, discount: 10% }
        """

    private func bill() throws -> BillReport {
        let text = Self.workload.replacing("steps:", with: "usage:").replacing(
            "\nusage:\n  - sqs: { messages", with: "\n  - sqs: { messages"
        )
        .replacing("fixed:\n  - dynamodb", with: "  - dynamodb").replacing(
            "lambda: { memory", with: "lambda: { requests: 3_000_000, memory")
        let workload = try Workload(text, file: "golden.yaml")
        let bill = try Estimator(lookup: PriceLookup([Self.prices])).estimate(workload)
        return BillReport(
            title: workload.name, region: workload.region, view: "a month of 730 h", bill: bill,
            catalogVersion: "2026-01-31")
    }

    private func traffic() throws -> TrafficReport {
        var text = ""
        for index in 0..<100 {
            text +=
                #"{"time":"2026-03-02T08:\#(10 + index % 30):00Z","service":"shop","mail":"a\#(index)@example.com"}"#
                + "\n"
        }
        text += "{ broken 12345\n\n"
        var meter = TrafficMeter(options: MeterOptions(), sourceName: "golden.ndjson")
        try Array(text.utf8).withUnsafeBytes { try meter.consume($0) }
        let profile = try meter.finish()
        let workload = try Workload(Self.workload, file: "golden.yaml")
        var report = TrafficReport(profile, formats: ["ndjson"])
        let estimator = Estimator(lookup: PriceLookup([Self.prices]))
        report.add(
            try estimator.estimate(workload, traffic: profile, projection: Projection()), workload: workload,
            catalogVersion: "2026-01-31")
        return report
    }

    private func expectGolden(_ text: String, _ name: String) throws {
        let url = Self.folder.appending(path: name)
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil { try Data(text.utf8).write(to: url) }
        let stored = try String(contentsOf: url, encoding: .utf8)
        #expect(text == stored, "\(name) differs")
    }

    @Test(arguments: ReportFormat.allCases) func bills(_ format: ReportFormat) throws {
        try expectGolden(try bill().rendered(format, explain: true), "bill.\(format.rawValue).txt")
    }

    @Test(arguments: ReportFormat.allCases) func replays(_ format: ReportFormat) throws {
        try expectGolden(try traffic().rendered(format, explain: false), "replay.\(format.rawValue).txt")
    }

    @Test(arguments: ReportFormat.allCases) func comparisons(_ format: ReportFormat) throws {
        let bill = try bill().bill
        var other = bill
        other.lines.removeFirst()
        other.total = try other.lines.map(\.chosen.cost).sum()
        let report = ComparisonReport([("first", bill), ("without jobs", other)])
        try expectGolden(try report.rendered(format), "comparison.\(format.rawValue).txt")
    }

    @Test(arguments: [
        ("0", "$0.00"), ("0.004", "$0.004000"), ("0.0000004", "<$0.000001"), ("1234.5", "$1,234.50"),
        ("-0.5", "-$0.50"),
        ("-1234567.891", "-$1,234,567.89"),
    ])
    func showsSmallAmountsAndThousands(_ amount: String, _ shown: String) throws {
        #expect(try USD(amount).shown == shown)
    }
}
