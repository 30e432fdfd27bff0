import Domain

/// A value in the path or the query, declared once for reading and for OpenAPI.
protocol ParameterDeclaration: Sendable {
    var name: String { get }
    var location: ParameterLocation { get }
    var openAPI: JSON { get }
}

enum ParameterLocation: String, Sendable { case path, query, header }

struct Parameter<Value: Sendable>: ParameterDeclaration {
    var name: String
    var location: ParameterLocation
    var schema: Schema<Value>
    var doc: String

    static func path(_ name: String, _ schema: Schema<Value>, _ doc: String) -> Parameter {
        Parameter(name: name, location: .path, schema: schema, doc: doc)
    }

    static func query(_ name: String, _ schema: Schema<Value>, _ doc: String) -> Parameter {
        Parameter(name: name, location: .query, schema: schema, doc: doc)
    }

    static func header(_ name: String, _ schema: Schema<Value>, _ doc: String) -> Parameter {
        Parameter(name: name, location: .header, schema: schema, doc: doc)
    }

    var openAPI: JSON {
        [
            "name": .string(name), "in": .string(location.rawValue), "required": .bool(location == .path),
            "description": .string(doc), "schema": schema.description,
        ]
    }

    /// - Throws: ``DomainError`` `.invalid`; `.notFound` for a path, which then leads nowhere.
    func value(of texts: [String]) throws -> Value? {
        guard let text = texts.last else { return nil }
        let type = schema.description["type"]
        let json: JSON =
            switch type {
            case "integer", "number": .number(text)
            case "boolean": text == "true" ? true : text == "false" ? false : .string(text)
            case "array": .array(texts.flatMap { $0.split(separator: ",") }.map { .string(String($0)) })
            default: .string(text)
            }
        var problems: [DomainError.Member] = []
        if let value = schema.read(json, "", &problems) { return value }
        if location == .path { throw DomainError.notFound("resource") }
        let members = problems.map { DomainError.Member(pointer: name, detail: $0.detail) }
        throw DomainError(.invalid, "The \(location.rawValue) parameter \(name) is wrong.", members: members)
    }
}
