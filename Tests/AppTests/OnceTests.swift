import Foundation
import TestSupport
import Testing

/// What is sent again counts once.
@Suite struct OnceTests {
    @Test func aNamedDocumentCountsOnceHoweverItIsBatched() async throws {
        let server = try await RunningServer.start(.sqlite)
        let id = try await server.scenario()
        func bulk(_ ids: ClosedRange<Int>) async throws -> Int {
            let body = ids.map { "{\"index\":{\"_id\":\"\($0)\"}}\n{\"n\":\($0)}\n" }.joined()
            return try await server.send("POST", "/s/\(id)/_bulk", type: nil, Data(body.utf8)).status
        }
        for range in [1...10, 1...10, 5...15, 1...20] { #expect(try await bulk(range) == 200) }
        let metrics = try await server.send("GET", "/api/v2/scenarios/\(id)/metrics").json
        #expect((metrics["summary"] as? [String: Any])?["total_requests"] as? Int == 20)
        await server.stop()
    }

    /// As rsyslog sends it: what was in doubt comes again in batches cut otherwise.
    @Test func aTimedDocumentCountsOnceHoweverItIsBatched() async throws {
        let server = try await RunningServer.start(.sqlite)
        let id = try await server.scenario()
        func bulk(_ numbers: [Int], time: String) async throws {
            let body = numbers.map { "{\"index\":{}}\n{\(time)\"n\":\($0)}\n" }.joined()
            #expect(try await server.send("POST", "/s/\(id)/_bulk", type: nil, Data(body.utf8)).status == 200)
        }
        let time = "\"@timestamp\":\"2026-03-02T08:00:00Z\","
        for numbers in [[1, 2, 2, 3], [2, 3, 4], [2, 2, 1]] { try await bulk(numbers, time: time) }
        for numbers in [[1, 2, 2, 3], [2, 3, 4]] { try await bulk(numbers, time: "") }
        let metrics = try await server.send("GET", "/api/v2/scenarios/\(id)/metrics").json
        #expect((metrics["summary"] as? [String: Any])?["total_requests"] as? Int == 5 + 7)
        await server.stop()
    }

    @Test func anIdempotencyKeyNamesOneContent() async throws {
        let server = try await RunningServer.start(.sqlite)
        let id = try await server.scenario()
        func send(_ path: String, _ body: String) async throws -> Int {
            try await server.send("POST", "/s/\(id)\(path)", headers: ["Idempotency-Key": "k1"], body).status
        }
        #expect(try await send("/ingest", #"{"a":1}"#) == 200)
        #expect(try await send("/ingest", #"{"a":1}"#) == 200)
        #expect(try await send("/ingest", #"{"zz":1}"#) == 422)
        #expect(try await send("/_bulk", #"{"index":{}}"# + "\n" + #"{"b":1}"# + "\n") == 422)
        let summary = try await server.send("GET", "/api/v2/scenarios/\(id)/summary").json
        #expect(summary["total_requests"] as? Int == 1)
        await server.stop()
    }

    /// Records with a time and an id count once, however they are batched; the same id with other content is another one.
    @Test(arguments: DatabaseBackend.allCases)
    func recordsWithIDsCountOnce(backend: DatabaseBackend) async throws {
        let server = try await RunningServer.start(backend)
        let id = try await server.scenario()
        func records(_ numbers: Range<Int>, _ name: String = "id", more: String = "") -> [String] {
            numbers.map { #"{"time":"2026-03-02T08:00:00Z","\#(name)":"\#($0)"\#(more)}"# }
        }
        func ingest(_ body: String, _ headers: [String: String] = [:]) async throws -> [Int?] {
            let reply = try await server.send("POST", "/s/\(id)/ingest", headers: headers, body)
            return ["accepted", "rejected", "duplicates"].map { reply.json[$0] as? Int }
        }
        #expect(try await ingest(records(0..<10).joined(separator: "\n")) == [10, 0, 0])
        #expect(try await ingest(records(5..<15).joined(separator: "\n")) == [5, 0, 5])
        #expect(try await ingest("[" + records(0..<20).joined(separator: ",") + "]") == [5, 0, 15])
        #expect(try await ingest("[" + records(0..<20).joined(separator: ",") + "]") == [0, 0, 20])
        #expect(try await ingest(records(0..<2, more: #","n":1"#).joined(separator: "\n")) == [2, 0, 0])
        #expect(try await ingest((records(30..<32) + records(30..<32)).joined(separator: "\n")) == [2, 0, 2])
        #expect(try await ingest(records(0..<3, "event_id").joined() + records(0..<3, "@id").joined()) == [6, 0, 0])
        let untimed = #"{"id":7}"# + "\n" + #"{"id":7}"#  // may well be two
        #expect(try await ingest(untimed) == [2, 0, 0])
        // Some with, some without: what is sent again is known as a whole.
        let mixed = records(40..<42).joined() + #"{"time":"2026-03-02T08:00:00Z","n":1}"# + "{broken\n"
        #expect(try await ingest(mixed) == [3, 1, 0])
        #expect(try await ingest(mixed) == [0, 0, 4])
        // A name for the whole delivery is the sender's word.
        #expect(try await ingest(records(0..<2).joined(), ["Idempotency-Key": "a"]) == [2, 0, 0])
        #expect(try await ingest(records(0..<2).joined(), ["Idempotency-Key": "a"]) == [0, 0, 2])
        let events = try await server.send("GET", "/api/v2/scenarios/\(id)/summary").json["total_requests"] as? Int
        #expect(events == 10 + 5 + 5 + 2 + 2 + 6 + 2 + 3 + 2)
        await server.stop()
    }

    /// Names of events are held to the end of a request: there is a limit to them, and nothing of what is over it is kept.
    @Test func aRequestNamesOnlySoManyEvents() async throws {
        let server = try await RunningServer.start(.sqlite)
        let id = try await server.scenario()
        var body = Data()
        for number in 0...250_000 { body += Data(#"{"time":1760000000,"id":\#(number)}"#.utf8 + [0x0a]) }
        let reply = try await server.send("POST", "/s/\(id)/ingest", type: "application/x-ndjson", body)
        #expect(reply.status == 413 && reply.text.contains("250000 events"))
        let first = body.prefix(200_000)
        #expect(try await server.send("POST", "/s/\(id)/ingest", type: "application/x-ndjson", first).status == 200)
        let summary = try await server.send("GET", "/api/v2/scenarios/\(id)/summary").json
        #expect(summary["total_requests"] as? Int == first.count(where: { $0 == 0x0a }))
        await server.stop()
    }

    /// A shipper that missed the answer sends the same bytes again; records without a time may really come twice.
    @Test func theSameTimedBytesCountOnce() async throws {
        let server = try await RunningServer.start(.sqlite)
        let id = try await server.scenario()
        func send(_ body: String, key: String? = nil) async throws -> Int {
            let headers = key.map { ["Idempotency-Key": $0] } ?? [:]
            let reply = try await server.send("POST", "/s/\(id)/ingest", type: nil, headers: headers, Data(body.utf8))
            return reply.json["duplicates"] as? Int ?? -1
        }
        let timed = #"{"time":"2026-03-02T08:00:00Z","n":1}"# + "\n"
        #expect(try await send(timed) == 0)
        #expect(try await send(timed) == 1)
        #expect(try await send(timed, key: "again") == 0)
        #expect(try await send("{\"n\":1}\n") == 0)
        #expect(try await send("{\"n\":1}\n") == 0)
        await server.stop()
    }
}
