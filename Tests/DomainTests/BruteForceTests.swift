import CostModel
import TestSupport
import Testing
import Traffic

@testable import Domain

/// The bill from the profile is the bill from the raw records, to the last unit.
@Suite struct BruteForceTests {
    /// Records of one shard, as NDJSON lines of given sizes.
    private func lines(sizes: [Int]) -> [UInt8] {
        var text: [UInt8] = []
        for (index, size) in sizes.enumerated() {
            let head = #"{"ts":"2026-03-01T10:\#(10 + index % 50):00Z","m":""#
            text +=
                Array(head.utf8) + [UInt8](repeating: 0x61, count: max(0, size - head.utf8.count - 2))
                + Array("\"}\n".utf8)
        }
        return text
    }

    private func profile(_ bytes: [UInt8]) throws -> TrafficProfile {
        var meter = TrafficMeter(options: MeterOptions(format: .ndjson), sourceName: "test")
        try bytes.withUnsafeBytes { try meter.consume($0) }
        return try meter.finish()
    }

    private func ceiling(_ value: Int, _ unit: Int) -> Int { max(1, (value + unit - 1) / unit) }

    @Test(arguments: UInt64(1)...25)
    func everyRoundingIsExact(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let scales = [200, 5_000, 70_000, 300_000, 1_000_000]
        let sizes = (0..<40).map { _ in
            Int.random(in: 60...(scales.randomElement(using: &random) ?? 200), using: &random)
        }
        let cut = Int.random(in: 0...sizes.count, using: &random)
        let recorded = [Array(sizes[..<cut]), Array(sizes[cut...])].map { lines(sizes: $0) }
        let profile = try profile(recorded[0]).merging(profile(recorded[1]))
        let flow = try EventFlow(profile)
        #expect(flow.count == sizes.count)
        #expect(flow.bytes == sizes.reduce(0, +))
        for kib in [1, 4, 5, 25, 32, 64, 256, 512] {
            #expect(try flow.units(ofKiB: kib) == sizes.map { ceiling($0, kib * 1_024) }.reduce(0, +), "\(kib) KiB")
        }
    }

    @Test(arguments: UInt64(1)...10)
    func stepsBillWhatTheRecordsAre(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let sizes = (0..<60).map { _ in Int.random(in: 60...200_000, using: &random) }
        let text = """
            region: us-east-1
            free_tier: none
            steps:
              - sqs: { receive: false, delete: false }
              - sns: {}
              - eventbridge: {}
              - dynamodb: {}
              - kinesis: { mode: provisioned, shards: 1 }
              - api_gateway: { type: http, share: 50% }
              - cloudwatch_logs: {}
            """
        let workload = try Workload(text, file: "w.yaml")
        let estimator = Estimator(lookup: PriceLookup([try PriceCatalog.embedded()]))
        let estimate = try estimator.estimate(workload, traffic: profile(lines(sizes: sizes)), projection: Projection())
        let observed = try #require(estimate.observed)
        let found = Dictionary(
            observed.lines.map { ($0.usage.label, $0.usage.quantity) }, uniquingKeysWith: { first, _ in first })
        func units(_ kib: Int) -> Int { sizes.map { ceiling($0, kib * 1_024) }.reduce(0, +) }
        #expect(found["Requests (standard)"] == Quantity(units(64)))
        #expect(found["Publish requests"] == Quantity(units(64)))
        #expect(found["Custom events"] == Quantity(units(64)))
        #expect(found["Write request units"] == Quantity(units(1)))
        #expect(found["PUT payload units"] == Quantity(units(25)))
        #expect(try found["Requests (HTTP API)"] == Quantity(units(512)) / 2)
        #expect(try found["Ingestion"] == Quantity(sizes.reduce(0, +)) / Quantity(1 << 30))
        // And the month is the observation, scaled: 50 distinct minutes of one hour.
        let scale = try #require(estimate.scale)
        #expect(try scale == Quantity(730 * 60) / 50)
        let monthly = estimate.monthly.lines.first { $0.usage.label == "Custom events" }
        #expect(try monthly?.usage.quantity == Quantity(units(64)) * scale)
    }
}

/// What recorded traffic leads to where a rule looks at more than sizes.
@Suite struct RecordedTrafficTests {
    private func lines(_ steps: String, _ log: String) throws -> [String: Quantity] {
        var meter = TrafficMeter(options: MeterOptions(), sourceName: "test")
        try Array(log.utf8).withUnsafeBytes { try meter.consume($0) }
        let workload = try Workload("region: us-east-1\nsteps:\n  - \(steps)", file: "w.yaml")
        let estimator = Estimator(lookup: PriceLookup([try PriceCatalog.embedded()]))
        let estimate = try estimator.estimate(
            workload, traffic: meter.finish(), projection: Projection(observedHours: 1))
        return Dictionary(
            try #require(estimate.observed).lines.map { ($0.usage.label, $0.usage.quantity) },
            uniquingKeysWith: { first, _ in first })
    }

    @Test func aBatchHoldsTheMeanOfTheBytes() throws {
        // Ten are 63,510 bytes: one unit; counted in whole KB they would be two.
        let record = String(repeating: "x", count: 6_351)
        let log = String(repeating: record + "\n", count: 1_000)
        #expect(try lines("sqs: { batch: 10, receive: false, delete: false }", log) == ["Requests (standard)": 100])
    }

    private static let report =
        "REPORT RequestId: 3f2a\tDuration: 999.00 ms\tBilled Duration: 1000 ms\t"
        + "Memory Size: 1024 MB\tMax Memory Used: 80 MB\n"

    @Test func recordedDurationsBillTheTemporaryStorage() throws {
        let found = try lines("lambda: { ephemeral_storage_mb: 1536 }", String(repeating: Self.report, count: 10))
        #expect(found == ["Requests (x86_64)": 10, "Duration (x86_64)": 10, "Ephemeral storage": 10])
    }

    @Test func aGivenMemoryReplacesTheRecorded() throws {
        let found = try lines("lambda: { memory_mb: 2048 }", String(repeating: Self.report, count: 10))
        #expect(found == ["Requests (x86_64)": 10, "Duration (x86_64)": 20])
    }

    @Test func theObservedBillCoversTheHoursObserved() throws {
        let log = String(repeating: String(repeating: "x", count: 1_023) + "\n", count: 2_048)
        let found = try lines("kinesis: { mode: provisioned, shards: 2 }", log)
        #expect(found == ["Shard hours": 2, "PUT payload units": 2_048])
    }

    @Test func whatIsOfTheSameSizeIsCountedSo() throws {
        let log = String(repeating: String(repeating: "x", count: 100_000) + "\n", count: 10)  // two chunks each
        let found = try lines("eventbridge: { pipes_requests: 7, cross_account_events: 5, partner_events: 3 }", log)
        let chunks: [String: Quantity] = [
            "Custom events": 20, "Pipes": 14, "Cross-account events": 10, "Partner events": 6,
        ]
        #expect(found == chunks)
    }

    @Test func hugeDurationsAreCountedExactly() throws {
        let huge =
            "REPORT RequestId: 3f2a\tDuration: 1 ms\tBilled Duration: 1000000000 ms\tMemory Size: 1048576 MB\t"
            + "Max Memory Used: 80 MB\n"
        let found = try lines("lambda: {}", String(repeating: huge, count: 10_000))
        #expect(found["Duration (x86_64)"] == Quantity(10_000 * 1_000_000 * 1_024))
    }

    @Test func smallObjectsInColdClassesFillTheirMinimum() throws {
        let log = String(repeating: String(repeating: "x", count: 6_000) + "\n", count: 8_192)
        let found = try lines("s3: { storage_class: glacier_ir, retention_days: 1 }", log)
        #expect(try found["Storage (glacier_ir)"] == Quantity(90 * 24) / 730)  // 1 GB of 128 KB objects for 90 days
    }

    @Test func balancersShareTheRecordedTraffic() throws {
        let log = String(repeating: String(repeating: "x", count: 1_023) + "\n", count: 4_096)
        let one = try lines("load_balancer: { hours: 1 }", log)
        let two = try lines("load_balancer: { hours: 1, count: 2 }", log)
        #expect(two["Capacity units (alb)"] == one["Capacity units (alb)"])
        #expect(try two["Hours (alb)"] == #require(one["Hours (alb)"]) * 2)
    }
}

/// The time that a month is projected from.
@Suite struct ObservedTimeTests {
    private func time(_ minutes: [(day: Int, minute: Int, events: Int)]) throws -> ObservedTime {
        var meter = TrafficMeter(options: MeterOptions(), sourceName: "test")
        for (day, minute, events) in minutes {
            let date = day == 0 ? "1970-01-01" : "2026-03-\(day < 10 ? "0" : "")\(day)"
            let line = "{\"time\":\"\(date)T08:\(minute < 10 ? "0" : "")\(minute):00Z\"}\n"
            try Array(String(repeating: line, count: events).utf8).withUnsafeBytes { try meter.consume($0) }
        }
        return try #require(ObservedTime(meter.finish()))
    }

    @Test func aFewStraysDoNotStretchIt() throws {
        let found = try time([(0, 0, 2), (9, 10, 500), (9, 19, 500), (30, 0, 1)])
        #expect(found.minutes == 10)
        #expect(found.strays == 3)
    }

    @Test func quietDaysBelongToIt() throws {
        #expect(try time([(2, 0, 50), (9, 0, 500)]).minutes == 7 * 1_440 + 1)
        #expect(try time([(2, 0, 1), (2, 50, 1)]).minutes == 51)
    }
}

/// Tokens come from the records, else from an estimate, else from the workload; never from nowhere.
@Suite struct TokenTests {
    private let estimator: Estimator

    init() throws { estimator = Estimator(lookup: PriceLookup([try PriceCatalog.embedded()])) }

    private func tokens(_ line: String, _ parameters: String) throws -> [String: Quantity] {
        var meter = TrafficMeter(options: MeterOptions(textCounts: true), sourceName: "test")
        let text = String(repeating: line + "\n", count: 10)
        try Array(text.utf8).withUnsafeBytes { try meter.consume($0) }
        let workload = try Workload(
            "region: us-east-1\nsteps:\n  - bedrock: { model: anthropic.claude-3-5-haiku\(parameters) }", file: "w.yaml"
        )
        #expect(workload.estimatesTokens == !parameters.contains("input_tokens"))
        let estimate = try estimator.estimate(workload, traffic: meter.finish(), projection: Projection())
        let lines = try #require(estimate.observed).lines
        return Dictionary(uniqueKeysWithValues: lines.map { ($0.usage.key.operation ?? "", $0.usage.quantity) })
    }

    private let reported = #"{"time":"2026-03-02T08:00:00Z","usage":{"input_tokens":7,"output_tokens":3}}"#
    private let silent = #"{"time":"2026-03-02T08:00:00Z","question":"What will it cost?"}"#

    @Test func reportedTokensAreExact() throws {
        #expect(try tokens(reported, "") == ["input tokens": 70, "output tokens": 30])
    }

    @Test func theInputIsEstimatedFromTextAndTheOutputHasToBeGiven() throws {
        let found = try tokens(silent, ", output_tokens: 5")
        #expect(found["output tokens"] == 50)
        let input = try #require(found["input tokens"])
        #expect(input > 100 && input < 600)  // 10 records of some 65 bytes
        #expect { try tokens(silent, "") } throws: { "\($0)".contains("output_tokens: is needed") }
    }

    @Test func whatTheWorkloadSaysWins() throws {
        #expect(
            try tokens(reported, ", input_tokens: 2, output_tokens: 1") == ["input tokens": 20, "output tokens": 10])
    }
}
