import AccessControl
import CostModel
import Domain
import Foundation

/// How a value is read from JSON, written to it and described in OpenAPI: one declaration for all three.
struct Schema<Value: Sendable>: Sendable {
    /// The OpenAPI schema object.
    var description: JSON
    /// Named schemas that the description refers to.
    var components: [String: JSON] = [:]
    var read: @Sendable (JSON, _ pointer: String, inout WrongMembers) -> Value?
    var write: @Sendable (Value, inout JSONWriter) -> Void
}

/// Notes what is wrong with a member; the answer of a failed reading.
private func wrong<Value>(
    _ pointer: @autoclosure () -> String, _ detail: String, _ problems: inout WrongMembers
) -> Value? {
    problems.add(pointer(), detail)
    return nil
}

/// A regular expression of the source, compiled once.
///
/// Its `Regex` is not declared Sendable; it is never changed, and matching does not change it.
struct Pattern: @unchecked Sendable {
    private let regex: Regex<AnyRegexOutput>

    init(_ pattern: String) {
        guard let regex = try? Regex(pattern) else { preconditionFailure("not a regular expression: \(pattern)") }
        self.regex = regex.matchingSemantics(.unicodeScalar)  // a line end of two is two characters
    }

    func matches(_ text: String) -> Bool { (try? regex.wholeMatch(in: text)) != nil }  // an error is no match

    func firstRange(in text: Substring) -> Range<String.Index>? { text.firstRange(of: regex) }
}

extension Schema where Value == String {
    private static let line = #"^[^\u0000-\u001f\u007f-\u009f]*$"#
    private static let lines = #"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$"#

    /// C0, DEL, C1.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
    }

    /// What people read: without control characters and markup, and in one form, NFC.
    static func safe(
        _ text: String, hasLines: Bool, _ pointer: @autoclosure () -> String, _ problems: inout WrongMembers
    ) -> String? {
        let lines: Set<Unicode.Scalar> = hasLines ? ["\t", "\n", "\r"] : []
        guard !text.unicodeScalars.contains(where: { isControl($0) && !lines.contains($0) }) else {
            return wrong(pointer(), "holds a control character", &problems)
        }
        // In NFC other letters may have become ASCII: it is what is kept that is looked at.
        guard let text = text.normalized else {
            return wrong(pointer(), "holds more than \(String.marksLimit) combining marks in a row", &problems)
        }
        guard !Markup.isIn(text) else {
            problems.add(pointer(), "holds markup that a browser would execute", isSuspicious: true)
            return nil
        }
        return text
    }

    /// - Parameters:
    ///   - length: In characters (Unicode scalars, as JSON Schema counts).
    ///   - pattern: A regular expression for the whole text; without one, anything but control characters.
    ///   - isMatch: Tells what the pattern does, in a hundredth of the time.
    ///   - hasLines: Tabs and line ends are no control characters.
    static func text(
        _ length: ClosedRange<Int> = 0...2_500, pattern: String? = nil, isMatch: (@Sendable (String) -> Bool)? = nil,
        hasLines: Bool = false, example: String? = nil
    ) -> Schema {
        var description: JSON = ["type": "string", "pattern": .string(pattern ?? (hasLines ? lines : line))]
        if length.lowerBound > 0 {
            description = description.with([.init(name: "minLength", value: .number("\(length.lowerBound)"))])
        }
        description = description.with([.init(name: "maxLength", value: .number("\(length.upperBound)"))])
        if let example { description = description.with([.init(name: "examples", value: [.string(example)])]) }
        let compiled = isMatch == nil ? pattern.map(Pattern.init) : nil
        return Schema(description: description) { json, pointer, problems in
            guard case .string(let text) = json else {
                return wrong(pointer, "is \(json.typeName), expected a string", &problems)
            }
            guard let safe = safe(text, hasLines: hasLines, pointer, &problems) else { return nil }
            guard length.contains(safe.unicodeScalars.count) else {
                return wrong(
                    pointer,
                    "has \(safe.unicodeScalars.count) characters, expected \(length.lowerBound) to "
                        + "\(length.upperBound)", &problems)
            }
            guard isMatch?(text) ?? compiled?.matches(text) ?? true else {
                return wrong(pointer, "does not match \(pattern ?? "")", &problems)
            }
            return safe
        } write: {
            $1.string($0)
        }
    }
}

extension Schema where Value == String {
    /// Text of a header, or a token: printable ASCII. Other bytes may be no UTF-8, and would then all be the same.
    static func header(_ length: ClosedRange<Int>) -> Schema { .text(length, pattern: "^[ -~]*$") }

    /// A password: any text, of which errors show nothing.
    static let secret = Schema(
        description: ["type": "string", "format": "password", "minLength": 1, "maxLength": 1_024]
    ) { json, pointer, problems in
        guard case .string(let text) = json, (1...1_024).contains(text.unicodeScalars.count) else {
            return wrong(pointer, "expected 1 to 1024 characters", &problems)
        }
        return text
    } write: { _, _ in
    }

    /// Any text, of answers.
    static let plain = Schema(description: ["type": "string"]) { json, _, _ in
        if case .string(let text) = json { text } else { nil }
    } write: {
        $1.string($0)
    }
}

extension Schema where Value == Int {
    static func integer(_ range: ClosedRange<Int> = 0...Int.max) -> Schema {
        var description: JSON = [
            "type": "integer", "format": "int64", "minimum": .number("\(range.lowerBound)"),
        ]
        if range.upperBound < .max {
            description = description.with([.init(name: "maximum", value: .number("\(range.upperBound)"))])
        }
        return Schema(description: description) { json, pointer, problems in
            guard case .number(let digits) = json, let value = Double(digits), value == value.rounded() else {
                let kind = if case .number = json { "not whole" } else { json.typeName }
                return wrong(pointer, "is \(kind), expected an integer", &problems)
            }
            let expected = "expected \(range.lowerBound) to \(range.upperBound)"
            // JSON Schema counts 122.0 among the integers.
            guard let number = Int(digits) ?? Int(exactly: value) else {
                return wrong(pointer, "is out of range, \(expected)", &problems)
            }
            guard range.contains(number) else { return wrong(pointer, "is \(number), \(expected)", &problems) }
            return number
        } write: {
            $1.raw(String($0))
        }
    }
}

extension Schema where Value == Quantity {
    /// An exact decimal, cut off after 9 decimals.
    static func decimal(_ range: ClosedRange<Double>) -> Schema {
        let (minimum, maximum) = ("\(range.lowerBound)", "\(range.upperBound)")
        return Schema(description: ["type": "number", "minimum": .number(minimum), "maximum": .number(maximum)]) {
            json, pointer, problems in
            guard case .number(let digits) = json else {
                return wrong(pointer, "is \(json.typeName), expected a number", &problems)
            }
            guard let number = Double(digits), range.contains(number),
                let value = try? Quantity(String(format: "%.9f", number))  // nil cannot be: 9 decimals are exact
            else { return wrong(pointer, "is \(digits), expected \(minimum) to \(maximum)", &problems) }
            return value
        } write: {
            $1.raw($0.description)
        }
    }
}

extension Schema where Value == Bool {
    static let flag = Schema(description: ["type": "boolean"]) { json, pointer, problems in
        guard case .bool(let value) = json else {
            return wrong(pointer, "is \(json.typeName), expected true or false", &problems)
        }
        return value
    } write: {
        $1.raw($0 ? "true" : "false")
    }
}

extension Schema where Value == UUID {
    static let id = Schema(description: ["type": "string", "format": "uuid"]) { json, pointer, problems in
        guard case .string(let text) = json, let id = UUID(text: text) else {
            return wrong(pointer, "is not a UUID", &problems)
        }
        return id
    } write: {
        $1.string($0.text)
    }
}

extension Schema where Value == Date {
    static let time = Schema(description: ["type": "string", "format": "date-time"]) { json, pointer, problems in
        guard case .string(let text) = json, let date = Date(rfc3339: text) else {
            return wrong(pointer, "is not an RFC 3339 time such as 2026-01-31T12:00:00Z", &problems)
        }
        return date
    } write: {
        $1.string($0.rfc3339)
    }
}

extension Schema where Value: RawRepresentable & CaseIterable & Sendable, Value.RawValue == String {
    static var choice: Schema {
        let names = Value.allCases.map(\.rawValue)
        return Schema(description: ["type": "string", "enum": .array(names.map(JSON.string))]) {
            json, pointer, problems in
            guard case .string(let text) = json, let value = Value(rawValue: text) else {
                return wrong(pointer, "expected one of \(names.joined(separator: ", "))", &problems)
            }
            return value
        } write: {
            $1.string($0.rawValue)
        }
    }
}

extension Schema where Value == JSON {
    /// Any object, kept as it is.
    static func any(_ description: JSON) -> Schema {
        Schema(description: description) { json, pointer, problems in
            guard case .object = json else {
                return wrong(pointer, "is \(json.typeName), expected an object", &problems)
            }
            return json
        } write: {
            $1.value($0)
        }
    }
}

extension Schema {
    static func list<Element>(
        _ element: Schema<Element>, maximum: Int = 1_000, isSet: Bool = false
    ) -> Schema<[Element]> where Value == [Element] {
        Schema<[Element]>(
            description: [
                "type": "array", "items": element.description, "maxItems": .number("\(maximum)"),
                "uniqueItems": .bool(isSet),
            ],
            components: element.components
        ) { json, pointer, problems in
            guard case .array(let elements) = json else {
                return wrong(pointer, "is \(json.typeName), expected an array", &problems)
            }
            guard elements.count <= maximum else {
                return wrong(pointer, "has \(elements.count) elements, expected at most \(maximum)", &problems)
            }
            guard !isSet || Set(elements).count == elements.count else {
                return wrong(pointer, "holds an element twice", &problems)
            }
            let values = elements.enumerated().compactMap { element.read($1, "\(pointer)/\($0)", &problems) }
            return values.count == elements.count ? values : nil
        } write: { values, writer in
            writer.array { writer in for value in values { element.write(value, &writer) } }
        }
    }

    /// A list that only answers have.
    static func answers<Element>(_ element: Schema<Element>) -> Schema<[Element]> where Value == [Element] {
        Schema<[Element]>(
            description: ["type": "array", "items": element.description], components: element.components,
            read: { _, _, _ in nil }
        ) { values, writer in
            writer.array { writer in for value in values { element.write(value, &writer) } }
        }
    }

    /// The same for a member that may be left out.
    var some: Schema<Value?> {
        let (read, write) = (read, write)
        return Schema<Value?>(description: description, components: components) { json, pointer, problems in
            read(json, pointer, &problems).map { .some($0) }
        } write: { value, writer in
            if let value { write(value, &writer) } else { writer.raw("null") }
        }
    }

    /// This or `null`.
    var orNull: Schema<Value?> {
        let (read, write) = (read, write)
        return Schema<Value?>(
            description: ["oneOf": [description, ["type": "null"]]], components: components
        ) { json, pointer, problems in
            if case .null = json { return .some(nil) }
            return read(json, pointer, &problems).map { .some($0) }
        } write: { value, writer in
            if let value { write(value, &writer) } else { writer.raw("null") }
        }
    }
}
