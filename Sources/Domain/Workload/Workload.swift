public import CostModel

/// What traffic passes through and what is there whatever the traffic: the file a user writes, read and checked.
public struct Workload: Sendable {
    /// One step, fixed resource or known usage.
    public struct Item: Sendable {
        public var service: ServiceDefinition
        public var values: [String: ParameterValue]
        public var origin: String  // `workload.yaml:14: steps[2].lambda`
    }

    public var name: String
    public var region: String
    public var freeTier: FreeTierChoice
    public var monthHours: Quantity
    public var steps: [Item]  // each recorded event passes through these
    public var fixed: [Item]
    public var usage: [Item]
    public var book: PriceBook

    public static let defaultMonthHours: Quantity = 730

    /// Whether a step needs input tokens that it does not give: from the records, or estimated from their text.
    public var estimatesTokens: Bool {
        steps.contains { $0.values["model"] != nil && $0.values["input_tokens"] == nil }
    }
}

/// A workload file that cannot be used: where, what was found, what was expected.
public struct WorkloadError: Error, Hashable, CustomStringConvertible {
    public var file: String
    public var line: Int?  // from 1
    public var field: String
    public var detail: String

    public var description: String {
        let place = line.map { "\(file):\($0)" } ?? file
        return field.isEmpty ? "\(place): \(detail)" : "\(place): \(field): \(detail)"
    }
}
