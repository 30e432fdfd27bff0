import CostModel
public import Domain
import Foundation
public import Traffic

/// What a replay found, and the bills it leads to.
public struct TrafficReport: Sendable {
    let profile: TrafficProfile
    let formats: [String]
    private var observed: BillReport?
    private var monthly: BillReport?

    public init(_ profile: TrafficProfile, formats: [String]) { (self.profile, self.formats) = (profile, formats) }

    public mutating func add(_ estimate: Estimate, workload: Workload, catalogVersion: String) {
        func report(_ bill: Bill, _ view: String) -> BillReport {
            BillReport(
                title: workload.name, region: workload.region, view: view, bill: bill, catalogVersion: catalogVersion)
        }
        observed = estimate.observed.map { report($0, "as observed in \(span)") }
        let factor = estimate.scale.map { ", traffic × \($0.formatted(places: 2))" } ?? ""
        monthly = report(estimate.monthly, "a month of \(workload.monthHours.formatted()) h\(factor)")
    }

    public func rendered(_ format: ReportFormat, explain: Bool) throws -> String {
        let bills = [observed, monthly].compactMap(\.self)
        switch format {
        case .json: return try JSONText.encode(TrafficDocument(self, observed: observed, monthly: monthly))
        case .csv:
            return bills.isEmpty ? table().csv() : try BillReport.rendered(bills, .csv, explain: false)
        case .markdown:
            return try
                ([title(mark: "# ") + table().markdown()] + bills.map { try $0.rendered(.markdown, explain: explain) })
                .joined(separator: "\n")
        case .table:
            let texts = try bills.enumerated().map { index, bill in
                try bill.rendered(.table, explain: explain && index == bills.count - 1)
            }
            return ([title(mark: "") + table().plain()] + texts).joined(separator: "\n")
        }
    }

    // MARK: Traffic

    private func title(mark: String) -> String {
        let name = formats.isEmpty ? "profile" : Set(formats).sorted().joined(separator: ", ")
        return "\(mark)Traffic · \(name)\n\n"
    }

    private var observedTime: ObservedTime? { ObservedTime(profile) }

    private var span: String {
        let minutes = observedTime?.minutes ?? 0
        if minutes < 120 { return "\(minutes) min" }
        return minutes < 48 * 60
            ? "\(minutes / 60) h \(minutes % 60) min" : "\(minutes / 1_440) days \(minutes % 1_440 / 60) h"
    }

    private func table() -> TextTable {
        let (totals, accounting) = (profile.totals, profile.accounting)
        func number(_ value: Int) -> String { grouped(String(value)) }
        var table = TextTable([("traffic", .left), ("", .right), ("", .left)])
        table.rows.append(["read", number(accounting.read), "records, in \(span)"])
        table.rows.append(["metered", number(accounting.metered), "\(number(totals.bytes)) bytes"])
        table.rows.append(["rejected", number(accounting.rejected), rejections()])
        for sample in accounting.samples.prefix(5) {
            table.rows.append(["", "", "\(sample.input):\(sample.line) \(sample.reason): \(sample.excerpt)"])
        }
        if accounting.context > 0 {
            table.rows.append(["other lines", number(accounting.context), "headers and messages between records"])
        }
        if accounting.blank > 0 { table.rows.append(["blank lines", number(accounting.blank), ""]) }
        if profile.untimed.events > 0 {
            table.rows.append(["without a time", number(profile.untimed.events), "records, counted in full"])
        }
        if let strays = observedTime?.strays, strays > 0 {
            table.rows.append(["far in time", number(strays), "records, counted; the time is that of the others"])
        }
        if totals.responseBytes > 0 { table.rows.append(["answers", number(totals.responseBytes), "bytes"]) }
        let tokens = totals.tokens
        if tokens != TokenCounts() {
            table.rows.append(["tokens", number(tokens.input), "in, \(number(tokens.output)) out, as reported"])
        }
        if profile.lambda.invocations > 0 {
            table.rows.append(["Lambda reports", number(profile.lambda.invocations), "invocations"])
        }
        for kind in PIIKind.allCases where profile.pii[kind] > 0 {
            table.rows.append(["PII: \(kind)", number(profile.pii[kind]), sources(of: kind)])
            let samples = profile.piiSamples[kind]
            if !samples.isEmpty { table.rows.append(["", "", samples.joined(separator: "  ")]) }
        }
        return table
    }

    private func rejections() -> String {
        RejectReason.allCases.filter { profile.accounting.rejected($0) > 0 }
            .map { "\($0): \(grouped(String(profile.accounting.rejected($0))))" }.joined(separator: ", ")
    }

    /// The three sources with the most findings of a kind.
    private func sources(of kind: PIIKind) -> String {
        profile.sources.named.filter { $0.counts.pii[kind] > 0 }
            .sorted { ($1.counts.pii[kind], $0.name) < ($0.counts.pii[kind], $1.name) }.prefix(3)
            .map { "\($0.name) \(grouped(String($0.counts.pii[kind])))" }.joined(separator: ", ")
    }
}
