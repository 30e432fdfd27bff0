import Foundation
import TestSupport
import Testing

/// What log shippers send and have to be answered, byte by byte where they look at bytes.
@Suite struct DialectTests {
    /// Sends one body to a scenario of its own.
    private func send(
        _ path: String, _ body: String, type: String? = nil, headers: [String: String] = [:],
        _ check: (RunningServer.Reply, _ events: Int, _ summary: [String: Any]) throws -> Void
    ) async throws {
        try await send(path, Data(body.utf8), type: type, headers: headers, check)
    }

    private func send(
        _ path: String, _ body: Data, type: String? = nil, headers: [String: String] = [:],
        _ check: (RunningServer.Reply, _ events: Int, _ summary: [String: Any]) throws -> Void
    ) async throws {
        let server = try await RunningServer.start(.sqlite)
        let id = try await server.scenario()
        let reply = try await server.send("POST", "/s/\(id)\(path)", type: type, headers: headers, body)
        let metrics = try await server.send("GET", "/api/v2/scenarios/\(id)/metrics").json
        let summary = metrics["summary"] as? [String: Any] ?? [:]
        try check(reply, summary["total_requests"] as? Int ?? -1, summary)
        await server.stop()
    }

    @Test func bulkAnswersItemByItem() async throws {
        let body = """
            {"create":{"_index":"logs","_id":"a1"}}
            {"@timestamp":"2026-03-02T08:00:00Z","message":"hello"}
            {"index":{}}
            not JSON
            {"delete":{"_id":"a0"}}

            {"update":{"_id":"a2"}}
            {"doc":{"message":"changed"}}

            """
        try await send("/app/_bulk", body, type: "application/vnd.elasticsearch+x-ndjson; compatible-with=9") {
            reply, events, summary in
            #expect(reply.status == 200)
            #expect(reply.headers["x-elastic-product"] == "Elasticsearch")
            let items =
                #"{"create":{"_index":"logs","_id":"a1","_version":1,"result":"created","status":201}},"#
                + #"{"index":{"_index":"app","status":400,"error":{"type":"mapper_parsing_exception","reason":"the document is malformed"}}},"#
                + #"{"delete":{"_index":"app","_id":"a0","_version":1,"result":"deleted","status":200}},"#
                + #"{"update":{"_index":"app","_id":"a2","_version":1,"result":"updated","status":200}}"#
            #expect(reply.text == #"{"took":1,"errors":true,"items":["# + items + "]}")
            #expect(events == 2)
            #expect(summary["rejected_records"] as? Int == 1)
            #expect(summary["total_bytes"] as? Int == 55 + 21)
        }
    }

    @Test(arguments: [
        (#"{"index":{}}"#, "before its document"), ("", "no action"), ("hello\n{}\n", "line 1"),
        (#"{"index":{},"create":{}}"# + "\n{}\n", "line 1"),
    ])
    func aBrokenBulkIsRefusedAsAWhole(_ body: String, _ reason: String) async throws {
        try await send("/_bulk", body) { reply, events, _ in
            #expect(reply.status == 400)
            #expect(reply.text.contains(reason))
            #expect(events == 0)
        }
    }

    @Test func lokiTakesJSON() async throws {
        let body = """
            {"streams":[{"stream":{"app":"api"},"values":[["1760000000250000000","GET /cart 200"],
            ["1760000000310000000","{\\"a\\":1",{"trace_id":"0af7"}]]}]}
            """
        try await send("/loki/api/v1/push", body, type: "application/json") { reply, events, summary in
            #expect(reply.status == 204 && reply.data.isEmpty)
            #expect(events == 2)
            #expect(summary["total_bytes"] as? Int == 13 + 6)
        }
    }

    /// One raw Snappy block of literals: `PushRequest { stream { labels, entry { timestamp, line } } }`.
    @Test(arguments: [nil, "snappy"]) func lokiTakesProtobufInOneSnappyBlock(_ encoding: String?) async throws {
        let entry: [UInt8] = [0x0a, 6, 0x08] + [0x80, 0xe0, 0x9b, 0xc7, 0x06] + [0x12, 5] + Array("hello".utf8)
        let labels = Array(#"{app="api"}"#.utf8)
        let stream = [0x0a, UInt8(labels.count)] + labels + [0x12, UInt8(entry.count)] + entry
        let push = [0x0a, UInt8(stream.count)] + stream
        let block = Data([UInt8(push.count), UInt8(push.count - 1) << 2] + push)
        let headers = encoding.map { ["Content-Encoding": $0] } ?? [:]
        try await send("/loki/api/v1/push", block, type: "application/x-protobuf", headers: headers) {
            reply, events, summary in
            #expect(reply.status == 204, "\(reply.text)")
            #expect(events == 1)
            #expect(summary["total_bytes"] as? Int == 5)
        }
    }

    @Test func splunkTakesEventsWithNothingBetween() async throws {
        let body =
            #"{"time":1760000000.25,"source":"app","event":{"msg":"hi"}}{"time":"1760000000","event":"plain text"}"#
        try await send("/services/collector/event", body) { reply, events, summary in
            #expect(reply.status == 200 && reply.text == #"{"text":"Success","code":0}"#)
            #expect(events == 2)
            #expect(summary["total_bytes"] as? Int == 12 + 10)
        }
    }

    @Test(arguments: [
        ("", #"{"text":"No data","code":5}"#),
        (#"{"event":"a"}{"time":1}"#, #"{"text":"Event field is required","code":12,"invalid-event-number":1}"#),
        (#"{"event":""}"#, #"{"text":"Event field cannot be blank","code":13,"invalid-event-number":0}"#),
        (#"{"event":"a"}{"#, #"{"text":"Invalid data format","code":6,"invalid-event-number":1}"#),
    ])
    func splunkSaysWhatIsWrongInItsOwnNumbers(_ body: String, _ answer: String) async throws {
        try await send("/services/collector", body) { reply, events, _ in
            #expect(reply.status == 400 && reply.text == answer)
            #expect(events == 0)
        }
    }

    @Test func splunkTakesLines() async throws {
        try await send("/services/collector/raw?source=app", "one\r\ntwo\n\nthree") { reply, events, summary in
            #expect(reply.status == 200)
            #expect(events == 3)
            #expect(summary["total_bytes"] as? Int == 11)
        }
    }

    @Test func otlpTakesJSON() async throws {
        let body = """
            {"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"api"}}]},
            "scopeLogs":[{"logRecords":[{"timeUnixNano":"1760000000250000000","body":{"stringValue":"GET /cart 200"}},
            {"observedTimeUnixNano":1760000000250000000,"body":{"kvlistValue":{"values":[{"key":"n","value":{"intValue":"7"}}]}}}]}]}]}
            """
        try await send("/v1/logs", body, type: "application/json") { reply, events, summary in
            #expect(reply.status == 200 && reply.text == "{}")
            #expect(events == 2)
            #expect(summary["total_bytes"] as? Int == 13 + 7)
        }
        try await send("/v1/logs", "{}{}", type: "application/json") { reply, _, _ in #expect(reply.status == 400) }
        try await send("/v1/logs", "{}", type: "application/json") { reply, _, _ in #expect(reply.status == 200) }
    }

    /// A stack trace among a log's records is no reason to think that the log spans until now.
    @Test func undatedRecordsDoNotStretchTheTime() async throws {
        let server = try await RunningServer.start(.sqlite)
        let id = try await server.scenario(
            #"{"name":"t","workload":{"free_tier":"none","steps":[{"sqs":{}}]}}"#)
        let dated = (0..<1_000).map { #"{"time":"2026-08-01T08:0\#($0 % 10):00Z","n":\#($0)}"# }
        let undated = (0..<50).map { #"{"q":\#($0)}"# }
        func summary(_ lines: [String]) async throws -> [String: Any] {
            let body = Data(lines.joined(separator: "\n").utf8)
            _ = try await server.send("POST", "/s/\(id)/ingest", type: "application/x-ndjson", body)
            return try await server.send("GET", "/api/v2/scenarios/\(id)/summary").json
        }
        #expect(try await summary(dated)["monthly_cost_usd"] as? String == "5.256")
        for _ in 0..<2 {  // in the delivery or in one of their own
            let more = try await summary(undated)
            #expect(more["observed_minutes"] as? Int == 10)
        }
        // 1,100 requests in 10 minutes are 4,818,000 in 730 hours.
        let last = try await server.send("GET", "/api/v2/scenarios/\(id)/summary").json
        #expect(last["total_requests"] as? Int == 1_100)
        #expect(last["monthly_list_cost_usd"] as? String == "5.7816")
        await server.stop()
    }

    /// Each protocol tells errors in its own words.
    @Test func errorsSpeakTheDialect() async throws {
        let server = try await RunningServer.start(.sqlite)
        let id = try await server.scenario()
        func send(_ path: String, key: String? = nil, type: String = "application/json", _ body: String = "{}")
            async throws -> RunningServer.Reply
        { try await server.send("POST", path, key: key, type: type, Data(body.utf8)) }
        let hec = "/s/\(id)/services/collector/event"
        let anonymous = try await send(hec, key: "")
        #expect(anonymous.status == 401 && anonymous.text == #"{"text":"Token is required","code":2}"#)
        let invalid = try await send(hec, key: "mk_x")
        #expect(invalid.status == 401 && invalid.text == #"{"text":"Invalid token","code":4}"#)
        #expect(try await send("/s/\(UUID())/services/collector/event", #"{"event":"x"}"#).code == nil)
        let empty = try await send("/s/\(id)/services/collector/raw", type: "text/plain", "")
        #expect(empty.status == 400 && empty.text == #"{"text":"No data","code":5}"#)
        let bulk = try await send("/_bulk", key: "mk_x")
        #expect(bulk.headers["x-elastic-product"] == "Elasticsearch" && bulk.json["status"] as? Int == 401)
        let otlp = try await send("/s/\(id)/v1/logs", "[]")
        #expect(otlp.status == 400 && otlp.json["code"] as? Int == 3 && otlp.json["message"] != nil)
        let protobuf = try await send("/s/\(id)/v1/logs", key: "mk_x", type: "application/x-protobuf", "")
        #expect(protobuf.status == 401 && protobuf.data.starts(with: [0x08, 16, 0x12]))
        await server.stop()
    }

    @Test func aBulkRequestIsForOneScenario() async throws {
        let server = try await RunningServer.start(.sqlite)
        let (one, two) = (try await server.scenario(), try await server.scenario())
        let long = String(repeating: "x", count: 1_100_000)
        let body = """
            {"index":{"_index":"logs"}}
            {"a":1}
            {"index":{"_index":"\(one)"}}
            {"a":2}
            {"index":{"_index":"\(two)"}}
            {"a":3}
            {"index":{"_index":"\(one)"}}
            {"a":"\(long)"}
            {"index":{"_index":"\(one.uppercased())"}}
            {"a":4}

            """
        let reply = try await server.send("POST", "/_bulk", body)
        #expect(reply.status == 200)
        let items = (reply.json["items"] as? [[String: [String: Any]]] ?? []).map { $0["index"]?["status"] as? Int }
        #expect(items == [201, 201, 400, 400, 201])
        #expect(reply.text.contains("a request is for one scenario"))
        for (id, events) in [(one, 3), (two, 0)] {
            let summary = try await server.send("GET", "/api/v2/scenarios/\(id)/summary").json
            #expect(summary["total_requests"] as? Int == events)
        }
        let raw = try await server.send(
            "POST", "/s/\(two)/services/collector/raw", type: "text/plain", Data("a\n\(long)\nb".utf8))
        #expect(raw.status == 200)
        let summary = try await server.send("GET", "/api/v2/scenarios/\(two)/summary").json
        #expect(summary["total_requests"] as? Int == 2 && summary["rejected_records"] as? Int == 1)
        await server.stop()
    }

    @Test(arguments: [#""body":"x""#, #""timeUnixNano":"abc""#, #""timeUnixNano":"-1""#])
    func malformedOTLPRecordsAreRefused(member: String) async throws {
        let body = #"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{\#(member)}]}]}]}"#
        try await send("/v1/logs", body, type: "application/json") { reply, _, _ in #expect(reply.status == 400) }
    }

    @Test func samplesShowEventsWithoutPII() async throws {
        let server = try await RunningServer.start(.sqlite)
        let id = try await server.scenario()
        let secret = #"{"time":"2026-03-02T08:00:30Z","user":"ann@example.com","ip":"203.0.113.9","note":"plain"}"#
        let key = #"{"k":"-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA1\n"}"#
        let body = [secret, key, #"{"n":3}"#, #"{"n":4}"#].joined(separator: "\n")
        _ = try await server.send("POST", "/s/\(id)/ingest", type: "application/x-ndjson", Data(body.utf8))
        let reply = try await server.send("GET", "/api/v2/scenarios/\(id)/samples")
        let samples = try #require(try JSONSerialization.jsonObject(with: reply.data) as? [[String: Any]])
        #expect(samples.count == 3)  // of one delivery
        let first = try #require(samples.last)
        #expect(first["time"] as? String == "2026-03-02T08:00:00Z")
        #expect(first["bytes"] as? Int == secret.utf8.count)
        #expect((first["text"] as? String)?.contains(#""note":"plain""#) == true)
        for secret in ["ann@", "203.0.113.9", "MIIE"] { #expect(!reply.text.contains(secret)) }
        let foreign = try await server.send("GET", "/api/v2/scenarios/\(id)/samples", key: server.otherKey)
        #expect(foreign.status == 404)
        await server.stop()
    }

    @Test func anOTLPResourceMayNameTheScenario() async throws {
        let server = try await RunningServer.start(.sqlite)
        let id = try await server.scenario()
        func resource(_ scenario: String) -> String {
            """
            {"resource":{"attributes":[{"key":"mockupaws.scenario_id","value":{"stringValue":"\(scenario)"}}]},
            "scopeLogs":[{"logRecords":[{"timeUnixNano":"1760000000250000000","body":{"stringValue":"GET /"}}]}]}
            """
        }
        let one = try await server.send("POST", "/v1/logs", #"{"resourceLogs":[\#(resource(id))]}"#)
        #expect(one.status == 200)
        let other = resource(UUID().uuidString)
        let two = try await server.send("POST", "/v1/logs", #"{"resourceLogs":[\#(resource(id)),\#(other)]}"#)
        #expect(two.status == 400 && two.text.contains("several scenarios"))
        #expect(try await server.send("POST", "/v1/logs", #"{"resourceLogs":[\#(other)]}"#).status == 404)
        let metrics = try await server.send("GET", "/api/v2/scenarios/\(id)/summary").json
        #expect(metrics["total_requests"] as? Int == 1)
        await server.stop()
    }

    @Test func otlpAnswersProtobufInProtobuf() async throws {
        let text = Array("hi".utf8)
        let record: [UInt8] = [0x09] + [0, 0, 0, 0, 1, 0, 0, 0] + [0x2a, 4, 0x0a, 2] + text
        let scope = [0x12, UInt8(record.count)] + record
        let resource = [0x12, UInt8(scope.count)] + scope
        let request = Data([0x0a, UInt8(resource.count)] + resource)
        try await send("/v1/logs", request, type: "application/x-protobuf") { reply, events, _ in
            #expect(reply.status == 200 && reply.data.isEmpty)
            #expect(reply.headers["content-type"] == "application/x-protobuf")
            #expect(events == 1)
        }
        try await send("/v1/logs", Data([0x0a, 99]), type: "application/x-protobuf") { reply, events, _ in
            #expect(reply.status == 400)
            #expect(reply.data.prefix(3) == Data([0x08, 3, 0x12]))
            #expect(events == 0)
        }
    }

    /// What cannot be taken is told, and the rest is kept.
    @Test func otlpTellsWhichRecordsItRefused() async throws {
        let records = [String(repeating: "x", count: 1_100_000), "b"].map {
            #"{"timeUnixNano":"1760000000250000000","body":{"stringValue":"\#($0)"}}"#
        }
        let body = #"{"resourceLogs":[{"scopeLogs":[{"logRecords":[\#(records.joined(separator: ","))]}]}]}"#
        try await send("/v1/logs", body, type: "application/json") { reply, events, summary in
            #expect(reply.status == 200)
            let told = #"{"rejectedLogRecords":"1","errorMessage":"record 1 is tooLong"}"#
            #expect(reply.text == #"{"partialSuccess":\#(told)}"#)
            #expect(events == 1 && summary["rejected_records"] as? Int == 1)
        }
    }

    @Test func messagePackAndFormsBecomeRecords() async throws {
        let map: [UInt8] = [0x82, 0xa3] + Array("log".utf8) + [0xa2] + Array("hi".utf8) + [0xa1, 0x6e, 0xcd, 1, 0]
        let timed: [UInt8] = [0x92, 0xd7, 0, 0x68, 0xe7, 0x9d, 0, 0, 0, 0, 0] + map
        try await send("/ingest", Data(map + timed), type: "application/msgpack") { reply, events, summary in
            #expect(reply.status == 200, "\(reply.text)")
            #expect(events == 2)
            #expect(summary["total_bytes"] as? Int == 2 * 20)  // {"log":"hi","n":256}
        }
        try await send("/ingest", "message=a+b%21&n=1", type: "application/x-www-form-urlencoded") {
            _, events, summary in
            #expect(events == 1)
            #expect(summary["total_bytes"] as? Int == 26)  // {"message":"a b!","n":"1"}
        }
    }

    @Test(arguments: ["gzip", "deflate", "zstd"]) func bodiesMayBeCompressed(_ encoding: String) async throws {
        let line = #"{"time":"2026-03-02T08:00:00Z","message":"hello"}"# + "\n"
        let program =
            [
                "gzip": "gzip", "zstd": "zstd",
                "deflate":
                    "python3 -c 'import sys,zlib;sys.stdout.buffer.write(zlib.compress(sys.stdin.buffer.read()))'",
            ][encoding] ?? ""
        let body = try Self.piped(String(repeating: line, count: 1_000), through: program)
        try await send("/ingest", body, type: "application/x-ndjson", headers: ["Content-Encoding": encoding]) {
            reply, events, _ in
            #expect(reply.status == 200, "\(reply.text)")
            #expect(events == 1_000)
        }
    }

    @Test func aBodyThatInflatesTooFarIsRefused() async throws {
        let block = Data([0x80, 0x9d, 0xb0, 0x21, 0xfc])  // says that it inflates to 70,000,000 bytes
        try await send(
            "/v1/logs", block, type: "application/json", headers: ["Content-Encoding": "snappy"]
        ) { reply, events, _ in
            #expect(reply.status == 413)
            #expect(events == 0)
        }
        try await send("/ingest", "x", headers: ["Content-Encoding": "br"]) { reply, _, _ in
            #expect(reply.status == 415)
        }
        try await send("/ingest", "x", headers: ["Content-Encoding": "gzip"]) { reply, _, _ in
            #expect(reply.status == 400)
        }
    }

    @Test func startUpProbesAreAnswered() async throws {
        let server = try await RunningServer.start(.sqlite)
        for (method, path) in [
            ("HEAD", "/"), ("GET", "/"), ("GET", "/_license"), ("GET", "/_cluster/health"), ("GET", "/_cat/health"),
            ("HEAD", "/ingest"),
            ("PUT", "/_index_template/logs"), ("HEAD", "/_template/logs"), ("PUT", "/_ilm/policy/logs"),
            ("GET", "/ready"), ("GET", "/services/collector/health/1.0"),
        ] {
            let reply = try await server.send(method, path, key: "")
            #expect(reply.status == 200, "\(method) \(path)")
            if path.hasPrefix("/_") || path == "/" {
                #expect(reply.headers["x-elastic-product"] == "Elasticsearch", "\(method) \(path)")
            }
        }
        await server.stop()
    }

    private static func piped(_ text: String, through program: String) throws -> Data {
        let folder = try temporaryFolder("piped")
        try text.write(toFile: "\(folder)/in", atomically: true, encoding: .utf8)
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = ["-c", "cat \(folder)/in | \(program) > \(folder)/out"]
        try shell.run()
        shell.waitUntilExit()
        return try Data(contentsOf: URL(fileURLWithPath: "\(folder)/out"))
    }
}
