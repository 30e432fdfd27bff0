import Foundation
import Testing
import Traffic

@testable import Domain

@Suite struct ForecastTests {
    private static func traffic(_ times: [String]) throws -> TrafficProfile {
        var meter = TrafficMeter(options: MeterOptions(format: .ndjson), sourceName: "test")
        let text = times.enumerated().map { #"{"time":"\#($1)","n":\#($0)}"# }.joined(separator: "\n")
        try Array(text.utf8).withUnsafeBytes { try meter.consume($0) }
        return try meter.finish()
    }

    @Test func quietStretchesCount() throws {
        // Minutes with 3, 0, 0 and 1 events: mean 1, variance (4 + 1 + 1 + 0) / 3 = 2.
        let variation = TrafficVariation(
            try Self.traffic([
                "2026-03-02T08:00:01Z", "2026-03-02T08:00:02Z", "2026-03-02T08:00:59Z", "2026-03-02T08:03:00Z",
            ]))
        #expect((variation.stretches, variation.minutes) == (4, 1))
        #expect(abs(variation.relative - 1.96 * (2.0 / 4).squareRoot()) < 1e-12)
    }

    /// Two events ten thousand years apart are two events, not millions of numbers in memory.
    @Test func aFarDateTakesNoMemory() throws {
        let variation = TrafficVariation(try Self.traffic(["0001-01-01T00:00:00Z", "9999-12-31T23:59:00Z"]))
        #expect((variation.stretches, variation.minutes) == (87_649_416, 60))
        let (count, mean) = (87_649_416.0, 2 / 87_649_416.0)
        let variance = (2 * (1 - mean) * (1 - mean) + (count - 2) * mean * mean) / (count - 1)
        #expect(abs(variation.relative - 1.96 * (variance / count).squareRoot() / mean) < 1e-6)
    }
}
