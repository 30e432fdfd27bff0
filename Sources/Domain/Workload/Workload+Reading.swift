import CostModel
import Yams

extension Workload {
    static let topFields = ["name", "region", "free_tier", "month_hours", "steps", "fixed", "usage", "prices"]

    /// Reads a workload or usage file, YAML or JSON.
    /// - Parameters:
    ///   - file: Its name, for errors.
    ///   - overrides: Values that replace the file's.
    /// - Throws: ``WorkloadError`` naming line and field.
    public init(_ text: String, file: String, overrides: [WorkloadOverride] = []) throws {
        var root = try Field.root(of: text, file: file)
        for override in overrides { try override.apply(to: &root.node, file: file) }
        let fields = try root.members(known: Self.topFields)
        guard let region = fields["region"] else {
            throw WorkloadError(
                file: file, line: 1, field: "region", detail: "is missing; expected an AWS region such as eu-west-1")
        }
        name = try fields["name"]?.text() ?? file
        self.region = try region.text()
        let choices = FreeTierChoice.allCases.map(\.rawValue)
        freeTier = try fields["free_tier"].flatMap { FreeTierChoice(rawValue: try $0.choice(choices)) } ?? .always
        monthHours = try fields["month_hours"]?.number(minimum: 1, maximum: 744) ?? Self.defaultMonthHours
        steps = try Self.items(fields["steps"], ofTraffic: true, monthHours: monthHours)
        fixed = try Self.items(fields["fixed"], monthHours: monthHours)
        usage = try Self.items(fields["usage"], monthHours: monthHours)
        book = try fields["prices"].map(PriceBook.init) ?? PriceBook()
        guard !(steps.isEmpty && fixed.isEmpty && usage.isEmpty) else {
            throw WorkloadError(
                file: file, line: 1, field: "", detail: "nothing to price: expected steps, fixed or usage")
        }
    }

    private static func items(_ list: Field?, ofTraffic: Bool = false, monthHours: Quantity) throws -> [Item] {
        try list?.elements().map { field in
            let (name, body) = try field.single("a service and its parameters: sqs: { type: standard }")
            guard let service = Services.named(name) else {
                let names = Services.all.map(\.name)
                let near = Spelling.nearest(to: name, among: names)
                let hint =
                    near.isEmpty
                    ? "known are \(names.joined(separator: ", "))" : "did you mean \(near.joined(separator: ", "))?"
                throw field.error("unknown service '\(name)'; \(hint) Any other is priced with raw.")
            }
            let item = try Item(service, body)
            if !ofTraffic, let part = ["share", "per_event"].first(where: { item.values[$0] != nil }) {
                throw body.error("\(part) is a part of the traffic and belongs to an item of steps")
            }
            let input = ServiceInput(
                service, values: item.values, region: "", monthHours: monthHours, flow: ofTraffic ? .example : nil)
            if let idle = input.quantityWithoutEffect() {
                throw body.error("\(idle.name) changes nothing with what else is given here: \(idle.doc)")
            }
            return item
        } ?? []
    }
}

extension Workload.Item {
    init(_ service: ServiceDefinition, _ body: Field) throws {
        let parameters = service.parameters + ServiceDefinition.common
        var values: [String: ParameterValue] = [:]
        let isEmpty = body.node.scalar.map { $0.string.isEmpty || $0.string == "null" } ?? false  // `- sqs:`
        let members = isEmpty ? [:] : try body.members(known: parameters.map(\.name))
        for parameter in parameters {
            if let member = members[parameter.name] { values[parameter.name] = try member.value(of: parameter) }
            if parameter.isRequired, values[parameter.name] == nil {
                throw body.error("\(parameter.name) is missing: \(parameter.doc)")
            }
        }
        let place = body.node.mark.map { "\(body.file):\($0.line)" } ?? body.file
        self.init(service: service, values: values, origin: "\(place): \(body.path)")
    }
}

extension Field {
    static func root(of text: String, file: String) throws -> Field {
        do {
            let isMarked = text.unicodeScalars.first == "\u{FEFF}"  // a byte order mark, as some editors write
            guard let node = try Yams.compose(yaml: isMarked ? String(text.unicodeScalars.dropFirst()) : text) else {
                throw WorkloadError(file: file, line: 1, field: "", detail: "the file is empty")
            }
            return Field(node: node, path: "", file: file)
        } catch let error as YamlError {
            throw WorkloadError(file: file, error)
        }
    }
}

extension WorkloadError {
    init(file: String, _ error: YamlError) {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            self.init(file: file, line: mark.line, field: "", detail: "not YAML or JSON: \(problem)")
        case .duplicatedKeysInMapping(let duplicates, let context):
            let names = duplicates.sorted().joined(separator: ", ")
            self.init(file: file, line: context.mark.line, field: "", detail: "given twice: \(names)")
        default: self.init(file: file, line: nil, field: "", detail: "not YAML or JSON: \(error)")
        }
    }
}
