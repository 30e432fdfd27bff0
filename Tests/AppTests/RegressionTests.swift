import Foundation
import TestSupport
import Testing

/// What once went wrong with the service.
@Suite struct RegressionTests {
    private func ingest(
        _ server: RunningServer, _ id: String, _ body: String, headers: [String: String] = [:]
    ) async throws -> RunningServer.Reply {
        try await server.send(
            "POST", "/s/\(id)/ingest", type: "application/x-ndjson", headers: headers, Data(body.utf8))
    }

    @Test func tokensBeyondAllMeasureAreCountedToTheEnd() async throws {
        let server = try await RunningServer.start(.sqlite)
        let id = try await server.scenario()
        let line = "{\"input_tokens\":281474976710656,\"output_tokens\":281474976710656}\n"
        #expect(try await ingest(server, id, String(repeating: line, count: 33_000)).status == 200)
        let summary = try await server.send("GET", "/api/v2/scenarios/\(id)/summary")
        #expect(summary.status == 200 && summary.json["llm_tokens"] as? Int == .max)
        #expect(try await server.send("GET", "/api/v2/scenarios/\(id)/timeseries").status == 200)
        await server.stop()
    }

    @Test(arguments: DatabaseBackend.allCases)
    func eventsMayHoldNUL(backend: DatabaseBackend) async throws {
        let server = try await RunningServer.start(backend)
        let id = try await server.scenario()
        let reply = try await server.send("POST", "/s/\(id)/ingest", type: "text/plain", Data("a \0 b\n".utf8))
        #expect(reply.status == 200)
        let samples = try await server.send("GET", "/api/v2/scenarios/\(id)/samples")
        #expect(samples.text.contains("a \u{fffd} b"))
        await server.stop()
    }

    /// The same key names one creation, whatever becomes of what it made.
    @Test(arguments: DatabaseBackend.allCases)
    func anIdempotencyKeyMakesOneScenario(backend: DatabaseBackend) async throws {
        let server = try await RunningServer.start(backend)
        func create(_ body: String) async throws -> RunningServer.Reply {
            try await server.send("POST", "/api/v2/scenarios", headers: ["Idempotency-Key": "kk"], body)
        }
        let one = try await create(#"{"name":"one"}"#)
        let id = try #require(one.json["id"] as? String)
        #expect(try await create(#"{"name":"one"}"#).json["id"] as? String == id)
        _ = try await server.send("POST", "/api/v2/scenarios/\(id)/start")
        #expect(try await create(#"{"name":"one"}"#).json["status"] as? String == "running")
        #expect(try await create(#"{"name":"two"}"#).status == 409)
        let bulk = try await server.send(
            "POST", "/api/v2/scenarios/bulk", headers: ["Idempotency-Key": "kk"],
            #"{"action":"create","items":[{"name":"one"}]}"#)
        #expect(!bulk.text.contains(id))
        #expect(try await server.send("DELETE", "/api/v2/scenarios/\(id)").status == 204)
        #expect(try await create(#"{"name":"one"}"#).status == 409)
        await server.stop()
    }

    @Test func aPatchMayNameTheScenariosOwnRegion() async throws {
        let server = try await RunningServer.start(.sqlite)
        let id = try await server.scenario()  // of eu-west-1
        func patch(_ region: String) async throws -> Int {
            let body = #"{"workload":{"region":"\#(region)","steps":[{"sqs":{}}]}}"#
            return try await server.send("PATCH", "/api/v2/scenarios/\(id)", body).status
        }
        #expect(try await patch("eu-west-1") == 200)
        #expect(try await patch("us-east-1") == 422)
        await server.stop()
    }

    /// Some documents have ids, others times: sent again, neither counts again.
    @Test func aMixedEnvelopeCountsOnce() async throws {
        let server = try await RunningServer.start(.sqlite)
        let id = try await server.scenario()
        let body = """
            {"index":{"_id":"a"}}
            {"timestamp":"2026-03-02T08:00:00Z","n":1}
            {"index":{}}
            {"timestamp":"2026-03-02T08:00:00Z","n":2}

            """
        for _ in 0..<3 {
            #expect(try await server.send("POST", "/s/\(id)/_bulk", type: nil, Data(body.utf8)).status == 200)
        }
        let summary = try await server.send("GET", "/api/v2/scenarios/\(id)/summary").json
        #expect(summary["total_requests"] as? Int == 2)
        await server.stop()
    }

    /// Splunk's clients send a channel of their own, Elasticsearch's name indices as they like.
    @Test func aTenantThatIsNoScenarioHidesNone() async throws {
        let server = try await RunningServer.start(.sqlite)
        let id = try await server.scenario()
        let headers = ["X-Splunk-Request-Channel": UUID().uuidString]
        func send(_ path: String, _ headers: [String: String] = [:], _ body: String) async throws -> Int {
            try await server.send("POST", path, headers: headers, body).status
        }
        #expect(try await send("/services/collector/event?scenario_id=\(id)", headers, #"{"event":"a"}"#) == 200)
        #expect(try await send("/services/collector/event", headers, #"{"event":"a"}"#) == 404)
        for index in ["health", "api", "v1", "docs", "ingest", "services"] {
            let status = try await send("/\(index)/_bulk?scenario_id=\(id)", [:], "{\"index\":{}}\n{\"a\":1}\n")
            #expect(status == 200, "\(index)")
        }
        let colon = ["Authorization": "Basic " + Data(":\(server.key)".utf8).base64EncodedString()]
        #expect(try await server.send("GET", "/api/v2/scenarios", key: "", headers: colon).status == 200)
        await server.stop()
    }

    @Test func aKeyOfOneScenarioFiltersItsList() async throws {
        let server = try await RunningServer.start(.sqlite)
        let id = try await server.scenario()
        let body = #"{"name":"bound","scenario_id":"\#(id)"}"#
        let made = try await server.send("POST", "/api/v2/api-keys", key: "", headers: try await server.signIn(), body)
        let key = try #require(made.json["secret"] as? String)
        for (query, total) in [("", 1), ("?status=archived", 0), ("?q=zzz", 0), ("?status=running&q=test", 1)] {
            let list = try await server.send("GET", "/api/v2/scenarios" + query, key: key)
            #expect(list.json["total"] as? Int == total, "\(query)")
        }
        await server.stop()
    }

    @Test(arguments: DatabaseBackend.allCases)
    func namesSortAlikeOnBothDatabases(backend: DatabaseBackend) async throws {
        let server = try await RunningServer.start(backend)
        for name in ["b", "A", "é", "a", "B", "_", "1"] {
            _ = try await server.send("POST", "/api/v2/scenarios", "{\"name\":\"\(name)\"}")
        }
        let list = try await server.send("GET", "/api/v2/scenarios?sort=name&order=asc").json
        let names = (list["items"] as? [[String: Any]])?.compactMap { $0["name"] as? String }
        #expect(names == ["1", "A", "B", "_", "a", "b", "é"])
        await server.stop()
    }

    @Test func aSeriesHasSoManyBucketsAndNoMore() async throws {
        let server = try await RunningServer.start(.sqlite)
        let id = try await server.scenario()
        let lines = (0..<50_001).map { "{\"time\":\(1_760_000_000 + $0 * 60)}" }.joined(separator: "\n")
        #expect(try await ingest(server, id, lines).status == 200)
        let path = "/api/v2/scenarios/\(id)/timeseries?bucket_minutes=1"
        let refused = try await server.send("GET", path)
        #expect(refused.status == 422 && refused.text.contains("50001 buckets"))
        let part = try await server.send("GET", path + "&from=2025-10-09T09:00:00Z&before=2025-10-09T10:00:00Z")
        #expect((try JSONSerialization.jsonObject(with: part.data) as? [Any])?.count == 60)
        await server.stop()
    }

    /// A time beyond ten thousand years is none, and takes nothing else along.
    @Test(arguments: DatabaseBackend.allCases)
    func aTimeBeyondAllDatesIsNone(backend: DatabaseBackend) async throws {
        let server = try await RunningServer.start(backend)
        let id = try await server.scenario()
        #expect(try await ingest(server, id, #"{"time":"2026-03-02T08:00:00Z"}"#).status == 200)
        for seconds: UInt64 in [999_999_999_999, 315_569_782_000, .max] {
            let number = [0xcf] + withUnsafeBytes(of: seconds.bigEndian) { Array($0) }
            let body = Data([0x92] + number + [0x81, 0xa1, 0x61, 0x01])
            #expect(try await server.send("POST", "/s/\(id)/ingest", type: "application/msgpack", body).status == 200)
            let line = "{\"time\":\(seconds)}"
            #expect(try await ingest(server, id, line).status == 200)
        }
        let summary = try await server.send("GET", "/api/v2/scenarios/\(id)/summary")
        #expect(summary.status == 200 && summary.json["total_requests"] as? Int == 7)
        await server.stop()
    }

    /// Deliveries that name the same events in other orders wait for each other, and not both ways.
    @Test(arguments: DatabaseBackend.allCases)
    func overlappingDeliveriesDoNotBlockEachOther(backend: DatabaseBackend) async throws {
        let server = try await RunningServer.start(backend)
        let id = try await server.scenario()
        let sent = 12
        let counts = try await withThrowingTaskGroup(of: (Int, Int).self) { group in
            for seed in 1...UInt64(sent) {
                group.addTask {
                    var random = SplitMix64(state: seed)
                    let numbers = Array((0..<1_500).shuffled(using: &random).prefix(500))
                    let lines = numbers.map { #"{"time":"2026-03-02T08:00:00Z","id":\#($0)}"# }.joined(separator: "\n")
                    while true {  // as shippers do, until it is taken
                        let reply = try await ingest(server, id, lines)
                        guard reply.status == 503 else {
                            return (reply.json["accepted"] as? Int ?? -1, reply.json["duplicates"] as? Int ?? -1)
                        }
                    }
                }
            }
            return try await group.reduce(into: (0, 0)) { $0 = ($0.0 + $1.0, $0.1 + $1.1) }
        }
        #expect(counts.0 + counts.1 == sent * 500)
        let summary = try await server.send("GET", "/api/v2/scenarios/\(id)/summary").json
        #expect(summary["total_requests"] as? Int == counts.0)
        await server.stop()
    }

    /// What stands beside named events is named by the whole, however often that comes.
    @Test func whatIsSentAgainIsCountedOnceWithItsRejects() async throws {
        let server = try await RunningServer.start(.sqlite)
        let id = try await server.scenario()
        let bulk = """
            {"index":{"_id":"1"}}
            {"m":"no time"}
            {"index":{}}
            {"timestamp":"2026-11-20T10:00:00Z","m":"b"}

            """
        let lines =
            #"{"time":"2026-03-02T08:00:00Z","id":1}"# + "\n{broken\n" + #"{"time":"2026-03-02T08:00:00Z","id":1}"#
        for _ in 0..<3 {
            #expect(try await server.send("POST", "/s/\(id)/_bulk", type: nil, Data(bulk.utf8)).status == 200)
            #expect(try await ingest(server, id, lines).status == 200)
        }
        let summary = try await server.send("GET", "/api/v2/scenarios/\(id)/summary").json
        #expect(summary["total_requests"] as? Int == 3 && summary["rejected_records"] as? Int == 1)
        await server.stop()
    }

    @Test func aDocumentThatIsRefusedIsRefusedEachTime() async throws {
        let server = try await RunningServer.start(.sqlite)
        let id = try await server.scenario()
        let body = String(repeating: "{\"index\":{\"_id\":\"1\"}}\n{\"broken\n", count: 2)
        let reply = try await server.send("POST", "/s/\(id)/_bulk", type: nil, Data(body.utf8))
        let items = (reply.json["items"] as? [[String: [String: Any]]] ?? []).map { $0["index"]?["status"] as? Int }
        #expect(items == [400, 400])
        await server.stop()
    }

    /// A resource is optional: many records without one are taken.
    @Test func openTelemetryNeedsNoResource() async throws {
        let server = try await RunningServer.start(.sqlite)
        let id = try await server.scenario()
        let records = String(repeating: #"{"body":{"stringValue":"a"}},"#, count: 100_050).dropLast()
        let body = #"{"resourceLogs":[{"scopeLogs":[{"logRecords":[\#(records)]}]}]}"#
        #expect(try await server.send("POST", "/s/\(id)/v1/logs", body).status == 200)
        let summary = try await server.send("GET", "/api/v2/scenarios/\(id)/summary").json
        #expect(summary["total_requests"] as? Int == 100_050)
        await server.stop()
    }

    /// While a body inflates far, others are answered.
    @Test func aBodyThatInflatesFarLetsOthersThrough() async throws {
        let server = try await RunningServer.start(.sqlite)
        let id = try await server.scenario()
        let folder = try temporaryFolder("bomb")
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = ["-c", "head -c 1000000 /dev/zero | tr '\\0' '\\200' | gzip > \(folder)/bomb"]
        try shell.run()
        shell.waitUntilExit()
        let bomb = try Data(contentsOf: URL(fileURLWithPath: folder + "/bomb"))
        // As many as there are threads; each takes longer than the other call.
        let order = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<ProcessInfo.processInfo.activeProcessorCount {
                group.addTask {
                    let reply = try await server.send(
                        "POST", "/s/\(id)/ingest", type: "application/msgpack", headers: ["Content-Encoding": "gzip"],
                        bomb)
                    #expect(reply.status == 200)
                    return "bomb"
                }
            }
            group.addTask {
                try await Task.sleep(for: .milliseconds(500))
                _ = try await server.send("GET", "/api/v2/health/live")
                return "health"
            }
            return try await group.reduce(into: [String]()) { $0.append($1) }
        }
        #expect(order.first == "health")
        await server.stop()
    }

    /// What a database's file is no longer behind is not acknowledged.
    @Test func aDeletedDatabaseIsTold() async throws {
        let path = try temporaryFolder("gone") + "/test.db"
        let server = try await RunningServer.start(.sqlite, ["DATABASE_URL": "sqlite://" + path])
        let id = try await server.scenario()
        #expect(try await ingest(server, id, "{}").status == 200)
        try FileManager.default.removeItem(atPath: path)
        #expect(try await ingest(server, id, "{}").status == 503)  // at once
        try await Task.sleep(for: .milliseconds(1_100))  // readers look once a second
        #expect(try await server.send("GET", "/api/v2/health/ready").status == 503)
        await server.stop()
    }
}
