import Foundation
import TestSupport

@testable import HTTPAPI

/// Writes the same records as each dialect does.
enum EnvelopeWriter {
    typealias Dialect = EnvelopeReaderTests.Dialect
    typealias Event = EnvelopeReaderTests.Event

    struct Group {
        var source: String
        var records: [(seconds: Int, text: String)]
    }

    static func groups(using random: inout SplitMix64) -> [Group] {
        let letters = Array("ab \"\\\n{}[],:é🚀0-")
        return (0..<Int.random(in: 1...4, using: &random)).map { group in
            Group(
                source: "service-\(group)",
                records: (0..<Int.random(in: 1...5, using: &random)).map { _ in
                    let text = String(
                        (0...Int.random(in: 0..<90, using: &random)).map { _ in letters.randomElement(using: &random)! }
                    )
                    return (Int.random(in: 1...2_000_000_000, using: &random), "x" + text)
                })
        }
    }

    /// What a reader makes of them.
    static func expected(_ groups: [Group], from dialect: Dialect) -> [Event] {
        groups.flatMap { group in
            group.records.map { seconds, text in
                let isMap = dialect == .messagePack  // which keeps the record as a map, and names no source
                let shown =
                    isMap
                    ? String(decoding: JSON.object([.init(name: "log", value: .string(text))]).compact, as: UTF8.self)
                    : text
                let first = String(decoding: Array(shown.utf8).prefix(100), as: UTF8.self)
                return Event(text: first, minute: seconds / 60, source: isMap ? nil : group.source)
            }
        }
    }

    static func body(_ groups: [Group], as dialect: Dialect, using random: inout SplitMix64) throws -> [UInt8] {
        switch dialect {
        case .lokiJSON: try lokiJSON(groups, using: &random)
        case .otlpJSON: try otlpJSON(groups, using: &random)
        case .splunk: try splunk(groups, using: &random)
        case .lokiProtobuf: groups.flatMap { field(1, lokiStream($0)) }
        case .otlpProtobuf: groups.flatMap { field(1, otlpResource($0)) }
        case .messagePack: messagePack(groups, using: &random)
        }
    }

    // MARK: JSON

    private static func options(_ random: inout SplitMix64) -> JSONSerialization.WritingOptions {
        Bool.random(using: &random) ? [.prettyPrinted] : []
    }

    private static func lokiJSON(_ groups: [Group], using random: inout SplitMix64) throws -> [UInt8] {
        let streams = groups.map { group -> [String: Any] in
            ["stream": ["app": group.source], "values": group.records.map { ["\($0.seconds)000000000", $0.text] }]
        }
        return try written(["streams": streams, "other": ["a": [1, NSNull(), "]"]]], &random)
    }

    private static func otlpJSON(_ groups: [Group], using random: inout SplitMix64) throws -> [UInt8] {
        let resources = groups.map { group -> [String: Any] in
            let records = group.records.map { seconds, text -> [String: Any] in
                ["timeUnixNano": "\(seconds)000000000", "body": ["stringValue": text], "attributes": [["key": "k"]]]
            }
            let attribute: [String: Any] = ["key": "service.name", "value": ["stringValue": group.source]]
            return [
                "resource": ["attributes": [attribute]], "schemaUrl": "x",
                "scopeLogs": [["scope": ["name": "n"], "logRecords": records]],
            ]
        }
        return try written(["resourceLogs": resources], &random)
    }

    private static func splunk(_ groups: [Group], using random: inout SplitMix64) throws -> [UInt8] {
        let events = try groups.flatMap { group in
            try group.records.map {
                try written(["time": $0.seconds, "event": $0.text, "source": group.source], &random)
            }
        }
        guard Bool.random(using: &random) else { return Array(events.joined(separator: Array("\n".utf8))) }
        return Array("[".utf8) + Array(events.joined(separator: Array(", ".utf8))) + Array("]".utf8)
    }

    private static func written(_ object: [String: Any], _ random: inout SplitMix64) throws -> [UInt8] {
        // The order of members is Foundation's own, another one in each process.
        Array(try JSONSerialization.data(withJSONObject: object, options: options(&random)))
    }

    // MARK: Protocol Buffers

    private static func varint(_ value: UInt64) -> [UInt8] {
        value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7f) | 0x80] + varint(value >> 7)
    }

    static func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
        [number << 3 | 2] + varint(UInt64(bytes.count)) + bytes
    }

    private static func lokiStream(_ group: Group) -> [UInt8] {
        field(1, Array("{app=\"\(group.source)\"}".utf8))
            + group.records.flatMap { seconds, text in
                field(2, field(1, [0x08] + varint(UInt64(seconds))) + field(2, Array(text.utf8)))
            } + [0x18] + varint(.max)  // hash
    }

    private static func otlpResource(_ group: Group) -> [UInt8] {
        let name = field(1, Array("service.name".utf8)) + field(2, field(1, Array(group.source.utf8)))
        let records = group.records.flatMap { seconds, text -> [UInt8] in
            let time = withUnsafeBytes(of: (UInt64(seconds) * 1_000_000_000).littleEndian) { Array($0) }
            return field(2, [0x09] + time + field(5, field(1, Array(text.utf8))) + [0x45, 1, 0, 0, 0])
        }
        let scope = field(1, field(1, Array("scope".utf8))) + records
        // The resource stands after its records, which the encoding allows.
        return field(2, scope) + field(3, Array("https://example.com/schema".utf8)) + field(1, field(1, name))
    }

    // MARK: MessagePack

    private static func messagePack(_ groups: [Group], using random: inout SplitMix64) -> [UInt8] {
        let records = groups.flatMap(\.records).map { seconds, text -> [UInt8] in
            let time = [0xce] + withUnsafeBytes(of: UInt32(seconds).bigEndian) { Array($0) }
            let text = Array(text.utf8)
            let length = withUnsafeBytes(of: UInt32(text.count).bigEndian) { Array($0) }
            return [0x92] + time + [0x81, 0xa3] + Array("log".utf8) + [0xdb] + length + text
        }
        guard records.count != 2, Bool.random(using: &random) else { return Array(records.joined()) }
        return [0xdc, 0, UInt8(records.count)] + Array(records.joined())
    }
}
