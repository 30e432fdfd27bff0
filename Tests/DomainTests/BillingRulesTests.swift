import CostModel
import Domain
import Foundation
import Testing
import Yams

/// What each AWS service counts, from a table that a person can read.
@Suite struct BillingRulesTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var rule: String
        var workload: String
        var lines: [String: String]

        var testDescription: String { rule }
    }

    static let all: [Case] = {
        do {
            let url = URL(filePath: #filePath).deletingLastPathComponent()
                .appending(path: "Fixtures/billing-rules.yaml")
            let list = try Yams.compose(yaml: String(contentsOf: url, encoding: .utf8))?.sequence ?? []
            return try list.map { (node: Node) throws -> Case in
                let service = node.mapping?.first { !["rule", "lines"].contains($0.key.string ?? "") }
                let usage: [(Node, Node)] = [(service?.key ?? "", service?.value ?? "")]
                let workload: [(Node, Node)] = [("region", "us-east-1"), ("usage", Node([Node(usage)]))]
                let lines = node["lines"]?.mapping?.map { ($0.key.string ?? "", $0.value.scalar?.string ?? "") } ?? []
                return try Case(
                    rule: node["rule"]?.string ?? "", workload: Yams.serialize(node: Node(workload)),
                    lines: Dictionary(uniqueKeysWithValues: lines))
            }
        } catch {
            Issue.record("the cases cannot be read: \(error)")
            return []
        }
    }()

    @Test func thereAreCasesForAlmostEveryService() {
        #expect(Self.all.count >= 50)
    }

    @Test(arguments: all) func countsAsAWSCounts(_ example: Case) throws {
        let workload = try Workload(example.workload, file: "case.yaml")
        let usages = try workload.usage.flatMap { item in
            try item.service.usage(
                ServiceInput(
                    item.service, values: item.values, region: workload.region, monthHours: workload.monthHours))
        }
        let found = Dictionary(uniqueKeysWithValues: usages.map { ($0.label, $0.quantity) })
        #expect(found == (try example.lines.mapValues { try Quantity($0) }))
    }
}
