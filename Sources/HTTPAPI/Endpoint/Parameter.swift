import Domain

/// A value in the path or the query, declared once for reading and for OpenAPI.
protocol ParameterDeclaration: Sendable {
    var name: String { get }
    var location: ParameterLocation { get }
    var isList: Bool { get }
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

    var isList: Bool { schema.description["type"] == "array" }

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
            case "array":
                .array(
                    texts.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
                        .map { .string(String($0)) })
            default: .string(text)
            }
        var problems = WrongMembers()
        if let flaw = Self.flaw(in: text, of: type) {
            problems.add(name, flaw)
        } else if let value = schema.read(json, "", &problems) {
            return value
        }
        if location == .path { throw DomainError.notFound("resource") }
        let members = problems.told.map { member in
            var member = member
            member.pointer = name
            return member
        }
        throw DomainError(.invalid, "The \(location.rawValue) parameter \(name) is wrong.", members: members)
    }

    /// What keeps a text from being written as JSON writes numbers: Swift reads others, such as 0x10, too.
    private static func flaw(in text: String, of type: JSON?) -> String? {
        if text.isEmpty { return ["integer", "number", "boolean"].contains(type) ? "is empty" : nil }
        switch type {
        case "integer" where !text.dropFirst(text.hasPrefix("-") ? 1 : 0).utf8.allSatisfy("0123456789".utf8.contains):
            return "expected an integer, in digits"
        case "number" where !text.utf8.allSatisfy("+-.0123456789Ee".utf8.contains): return "expected a decimal number"
        default: return nil
        }
    }
}
