import Foundation
import Traffic

/// OpenTelemetry's logs: resources, each with scopes, each with records.
enum OTLPReader {
    /// Takes what attributes of a resource say of all its records.
    private static func note(_ key: String?, _ value: String?, in label: inout GroupLabel) {
        if key == "service.name" { label.source = value }
        if key == "mockupaws.scenario_id" { label.scenario = value }
    }
}

/// As JSON.
extension OTLPReader {
    static func json() -> GroupReader<JSONGroupCutter> {
        let path = GroupPath(groups: "resourceLogs", label: "resource", records: ["scopeLogs", "logRecords"])
        return GroupReader(JSONGroupCutter(path)) { resource in
            var label = GroupLabel()
            for attribute in resource["attributes"]?.elements ?? [] {
                note(attribute["key"]?.text, attribute["value"]?["stringValue"]?.text, in: &label)
            }
            return label
        } record: { record, source, batch in
            guard record.isObject else { throw EnvelopeProblem(detail: "A log record is \(record.typeName).") }
            let (time, seen) = (try time(record, "timeUnixNano"), try time(record, "observedTimeUnixNano"))
            let body = record["body"] ?? .null
            guard body == .null || body.isObject else {
                throw EnvelopeProblem(detail: "A record's body is \(body.typeName), not an AnyValue.")
            }
            batch.add(plain(body), minute: Minute.of(nanoseconds: time == 0 ? seen : time), source: source)
        }
    }

    /// Nanoseconds since 1970; 0 where the record does not say.
    private static func time(_ record: JSON, _ name: String) throws -> Int64 {
        guard let value = record[name], value != .null else { return 0 }
        guard let nanoseconds = value.int64, nanoseconds >= 0 else {
            throw EnvelopeProblem(detail: "A record's \(name) is not a count of nanoseconds since 1970.")
        }
        return nanoseconds
    }

    /// An `AnyValue` as the JSON it stands for.
    private static func plain(_ value: JSON) -> JSON {
        guard case .object(let members) = value, let member = members.first else { return .string("") }
        switch member.name {
        case "intValue": return member.value.int64.map { .number(String($0)) } ?? member.value
        case "arrayValue": return .array((member.value["values"]?.elements ?? []).map(plain))
        case "kvlistValue":
            return .object(
                (member.value["values"]?.elements ?? []).map {
                    JSON.Member(name: $0["key"]?.text ?? "", value: plain($0["value"] ?? .null))
                })
        default: return member.value
        }
    }
}

/// As Protocol Buffers.
extension OTLPReader {
    private static let deepest = 64  // levels of nested values

    static func protobuf() -> GroupReader<ProtobufGroupCutter> {
        GroupReader(ProtobufGroupCutter(GroupPath(groups: 1, label: 1, records: [2, 2]))) { resource in
            var label = GroupLabel()
            try ProtobufReader.messages(in: resource) { number, attribute in
                guard number == 1 else { return }
                let (key, value) = try pair(attribute, depth: 0)
                note(key, value.text, in: &label)
            }
            return label
        } record: { record, source, batch in
            var (time, seen, body): (UInt64, UInt64, JSON) = (0, 0, .string(""))
            try ProtobufReader.fields(in: record) { number, value in
                switch (number, value) {
                case (1, .fixed64(let count)): time = count
                case (11, .fixed64(let count)): seen = count
                case (5, .bytes(let bytes)): body = try any(bytes, depth: 0)
                default: break
                }
            }
            let nanoseconds = Int64(clamping: time == 0 ? seen : time)
            batch.add(body, minute: Minute.of(nanoseconds: nanoseconds), source: source)
        }
    }

    private static func pair(_ bytes: ArraySlice<UInt8>, depth: Int) throws -> (String, JSON) {
        var (key, value): (String, JSON) = ("", .null)
        try ProtobufReader.messages(in: bytes) { number, inner in
            if number == 1 { key = String(decoding: inner, as: UTF8.self) }
            if number == 2 { value = try any(inner, depth: depth) }
        }
        return (key, value)
    }

    /// An `AnyValue`.
    private static func any(_ bytes: ArraySlice<UInt8>, depth: Int) throws -> JSON {
        guard depth < Self.deepest else { throw EnvelopeProblem(detail: "A value is nested too deep.") }
        var result = JSON.null
        try ProtobufReader.fields(in: bytes) { number, value in
            switch (number, value) {
            case (1, .bytes(let text)): result = .string(String(decoding: text, as: UTF8.self))
            case (2, .varint(let flag)): result = .bool(flag != 0)
            case (3, .varint(let count)): result = .number(String(Int64(bitPattern: count)))
            case (4, .fixed64(let bits)):
                let double = Double(bitPattern: bits)
                result = double.isFinite ? .number("\(double)") : .string("\(double)")
            case (5, .bytes(let inner)): result = .array(try list(inner, depth: depth + 1))
            case (6, .bytes(let inner)): result = .object(try members(inner, depth: depth + 1))
            case (7, .bytes(let data)): result = .string(Data(data).base64EncodedString())
            default: break
            }
        }
        return result
    }

    private static func list(_ bytes: ArraySlice<UInt8>, depth: Int) throws -> [JSON] {
        var elements: [JSON] = []
        try ProtobufReader.messages(in: bytes) { number, inner in
            if number == 1 { elements.append(try any(inner, depth: depth)) }
        }
        return elements
    }

    private static func members(_ bytes: ArraySlice<UInt8>, depth: Int) throws -> [JSON.Member] {
        var members: [JSON.Member] = []
        try ProtobufReader.messages(in: bytes) { number, inner in
            guard number == 1 else { return }
            let (name, value) = try pair(inner, depth: depth)
            members.append(JSON.Member(name: name, value: value))
        }
        return members
    }
}
