/// One thing a workload may say about a service. The same table reads the file, checks it, and makes its JSON Schema.
public struct Parameter: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        /// An exact number; `wholeOnly` refuses fractions. `maximum` is included.
        case number(unit: String, minimum: Quantity, maximum: Quantity?, wholeOnly: Bool)
        case choice([String])
        case text
        case flag
    }

    /// What traffic supplies when the parameter is left out of a step.
    public enum Role: Hashable, Sendable {
        case plain, events, payload
        case description  // of what is stored; in some modes it costs nothing
    }

    public var name: String
    public var kind: Kind
    public var fallback: ParameterValue?  // nil: not there unless given
    public var doc: String
    public var role: Role = .plain
    public var isRequired = false

    /// Whole events a month; in a step, those that reach it.
    public static func events(_ name: String, _ doc: String) -> Parameter {
        let unit = name.replacing("_", with: " ")
        return Parameter(
            name: name, kind: .number(unit: unit, minimum: 0, maximum: nil, wholeOnly: false), doc: doc, role: .events)
    }

    /// The size of each event in KiB; in a step, the recorded sizes.
    public static let payload = Parameter(
        name: "payload_kb", kind: .number(unit: "KB", minimum: 0, maximum: nil, wholeOnly: false), fallback: .number(0),
        doc: "Size of each event (1 KB = 1,024 bytes); in a step, the sizes that were recorded.", role: .payload)

    /// At least 0 and 0 unless given; `optional` ones are only there when given.
    public static func number(_ name: String, _ unit: String, optional: Bool = false, _ doc: String) -> Parameter {
        Parameter(
            name: name, kind: .number(unit: unit, minimum: 0, maximum: nil, wholeOnly: false),
            fallback: optional ? nil : .number(0), doc: doc)
    }

    /// A size or count that only some modes bill, and none refuses.
    public static func number(describing name: String, _ unit: String, _ doc: String) -> Parameter {
        var parameter = number(name, unit, doc)
        parameter.role = .description
        return parameter
    }

    public static func number(_ name: String, _ unit: String, _ fallback: Quantity, _ doc: String) -> Parameter {
        Parameter(
            name: name, kind: .number(unit: unit, minimum: 0, maximum: nil, wholeOnly: false),
            fallback: .number(fallback), doc: doc)
    }

    public static func number(
        _ name: String, _ unit: String, _ fallback: Quantity, _ range: ClosedRange<Quantity>, _ doc: String
    ) -> Parameter {
        Parameter(
            name: name,
            kind: .number(unit: unit, minimum: range.lowerBound, maximum: range.upperBound, wholeOnly: false),
            fallback: .number(fallback), doc: doc)
    }

    public static func whole(
        _ name: String, _ unit: String, _ fallback: Quantity, _ range: ClosedRange<Quantity>, _ doc: String
    ) -> Parameter {
        Parameter(
            name: name,
            kind: .number(unit: unit, minimum: range.lowerBound, maximum: range.upperBound, wholeOnly: true),
            fallback: .number(fallback), doc: doc)
    }

    /// The first choice is the default.
    public static func choice(_ name: String, _ choices: [String], _ doc: String) -> Parameter {
        Parameter(name: name, kind: .choice(choices), fallback: .text(choices[0]), doc: doc)
    }

    public static func flag(_ name: String, default fallback: Bool = false, _ doc: String) -> Parameter {
        Parameter(name: name, kind: .flag, fallback: .flag(fallback), doc: doc)
    }

    public static func text(_ name: String, required: Bool = false, _ doc: String) -> Parameter {
        Parameter(name: name, kind: .text, doc: doc, isRequired: required)
    }
}

public enum ParameterValue: Hashable, Sendable {
    case number(Quantity)
    case text(String)
    case flag(Bool)
}
