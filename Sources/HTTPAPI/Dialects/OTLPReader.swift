import Foundation
import Traffic

/// What a resource's attributes say of all its records.
private struct OTLPResource {
    var source: String?
    var scenario: String?

    mutating func note(_ key: String?, _ value: String?) {
        if key == "service.name" { source = value }
        if key == "mockupaws.scenario_id" { scenario = value }
    }
}

/// A reader that learns from resources which scenario the request is for.
private protocol OTLPReader: WholeEnvelope {
    var tenant: String? { get set }
}

extension OTLPReader {
    fileprivate mutating func take(_ resource: OTLPResource) throws {
        guard let scenario = resource.scenario else { return }
        guard tenant == nil || tenant == scenario else {
            throw EnvelopeProblem(detail: "The resources name several scenarios; send each its own request.")
        }
        tenant = scenario
    }
}

/// OTLP logs as JSON.
struct OTLPJSONReader: OTLPReader {
    var body: [UInt8] = []
    fileprivate(set) var tenant: String?

    mutating func read(into batch: inout EventBatch) throws {
        let request = try JSON.envelope(body)
        guard case .object = request else {
            throw EnvelopeProblem(
                detail: "The body is not one ExportLogsServiceRequest: an OTLP request is one JSON object.")
        }
        for resource in try list(request, "resourceLogs") {
            var about = OTLPResource()
            for attribute in resource["resource"]?["attributes"]?.elements ?? [] {
                about.note(attribute["key"]?.text, attribute["value"]?["stringValue"]?.text)
            }
            try take(about)
            for scope in try list(resource, "scopeLogs") {
                for record in try list(scope, "logRecords") {
                    let (time, seen) = (try time(record, "timeUnixNano"), try time(record, "observedTimeUnixNano"))
                    let body = record["body"] ?? .null
                    guard body == .null || body.isObject else {
                        throw EnvelopeProblem(detail: "A record's body is \(body.typeName), not an AnyValue.")
                    }
                    batch.add(
                        plain(body), minute: Minute.of(nanoseconds: time == 0 ? seen : time),
                        source: about.source)
                }
            }
        }
    }

    private func list(_ parent: JSON, _ name: String) throws -> [JSON] {
        guard let value = parent[name], value != .null else { return [] }
        guard let elements = value.elements,
            elements.allSatisfy(\.isObject)
        else { throw EnvelopeProblem(detail: "\(name) is not an array of objects.") }
        return elements
    }

    /// Nanoseconds since 1970; 0 where the record does not say.
    private func time(_ record: JSON, _ name: String) throws -> Int64 {
        guard let value = record[name], value != .null else { return 0 }
        guard let nanoseconds = value.int64, nanoseconds >= 0 else {
            throw EnvelopeProblem(detail: "A record's \(name) is not a count of nanoseconds since 1970.")
        }
        return nanoseconds
    }

    /// An `AnyValue` as the JSON it stands for.
    private func plain(_ value: JSON) -> JSON {
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

/// OTLP logs as Protocol Buffers.
struct OTLPProtobufReader: OTLPReader {
    var body: [UInt8] = []
    fileprivate(set) var tenant: String?

    private static let deepest = 64  // levels of nested values

    mutating func read(into batch: inout EventBatch) throws {
        var groups: [ArraySlice<UInt8>] = []
        try ProtobufReader.messages(in: body[...]) { number, group in if number == 1 { groups.append(group) } }
        for group in groups {
            var (about, scopes): (OTLPResource, [ArraySlice<UInt8>]) = (OTLPResource(), [])
            try ProtobufReader.messages(in: group) { number, value in
                if number == 1 { about = try resource(value) }
                if number == 2 { scopes.append(value) }
            }
            try take(about)
            for scope in scopes {
                try ProtobufReader.messages(in: scope) { number, record in
                    if number == 2 { try add(record, about.source, to: &batch) }
                }
            }
        }
    }

    private func resource(_ bytes: ArraySlice<UInt8>) throws -> OTLPResource {
        var resource = OTLPResource()
        try ProtobufReader.messages(in: bytes) { number, attribute in
            guard number == 1 else { return }
            let (key, value) = try pair(attribute, depth: 0)
            resource.note(key, value.text)
        }
        return resource
    }

    private func add(_ record: ArraySlice<UInt8>, _ source: String?, to batch: inout EventBatch) throws {
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

    private func pair(_ bytes: ArraySlice<UInt8>, depth: Int) throws -> (String, JSON) {
        var (key, value): (String, JSON) = ("", .null)
        try ProtobufReader.messages(in: bytes) { number, inner in
            if number == 1 { key = String(decoding: inner, as: UTF8.self) }
            if number == 2 { value = try any(inner, depth: depth) }
        }
        return (key, value)
    }

    /// An `AnyValue`.
    private func any(_ bytes: ArraySlice<UInt8>, depth: Int) throws -> JSON {
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

    private func list(_ bytes: ArraySlice<UInt8>, depth: Int) throws -> [JSON] {
        var elements: [JSON] = []
        try ProtobufReader.messages(in: bytes) { number, inner in
            if number == 1 { elements.append(try any(inner, depth: depth)) }
        }
        return elements
    }

    private func members(_ bytes: ArraySlice<UInt8>, depth: Int) throws -> [JSON.Member] {
        var members: [JSON.Member] = []
        try ProtobufReader.messages(in: bytes) { number, inner in
            guard number == 1 else { return }
            let (name, value) = try pair(inner, depth: depth)
            members.append(JSON.Member(name: name, value: value))
        }
        return members
    }
}
