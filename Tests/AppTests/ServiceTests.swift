import Foundation
import TestSupport
import Testing

/// The service as its clients see it, over both databases.
@Suite struct ServiceTests {
    private func summary(_ server: RunningServer, _ id: String) async throws -> [String: Any] {
        try await server.send("GET", "/api/v2/scenarios/\(id)/metrics").json["summary"] as? [String: Any] ?? [:]
    }

    @Test(arguments: DatabaseBackend.allCases)
    func aScenarioLives(backend: DatabaseBackend) async throws {
        let server = try await RunningServer.start(backend)
        let made = try await server.send(
            "POST", "/api/v2/scenarios", #"{"name":"checkout","region":"eu-west-1","tags":["a"],"growth":0.2}"#)
        #expect(made.status == 201)
        let id = try #require(made.json["id"] as? String)
        #expect(made.headers["location"] == "/api/v2/scenarios/\(id)")
        #expect(made.headers["etag"] == "\"1\"")
        let path = "/api/v2/scenarios/\(id)"
        #expect(try await server.send("GET", path).data == made.data)

        let patch = #"{"description":"more"}"#
        let stale = try await server.send("PATCH", path, headers: ["If-Match": "\"7\""], patch)
        #expect((stale.status, stale.code) == (412, "precondition_failed"))
        let changed = try await server.send("PATCH", path, headers: ["If-Match": "\"1\""], patch)
        #expect(changed.json["description"] as? String == "more")
        #expect(changed.json["name"] as? String == "checkout")
        #expect(changed.headers["etag"] == "\"2\"")

        #expect(try await server.send("POST", path + "/stop").code == "conflict")
        #expect(try await server.send("POST", path + "/start").json["status"] as? String == "running")
        #expect(try await server.send("POST", path + "/start").json["version"] as? Int == 3)
        #expect(try await server.send("POST", path + "/archive").status == 409)
        #expect(try await server.send("POST", path + "/stop").json["status"] as? String == "completed")
        let copy = try await server.send("POST", path + "/clone").json
        #expect(copy["name"] as? String == "Copy of checkout")
        #expect(copy["status"] as? String == "draft")
        #expect(try await server.send("POST", path + "/archive").status == 200)
        #expect(try await server.send("PATCH", path, patch).code == "conflict")
        let archived = try await server.send("GET", "/api/v2/scenarios?status=archived&tag=a&q=CHECK").json
        #expect(archived["total"] as? Int == 1)
        #expect(try await server.send("DELETE", path).status == 204)
        #expect(try await server.send("GET", path).status == 404)
        await server.stop()
    }

    @Test(arguments: DatabaseBackend.allCases)
    func trafficIsMeteredOnceAndPricedAnew(backend: DatabaseBackend) async throws {
        let server = try await RunningServer.start(backend)
        let id = try await server.scenario(
            #"{"name":"test","region":"eu-west-1","workload":{"free_tier":"none","steps":[{"sqs":{}},"#
                + #"{"lambda":{"duration_ms":100}}]}}"#)
        let lines = (0..<1_000).map { #"{"time":"2026-03-02T08:\#(10 + $0 % 10):00Z","service":"api","n":\#($0)}"# }
        let batch = lines.joined(separator: "\n")
        func ingest(_ headers: [String: String], _ body: String) async throws -> [String: Any] {
            var all = ["X-Scenario-ID": id, "Content-Type": "application/x-ndjson"]
            all.merge(headers) { $1 }
            return try await server.send("POST", "/ingest", headers: all, body).json
        }
        // The same delivery from several connections at once, as after lost answers.
        let accepted = try await withThrowingTaskGroup(of: Int.self) { group in
            for attempt in 0..<20 {
                group.addTask {
                    let reply = try await server.send(
                        "POST", "/ingest",
                        headers: [
                            "X-Scenario-ID": id, "Content-Type": "application/x-ndjson",
                            "Idempotency-Key": "delivery \(attempt % 5)",
                        ], batch)
                    return reply.json["accepted"] as? Int ?? -1
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(accepted == 5_000)
        let array = try await ingest(["Content-Type": "application/json"], #"[{"a":1},{"b":"joe@example.com"}]"#)
        #expect(array["accepted"] as? Int == 2)
        let damaged = try await ingest([:], "{\"a\":1}\nnot json\n{\"b\":2}\n")
        #expect(damaged["rejected"] as? Int == 1)
        #expect((damaged["errors"] as? [[String: Any]])?.first?["line"] as? Int == 2)
        #expect(try await ingest(["Content-Type": "text/plain"], "one\ntwo\n")["accepted"] as? Int == 2)

        let log = #"127.0.0.1 - - [02/Mar/2026:08:11:00 +0000] "GET /a HTTP/1.1" 200 512 "-" "curl/8""#
        let other = try await server.scenario()
        let access = try await server.send(
            "POST", "/s/\(other)/ingest?format=auto", headers: ["Content-Type": "text/plain"], log + "\n" + log + "\n")
        #expect(access.json["accepted"] as? Int == 2)
        #expect(
            try await server.send("POST", "/ingest?format=frob", headers: ["X-Scenario-ID": id], "{}").status == 422)

        let found = try await summary(server, id)
        #expect(found["total_requests"] as? Int == 5_006)
        #expect(found["pii_violations"] as? Int == 1)
        #expect(found["sqs_blocks"] as? Int == 5_006)
        #expect(found["lambda_invocations"] as? String == "5006")
        let before = try #require(found["monthly_cost_usd"] as? String)

        let path = "/api/v2/scenarios/\(id)"
        let whatIf = try await server.send("POST", path + "/what-if", #"{"region":"us-east-1","growth":1}"#)
        #expect(whatIf.status == 200)
        #expect(try await summary(server, id)["monthly_cost_usd"] as? String == before)
        let doubled = try await server.send("PATCH", path, #"{"region":"us-east-1","growth":1}"#)
        #expect(doubled.status == 200)
        let after = try await summary(server, id)["monthly_cost_usd"] as? String
        let monthly = whatIf.json["monthly"] as? [String: Any]
        #expect(after == monthly?["total_usd"] as? String)
        #expect(after != before)
        let series = try await server.send("GET", path + "/timeseries?bucket_minutes=10")
        let buckets = try JSONSerialization.jsonObject(with: series.data) as? [[String: Any]]
        #expect(buckets?.first?["start"] as? String == "2026-03-02T08:10:00Z")
        #expect(buckets?.first?["requests"] as? Int == 5_000)
        await server.stop()
    }

    @Test(arguments: DatabaseBackend.allCases)
    func onlyARunningScenarioTakesTraffic(backend: DatabaseBackend) async throws {
        let server = try await RunningServer.start(backend)
        let id = try await server.scenario()
        let basic = Data("shipper:\(server.key)".utf8).base64EncodedString()
        for authorization in ["Bearer \(server.key)", "Splunk \(server.key)", "Basic \(basic)", "ApiKey \(basic)"] {
            let reply = try await server.send(
                "POST", "/s/\(id)/ingest", key: "", headers: ["Authorization": authorization], "{}")
            #expect(reply.status == 200, "\(authorization.prefix(6))")
        }
        _ = try await server.send("POST", "/api/v2/scenarios/\(id)/stop")
        let headers = ["X-Scenario-ID": id]
        #expect(try await server.send("POST", "/ingest", headers: headers, "{}").code == "conflict")
        #expect(try await server.send("POST", "/ingest", key: server.otherKey, headers: headers, "{}").status == 404)
        #expect(try await server.send("POST", "/ingest", "{}").code == "invalid")
        #expect(try await server.send("HEAD", "/ingest").status == 200)
        await server.stop()
    }

    @Test(arguments: [
        ("POST", "/api/v2/scenarios", "{", 400, "bad_request"), ("POST", "/api/v2/scenarios", "{}", 422, "invalid"),
        ("POST", "/api/v2/scenarios", #"{"name":"a","name":"b"}"#, 400, "bad_request"),
        ("POST", "/api/v2/scenarios", #"{"name":"a","colour":1}"#, 422, "invalid"),
        ("POST", "/api/v2/scenarios", #"{"name":"a","workload":{"steps":[{"sqs":{"batch":11}}]}}"#, 422, "invalid"),
        ("GET", "/api/v2/scenarios/nonsense", nil, 404, "not_found"),
        ("GET", "/api/v2/scenarios?page=0", nil, 422, "invalid"), ("GET", "/nowhere", nil, 404, "not_found"),
        ("DELETE", "/health", nil, 405, "method_not_allowed"),
    ])
    func whatIsWrongIsAProblemDocument(
        method: String, path: String, body: String?, status: Int, code: String
    ) async throws {
        let server = try await RunningServer.start(.sqlite)
        let reply = try await server.send(method, path, headers: ["X-Correlation-ID": "mine-1"], body)
        #expect((reply.status, reply.code) == (status, code))
        #expect(reply.headers["content-type"] == "application/problem+json")
        #expect(reply.headers["x-correlation-id"] == "mine-1")
        #expect(reply.json["correlation_id"] as? String == "mine-1")
        await server.stop()
    }

    @Test func aWrongWorkloadIsNamedByItsPlace() async throws {
        let server = try await RunningServer.start(.sqlite)
        let reply = try await server.send(
            "POST", "/api/v2/scenarios", #"{"name":"a","workload":{"steps":[{"lambda":{}},{"sqs":{"batch":11}}]}}"#)
        let errors = reply.json["errors"] as? [[String: String]]
        #expect(errors?.map { $0["pointer"] } == ["/workload/steps/1/sqs/batch"])
        await server.stop()
    }

    @Test func aLostDatabaseAnswers503AndComesBack() async throws {
        let postgres = try PostgresServer()
        let server = try await RunningServer.start(.postgresql, url: try postgres.newDatabase())
        let id = try await server.scenario()
        #expect(try await server.send("GET", "/health").status == 200)
        postgres.stop()
        let lost = try await server.send("GET", "/api/v2/scenarios/\(id)")
        #expect((lost.status, lost.code) == (503, "unavailable"))
        #expect(lost.headers["retry-after"] != nil)
        #expect(try await server.send("GET", "/health").status == 503)
        #expect(try await server.send("GET", "/api/v2/health/live").status == 200)
        try postgres.start()
        #expect(try await server.send("GET", "/api/v2/scenarios/\(id)").status == 200)
        #expect(try await server.send("GET", "/health").status == 200)
        await server.stop()
    }
}
