import Domain

/// One member of an object.
struct Member<Root: Sendable>: Sendable {
    var name: String
    var isRequired: Bool  // in a request
    var description: JSON
    var components: [String: JSON]
    var read: (@Sendable (JSON, String, inout WrongMembers, inout Root) -> Void)?  // nil: only written
    var write: @Sendable (Root, inout JSONWriter) -> Void

    /// A member that is read and written.
    init<Value>(
        _ name: String, _ path: any WritableKeyPath<Root, Value> & Sendable, _ schema: Schema<Value>,
        required: Bool = false,
        _ doc: String
    ) {
        self.init(name: name, isRequired: required, doc: doc, schema: schema)
        read = { json, pointer, problems, root in
            if let value = schema.read(json, pointer, &problems) { root[keyPath: path] = value }
        }
        write = { schema.write($0[keyPath: path], &$1) }
    }

    /// A member that only answers have.
    init<Value>(
        answer name: String, _ schema: Schema<Value>, _ doc: String, _ value: @escaping @Sendable (Root) -> Value
    ) {
        self.init(name: name, isRequired: false, doc: doc, schema: schema)
        write = { schema.write(value($0), &$1) }
    }

    private init<Value>(name: String, isRequired: Bool, doc: String, schema: Schema<Value>) {
        (self.name, self.isRequired, components) = (name, isRequired, schema.components)
        description = schema.description.with([.init(name: "description", value: .string(doc))])
        write = { _, _ in }
    }
}

extension Schema {
    /// An object that requests carry. Members that it does not know are wrong.
    static func request(_ name: String, _ empty: Value, _ members: [Member<Value>]) -> Schema {
        object(name, isRequest: true, empty, members)
    }

    /// An object that answers carry, with all members always there.
    static func answer(_ name: String, _ members: [Member<Value>]) -> Schema {
        object(name, isRequest: false, nil, members)
    }

    private static func object(
        _ name: String, isRequest: Bool, _ empty: Value?, _ members: [Member<Value>]
    ) -> Schema {
        let required = members.filter { !isRequest || $0.isRequired }.map { JSON.string($0.name) }
        var definition: JSON = [
            "type": "object", "properties": .object(members.map { .init(name: $0.name, value: $0.description) }),
        ]
        if !required.isEmpty { definition = definition.with([.init(name: "required", value: .array(required))]) }
        if isRequest { definition = definition.with([.init(name: "additionalProperties", value: false)]) }
        var components = members.reduce(into: [String: JSON]()) { $0.merge($1.components) { first, _ in first } }
        components[name] = definition
        return Schema(
            description: ["$ref": .string("#/components/schemas/\(name)")], components: components
        ) { json, pointer, problems in
            guard let empty else { return nil }
            return members.read(json, over: empty, as: name, pointer, &problems)
        } write: { value, writer in
            writer.object { writer in
                for member in members { writer.member(member.name) { member.write(value, &$0) } }
            }
        }
    }
}

extension Array {
    /// The members of an object, in place of those of `root`.
    func read<Root>(
        _ json: JSON, over root: Root, as name: String, _ pointer: String, _ problems: inout WrongMembers
    ) -> Root? where Element == Member<Root> {
        guard case .object(let given) = json else {
            problems.add(pointer, "is \(json.typeName), expected an object")
            return nil
        }
        var root = root
        let before = problems.count
        for member in given {
            let place = "\(pointer)/\(JSON.pointerToken(member.name))"
            guard let known = first(where: { $0.name == member.name }), let read = known.read else {
                problems.add(place, "is not a member of \(name)")
                continue
            }
            read(member.value, place, &problems, &root)
        }
        for missing in self where missing.isRequired && json[missing.name] == nil {
            problems.add("\(pointer)/\(missing.name)", "is missing")
        }
        return problems.count == before ? root : nil
    }
}

extension JSON {
    /// A name as a part of an RFC 6901 pointer.
    static func pointerToken(_ name: String) -> String {
        guard name.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else { return name }
        return name.replacing("~", with: "~0").replacing("/", with: "~1")
    }
}
