import CostModel
import Domain
import Foundation
import Traffic

/// A replay as JSON.
struct TrafficDocument: Encodable {
    struct Traffic: Encodable {
        struct Sample: Encodable {
            var input: String
            var line: Int
            var reason: String
            var excerpt: String
        }
        var formats: [String]
        var firstMinute: String?
        var lastMinute: String?
        var observedMinutes: Int
        var strayRecords: Int
        var untimedRecords: Int
        var read: Int
        var metered: Int
        var rejected: Int
        var rejectedByReason: [String: Int]
        var rejectedSamples: [Sample]
        var blankLines: Int
        var contextLines: Int
        var bytes: Int
        var responseBytes: Int
        var tokens: [String: Int]
        var lambdaInvocations: Int
        var pii: [String: Int]
        var piiSamples: [String: [String]]
        var piiBySource: [String: [String: Int]]
    }
    var traffic: Traffic
    var observed: BillDocument?
    var monthly: BillDocument?
}

extension TrafficDocument {
    init(_ report: TrafficReport, observed: BillReport?, monthly: BillReport?) {
        traffic = Traffic(report.profile, formats: report.formats)
        self.observed = observed.map(BillDocument.init)
        self.monthly = monthly.map(BillDocument.init)
    }
}

extension TrafficDocument.Traffic {
    init(_ profile: TrafficProfile, formats: [String]) {
        let time = ObservedTime(profile)
        func text(_ minute: Int?) -> String? {
            minute.map { Date(timeIntervalSince1970: Double($0) * 60).formatted(.iso8601) }
        }
        func named(_ counts: PIICounts) -> [String: Int] {
            Dictionary(uniqueKeysWithValues: PIIKind.allCases.filter { counts[$0] > 0 }.map { ("\($0)", counts[$0]) })
        }
        let (totals, accounting) = (profile.totals, profile.accounting)
        let reasons = RejectReason.allCases.filter { accounting.rejected($0) > 0 }
        self.init(
            formats: formats, firstMinute: text(time?.firstMinute), lastMinute: text(time?.lastMinute),
            observedMinutes: time?.minutes ?? 0, strayRecords: time?.strays ?? 0,
            untimedRecords: profile.untimed.events, read: accounting.read, metered: accounting.metered,
            rejected: accounting.rejected,
            rejectedByReason: Dictionary(uniqueKeysWithValues: reasons.map { ("\($0)", accounting.rejected($0)) }),
            rejectedSamples: accounting.samples.map {
                .init(input: $0.input, line: $0.line, reason: "\($0.reason)", excerpt: $0.excerpt)
            },
            blankLines: accounting.blank, contextLines: accounting.context, bytes: totals.bytes,
            responseBytes: totals.responseBytes,
            tokens: [
                "input": totals.tokens.input, "output": totals.tokens.output, "cache_read": totals.tokens.cacheRead,
                "cache_write": totals.tokens.cacheWrite,
            ],
            lambdaInvocations: profile.lambda.invocations, pii: named(profile.pii),
            piiSamples: Dictionary(
                uniqueKeysWithValues: PIIKind.allCases.filter { !profile.piiSamples[$0].isEmpty }
                    .map { ("\($0)", profile.piiSamples[$0]) }),
            piiBySource: Dictionary(
                uniqueKeysWithValues: profile.sources.named.filter { !$0.counts.pii.isEmpty }
                    .map { ($0.name, named($0.counts.pii)) }))
    }
}
