public import CostModel
import Yams

/// A node of a YAML or JSON file with the path that leads to it. Everything it says about an error names both.
struct Field {
    var node: Node
    var path: String
    var file: String

    func error(_ detail: String) -> WorkloadError {
        WorkloadError(file: file, line: node.mark?.line, field: path, detail: detail)
    }

    private var found: String {
        switch node {
        case .scalar(let scalar) where scalar.string.count > 60: "'\(scalar.string.prefix(60))…'"
        case .scalar(let scalar): scalar.string.isEmpty ? "nothing" : "'\(scalar.string)'"
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .alias: "an alias"
        }
    }

    func mismatch(_ expected: String) -> WorkloadError { error("found \(found), expected \(expected)") }

    func child(_ key: String, _ node: Node) -> Field {
        Field(node: node, path: path.isEmpty ? key : "\(path).\(key)", file: file)
    }

    /// The members of a mapping.
    /// - Parameter known: The names it may have; another one is an error that names the nearest.
    func members(known: [String]) throws -> [String: Field] {
        guard case .mapping(let mapping) = node else {
            throw mismatch("a mapping with \(known.prefix(4).joined(separator: ", ")) …")
        }
        var members: [String: Field] = [:]
        for (key, value) in mapping {
            let name = key.scalar?.string ?? ""
            guard known.contains(name) else {
                let near = Spelling.nearest(to: name, among: known)
                let hint =
                    near.isEmpty
                    ? "known are \(known.joined(separator: ", "))" : "did you mean \(near.joined(separator: ", "))?"
                throw WorkloadError(
                    file: file, line: key.mark?.line, field: path, detail: "unknown field '\(name)'; \(hint)")
            }
            members[name] = child(name, value)
        }
        return members
    }

    /// The one key of a mapping such as `sqs: { … }`, and what it holds.
    func single(_ expected: String) throws -> (key: String, value: Field) {
        if case .scalar(let scalar) = node, !scalar.string.isEmpty {
            let none = Node.mapping(Node.Mapping([], .implicit, .any, scalar.mark))  // `- sqs` for `- sqs: {}`
            return (scalar.string, child(scalar.string, none))
        }
        guard case .mapping(let mapping) = node, mapping.count == 1, let (key, value) = mapping.first,
            let name = key.scalar?.string
        else { throw mismatch(expected) }
        return (name, child(name, value))
    }

    func elements() throws -> [Field] {
        guard case .sequence(let sequence) = node else { throw mismatch("a list") }
        return sequence.enumerated().map { Field(node: $1, path: "\(path)[\($0)]", file: file) }
    }

    func text() throws -> String {
        guard case .scalar(let scalar) = node, !scalar.string.isEmpty else { throw mismatch("a text") }
        return scalar.string
    }

    func choice(_ choices: [String]) throws -> String {
        guard case .scalar(let scalar) = node, choices.contains(scalar.string) else {
            throw mismatch("one of \(choices.joined(separator: ", "))")
        }
        return scalar.string
    }

    func flag() throws -> Bool {
        guard case .scalar(let scalar) = node,
            let value = ["true": true, "yes": true, "false": false, "no": false][scalar.string.lowercased()]
        else { throw mismatch("true or false") }
        return value
    }

    /// `3_000_000`, `0.05`, `5%`, `730/24`.
    func number(minimum: Quantity? = 0, maximum: Quantity? = nil, wholeOnly: Bool = false) throws -> Quantity {
        let expected = (wholeOnly ? "a whole number" : "a number") + (tooLarge ? " below 10³⁸" : "")
        guard case .scalar(let scalar) = node, let value = Quantity(percentOrNumber: scalar.string) else {
            throw mismatch(expected)
        }
        if wholeOnly, !value.isWhole { throw mismatch(expected) }
        if let minimum, value < minimum { throw mismatch(range(expected, minimum, maximum)) }
        if let maximum, value > maximum { throw mismatch(range(expected, minimum, maximum)) }
        return value
    }

    private var tooLarge: Bool {
        guard case .scalar(let scalar) = node else { return false }
        do { _ = try Quantity(scalar.string) } catch { return error == .overflow }
        return false
    }

    private func range(_ expected: String, _ minimum: Quantity?, _ maximum: Quantity?) -> String {
        switch (minimum, maximum) {
        case (let low?, let high?): "\(expected) from \(low.formatted()) to \(high.formatted())"
        case (let low?, nil): "\(expected), \(low.formatted()) or more"
        default: expected
        }
    }

    func value(of parameter: Parameter) throws -> ParameterValue {
        switch parameter.kind {
        case .number(_, let minimum, let maximum, let wholeOnly):
            .number(try number(minimum: minimum, maximum: maximum, wholeOnly: wholeOnly))
        case .choice(let choices): .text(try choice(choices))
        case .text: .text(try text())
        case .flag: .flag(try flag())
        }
    }
}

extension Quantity {
    /// `5%` is 1/20; anything else is read as a number. Nil when it is neither.
    public init?(percentOrNumber text: String) {
        do {
            self = text.hasSuffix("%") ? try Quantity(text.dropLast()) / 100 : try Quantity(text)
        } catch {
            return nil
        }
    }
}
