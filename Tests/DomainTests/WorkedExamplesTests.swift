import CostModel
import Domain
import Foundation
import Testing
import Yams

/// Every published example comes out to the published cent.
@Suite struct WorkedExamplesTests {
    struct Example: Decodable, Sendable, CustomTestStringConvertible {
        var id: String
        var source: String
        var expected: String
        var roundedLines: Int?
        var text = ""  // the workload, as YAML

        var testDescription: String { id }

        enum CodingKeys: String, CodingKey {
            case id, source, expected
            case roundedLines = "rounded_lines"
        }
    }

    static let all: [Example] = {
        do {
            let url = URL(filePath: #filePath).deletingLastPathComponent()
                .appending(path: "Fixtures/worked-examples.yaml")
            let list = try Yams.compose(yaml: String(contentsOf: url, encoding: .utf8))?.sequence ?? []
            return try list.map { node in
                var example = try YAMLDecoder().decode(Example.self, from: Yams.serialize(node: node))
                example.text = try Yams.serialize(node: node["workload"] ?? Node(""))
                return example
            }
        } catch {
            Issue.record("the examples cannot be read: \(error)")
            return []
        }
    }()

    @Test func thereAreSixtyNine() { #expect(Self.all.count == 69) }

    @Test(arguments: all) func comesOutToThePublishedCent(_ example: Example) throws {
        let workload = try Workload(example.text, file: "\(example.id).yaml")
        let bill = try Estimator(lookup: PriceLookup([PriceCatalog.embedded()])).estimate(workload)
        let expected = try USD(example.expected).cents
        // Where the publisher rounds each line first, each may be a cent away from the exact sum.
        let tolerance = Int128(example.roundedLines ?? 0)
        let difference = abs(bill.total.cents - expected)
        #expect(difference <= tolerance, "\(bill.total) instead of \(example.expected) (\(example.source))")
    }
}
