import CostModel
import Domain
import Foundation
import Traffic

/// `pricing-benchmark PROFILE WORKLOAD`: milliseconds to price a profile, as it is and with a million times the events.
@main
struct PricingBenchmark {
    static func main() throws {
        guard CommandLine.arguments.count == 3 else {
            print("usage: pricing-benchmark PROFILE WORKLOAD")
            exit(64)
        }
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: CommandLine.arguments[1])))
        let text = try String(contentsOf: URL(filePath: CommandLine.arguments[2]), encoding: .utf8)
        let workload = try Workload(text, file: CommandLine.arguments[2])
        let loading = ContinuousClock().measure { _ = try? PriceCatalog.embedded() }
        let estimator = Estimator(lookup: PriceLookup([try PriceCatalog.embedded()]))
        print("loading the catalogue: \(milliseconds(loading)) ms")

        var profile = try TrafficProfile(decoding: bytes)
        try report(profile, workload, estimator)
        for _ in 0..<20 { profile.merge(profile) }
        try report(profile, workload, estimator)
    }

    private static func report(_ profile: TrafficProfile, _ workload: Workload, _ estimator: Estimator) throws {
        let rounds = 50
        let time = try ContinuousClock().measure {
            for _ in 0..<rounds { _ = try estimator.estimate(workload, traffic: profile, projection: Projection()) }
        }
        let (events, steps) = (profile.totals.events, workload.steps.count)
        print("\(steps) steps, \(events) events: \(milliseconds(time / rounds)) ms, both views")
    }

    private static func milliseconds(_ duration: Duration) -> String {
        String(format: "%.3f", Double(duration / .nanoseconds(1)) / 1e6)
    }
}
