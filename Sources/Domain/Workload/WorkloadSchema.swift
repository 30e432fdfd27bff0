import CostModel
import Foundation

/// The published description of workload files, made from the tables that read them.
public enum WorkloadSchema {
    static let identifier = "https://json-schema.org/draft/2020-12/schema"

    /// JSON Schema (draft 2020-12) of a workload file.
    public static func json() throws -> String {
        let items = Services.all.map { service -> [String: Any] in
            [
                "type": "object", "maxProperties": 1, "required": [service.name],
                "properties": [service.name: schema(of: service)],
            ]
        }
        let list: [String: Any] = ["type": "array", "items": ["$ref": "#/$defs/item"]]
        let root: [String: Any] = [
            "$schema": identifier, "title": "mockupAWS workload", "type": "object", "additionalProperties": false,
            "required": ["region"],
            "properties": [
                "name": ["type": "string"],
                "region": ["type": "string", "description": "AWS region, such as eu-west-1."],
                "free_tier": ["enum": FreeTierChoice.allCases.map(\.rawValue), "default": "always"],
                "month_hours": number("Hours of a month; AWS's calculator uses 730.", minimum: 1, maximum: 744),
                "steps": list, "fixed": list, "usage": list,
                "prices": ["type": "array", "items": ["$ref": "#/$defs/price"]],
            ] as [String: Any],
            "$defs": ["item": ["oneOf": items], "price": price] as [String: Any],
        ]
        let options: JSONSerialization.WritingOptions = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try JSONSerialization.data(withJSONObject: root, options: options), as: UTF8.self)
            + "\n"
    }

    /// A number, or a text such as `3_000_000`, `5%` and `730/24`, which JSON and YAML 1.2 do not know as numbers.
    private static func number(_ doc: String, minimum: Quantity?, maximum: Quantity?) -> [String: Any] {
        var numeric: [String: Any] = ["type": "number"]
        if let minimum { numeric["minimum"] = integer(minimum) }
        if let maximum { numeric["maximum"] = integer(maximum) }
        return [
            "description": doc,
            "anyOf": [numeric, ["type": "string", "pattern": "^-?[0-9][0-9_.]*([eE][+-]?[0-9]+)?(/[0-9_.]+)?%?$"]],
        ]
    }

    private static func integer(_ value: Quantity) -> Any { Int(value.roundedDown.numerator) }

    private static func schema(of service: ServiceDefinition) -> [String: Any] {
        var properties: [String: Any] = [:]
        for parameter in service.parameters + ServiceDefinition.common {
            properties[parameter.name] = schema(of: parameter)
        }
        let required = service.parameters.filter(\.isRequired).map(\.name)
        return [
            "description": "\(service.title). \(service.page)",
            "type": required.isEmpty ? ["object", "null"] : ["object"],
            "additionalProperties": false, "properties": properties, "required": required,
        ]
    }

    private static func schema(of parameter: Parameter) -> [String: Any] {
        switch parameter.kind {
        case .number(_, let minimum, let maximum, _): number(parameter.doc, minimum: minimum, maximum: maximum)
        // YAML reads `0.5` and `118` as numbers; the file's reader takes the text.
        case .choice(let choices):
            ["description": parameter.doc, "enum": choices + choices.compactMap { Double($0) } as [Any]]
        case .text: ["description": parameter.doc, "type": "string"]
        case .flag: ["description": parameter.doc, "type": "boolean"]
        }
    }

    private static var price: [String: Any] {
        let amount = number("US dollars per unit.", minimum: 0, maximum: nil)
        let bound = number("In the price's unit.", minimum: 0, maximum: nil)
        return [
            "type": "object", "additionalProperties": false,
            "oneOf": [
                ["required": ["usd", "usage_type"]], ["required": ["tiers", "usage_type"]], ["required": ["discount"]],
            ],
            "properties": [
                "service": ["type": "string"], "region": ["type": "string"], "usage_type": ["type": "string"],
                "operation": ["type": "string"], "unit": ["type": "string"], "usd": amount,
                "discount": number("Taken off the price: 10%.", minimum: 0, maximum: 1),
                "tiers": [
                    "type": "array",
                    "items": [
                        "type": "object", "additionalProperties": false, "required": ["usd"],
                        "properties": ["begin": bound, "end": bound, "usd": amount],
                    ] as [String: Any],
                ] as [String: Any],
            ] as [String: Any],
        ]
    }

    /// Every service and parameter, as Markdown tables.
    public static func reference() -> String {
        var text = """
            # Services and their parameters

            Generated by `mockupaws workload reference`; `make docs` writes it anew. Every service also takes

            \(table(ServiceDefinition.common))
            """
        for service in Services.all {
            text += "\n## `\(service.name)`\n\n\(service.title)"
            text += service.offerCode.isEmpty ? "" : ", offer code `\(service.offerCode)`"
            text += " ([pricing](\(service.page)))\n\n\(table(service.parameters))"
        }
        return text
    }

    private static func table(_ parameters: [Parameter]) -> String {
        var text = "| parameter | value | unless given | |\n| --- | --- | --- | --- |\n"
        for parameter in parameters {
            let doc = parameter.doc.replacing("|", with: "\\|")
            text += "| `\(parameter.name)` | \(value(parameter.kind)) | \(fallback(parameter)) | \(doc) |\n"
        }
        return text
    }

    private static func value(_ kind: Parameter.Kind) -> String {
        switch kind {
        case .number(let unit, let minimum, let maximum, let wholeOnly):
            let range = maximum.map { " \(minimum.formatted())–\($0.formatted())" } ?? ""
            return (wholeOnly ? "whole number" : "number") + (unit.isEmpty ? "" : " of \(unit)") + range
        case .choice(let choices): return choices.map { "`\($0)`" }.joined(separator: " ")
        case .text: return "text"
        case .flag: return "`true` `false`"
        }
    }

    private static func fallback(_ parameter: Parameter) -> String {
        if parameter.isRequired { return "**required**" }
        if parameter.role == .events { return "0; in a step: the events" }
        if parameter.role == .payload { return "0; in a step: as recorded" }
        return switch parameter.fallback {
        case .number(let value)?: value.formatted()
        case .text(let value)?: "`\(value)`"
        case .flag(let value)?: "`\(value)`"
        case nil: ""
        }
    }
}
