import Domain
import Foundation
import TestSupport
import Testing
import Traffic

@testable import HTTPAPI

/// Readers take events out of envelopes that come in any pieces.
@Suite struct EnvelopeReaderTests {
    /// An event as it comes out: its text, its minute, where it comes from, why it is none.
    struct Event: Hashable {
        var text: String
        var minute: Int?
        var source: String?
        var refusal: RejectReason?
    }

    /// Feeds a body in pieces.
    static func events(
        _ body: [UInt8], _ reader: some EnvelopeReader, piece: () -> Int = { .max }
    ) throws -> [Event] {
        var (reader, batch, rest) = (reader, EventBatch(), body[...])
        while !rest.isEmpty {
            let count = min(rest.count, piece())
            try rest.prefix(count).withUnsafeBytes { try reader.consume($0, into: &batch) }
            rest = rest.dropFirst(count)
        }
        try reader.finish(into: &batch)
        return batch.events.map { event in
            let text = String(decoding: batch.bytes[event.text].prefix(100), as: UTF8.self)
            return Event(text: text, minute: event.minute, source: event.source, refusal: event.refusal)
        }
    }

    enum Dialect: CaseIterable { case lokiJSON, lokiProtobuf, otlpJSON, otlpProtobuf, splunk, messagePack }

    static func reader(_ dialect: Dialect) -> any EnvelopeReader {
        switch dialect {
        case .lokiJSON: LokiReader.json()
        case .lokiProtobuf: LokiReader.protobuf()
        case .otlpJSON: OTLPReader.json()
        case .otlpProtobuf: OTLPReader.protobuf()
        case .splunk: SplunkEventReader()
        case .messagePack: MessagePackReader()
        }
    }

    @Test(arguments: Dialect.allCases, UInt64(1)...20)
    func aBodyGivesItsEventsHoweverItIsCut(dialect: Dialect, seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let groups = EnvelopeWriter.groups(using: &random)
        let body = try EnvelopeWriter.body(groups, as: dialect, using: &random)
        let events = try Self.events(body, Self.reader(dialect)) { Int.random(in: 1...40, using: &random) }
        #expect(events == EnvelopeWriter.expected(groups, from: dialect))
        #expect(try Self.events(body, Self.reader(dialect)) == events)
        #expect(try Self.events(body, Self.reader(dialect)) { 1 } == events)
    }

    /// A body that was cut short is refused, wherever that was.
    @Test(arguments: Dialect.allCases) func aBodyThatEndsEarlyIsRefused(dialect: Dialect) throws {
        var random = SplitMix64(state: 7)
        let groups = EnvelopeWriter.groups(using: &random)
        let body = try EnvelopeWriter.body(groups, as: dialect, using: &random)
        let all = EnvelopeWriter.expected(groups, from: dialect)
        for length in 1..<body.count {
            // What has no frame around it may end between two of its records or groups.
            let events = try? Self.events(Array(body[..<length]), Self.reader(dialect))
            if let events { #expect(events.count < all.count && all.starts(with: events), "\(length)") }
        }
    }

    @Test(arguments: [
        (#"{"streams":[{"values":[["60000000000","a"]],"stream":{"app":"x"}}]}"#, Dialect.lokiJSON),
        (
            #"{"a":[{}],"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":60000000000,"body":{"stringValue":"a"}}]}],"#
                + #""resource":{"attributes":[{"key":"service.name","value":{"stringValue":"x"}}]}}]}"#, .otlpJSON
        ),
    ])
    func labelsMayComeAfterTheirRecords(body: String, dialect: Dialect) throws {
        let events = try Self.events(Array(body.utf8), Self.reader(dialect)) { 3 }
        #expect(events == [Event(text: "a", minute: 1, source: "x")])
    }

    /// What is held to the end has a limit, however little of it is sent.
    @Test func actionsAndUnlabelledRecordsAreNotEndless() {
        let actions = Array(String(repeating: "{\"delete\":{}}\n", count: BulkReader.limit + 1).utf8)
        #expect(throws: DomainError.self) { try Self.events(actions, BulkReader(index: nil)) { 1 << 16 } }
        let records = String(repeating: "[\"1\",\"a\"],", count: 100_001)
        let body = Array("{\"streams\":[{\"values\":[\(records)".utf8)
        #expect(throws: EnvelopeProblem.self) { try Self.events(body, LokiReader.json()) { 1 << 16 } }
    }

    /// The next event of the envelope is still taken.
    @Test(arguments: Dialect.allCases) func aRecordThatIsTooLongIsRejectedAlone(dialect: Dialect) throws {
        for count in [LineSplitter.longest + 1, Piece.longest + 1] {
            let long = String(repeating: "x", count: count)
            var random = SplitMix64(state: 1)
            let groups = [EnvelopeWriter.Group(source: "s", records: [(60, long), (60, "b")])]
            let body = try EnvelopeWriter.body(groups, as: dialect, using: &random)
            let events = try Self.events(body, Self.reader(dialect)) { 1 << 16 }
            #expect(events.map(\.refusal) == [.tooLong, nil])
        }
    }

    @Test(arguments: [
        "", "[]", "{", "{}x", #"{"streams":{}}"#, #"{"streams":[1]}"#, #"{"streams":[{}]}"#,
        #"{"streams":[{"stream":{}}"#,
        #"{"streams":[],"streams":[]}"#, #"{"streams":[{"stream":{},"stream":{}}]}"#, #"{"streams":[,]}"#,
        #"{"streams":[{"stream":{},"values":[["1","a"],]}]}"#, #"{"streams":[{"stream":{},"values":[["1"]]}]}"#,
        #"{"streams":[{"stream":[]}]}"#, #"{"streams":[]}}"#, #"{"streams" []}"#, #"{streams:[]}"#, #"{"streams":[}]"#,
        #"{"other":[1,2}"#, #"{"other":tru}"#, #"{"streams":[{"stream":{}}}]"#, "\u{feff}{}",
    ])
    func whatIsNotLokiIsRefused(body: String) {
        #expect(throws: EnvelopeProblem.self) { try Self.events(Array(body.utf8), LokiReader.json()) { 1 } }
    }

    @Test(arguments: [
        #"{}"#, #"{"streams":null}"#, #"{"streams":[]}"#, #" {"other":{"streams":[1]},"streams":[{"stream":{}}]} "#,
        #"{"streams":[{"stream":{},"values":[]}],"x":"]}"}"#,
    ])
    func emptyBodiesHaveNoEvents(body: String) throws {
        #expect(try Self.events(Array(body.utf8), LokiReader.json()) { 1 } == [])
    }

    @Test(arguments: [
        [0x0a, 0x02, 0x08], [0x0a, 0x01, 0x0a, 0x02], [0x0b], [0x00],
        [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
        [0x0a, 0x03, 0x0a, 0x05, 0x61], [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80],
        [0x0a, 0x01, 0x80, 0x01],
    ])
    func whatIsNotProtobufIsRefused(body: [UInt8]) {
        #expect(throws: EnvelopeProblem.self) { try Self.events(body, OTLPReader.protobuf()) { 1 } }
        #expect(throws: EnvelopeProblem.self) { try Self.events(body, OTLPReader.protobuf()) }
    }

    @Test(arguments: [[0xc1], [0x81, 0xa1], [0xc0], [0x93, 0x80, 0x80], [0xdd, 0xff, 0xff, 0xff, 0xff]])
    func whatIsNotMessagePackRecordsIsRefused(body: [UInt8]) {
        #expect(throws: EnvelopeProblem.self) { try Self.events(body, MessagePackReader()) { 1 } }
    }
}
