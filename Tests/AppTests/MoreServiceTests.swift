import App
import Domain
import Foundation
import SQLDatabase
import TestSupport
import Testing

/// What the service offers beside scenarios and ingest.
@Suite struct MoreServiceTests {
    @Test(arguments: DatabaseBackend.allCases)
    func searchKnowsTheLettersOfAllAlphabets(backend: DatabaseBackend) async throws {
        let server = try await RunningServer.start(backend)
        let made = try await server.send("POST", "/api/v2/scenarios", #"{"name":"ÉCOLE Straße 50%"}"#)
        let id = made.json["id"] as? String ?? ""
        for (text, count) in [("%C3%A9cole", 1), ("%C3%89COLE", 1), ("STRA%C3%9FE", 1), ("50%25", 1), ("5_%25", 0)] {
            let found = try await server.send("GET", "/api/v2/scenarios?q=\(text)").json["total"] as? Int
            #expect(found == count, "\(text)")
        }
        _ = try await server.send("PATCH", "/api/v2/scenarios/\(id)", #"{"name":"plain","description":"Ω"}"#)
        #expect(try await server.send("GET", "/api/v2/scenarios?q=%CF%89").json["total"] as? Int == 1)
        #expect(try await server.send("GET", "/api/v2/scenarios?q=cole").json["total"] as? Int == 0)
        await server.stop()
    }

    @Test func aWorkloadsRegionMustBeTheScenarios() async throws {
        let server = try await RunningServer.start(.sqlite)
        let workload = #""workload":{"region":"sa-east-1","usage":[{"sqs":{"requests":1000000}}]}"#
        let refused = try await server.send("POST", "/api/v2/scenarios", #"{"name":"r",\#(workload)}"#)
        #expect(refused.status == 422 && refused.text.contains("/workload/region"))
        #expect(try await server.send("POST", "/api/v2/estimate", #"{"name":"r",\#(workload)}"#).status == 422)
        let made = try await server.send(
            "POST", "/api/v2/scenarios", #"{"name":"r","region":"sa-east-1",\#(workload)}"#)
        #expect(made.status == 201)
        let path = "/api/v2/scenarios/\(made.json["id"] as? String ?? "")"
        #expect(try await server.send("PATCH", path, #"{"region":"eu-west-1"}"#).status == 200)
        #expect(try await server.send("PATCH", path, #"{\#(workload)}"#).status == 422)
        await server.stop()
    }

    @Test func everyAnswerIsHardened() async throws {
        let server = try await RunningServer.start(.sqlite)
        let id = try await server.scenario()
        let wanted = [
            "x-content-type-options": "nosniff", "x-frame-options": "DENY", "x-xss-protection": "0",
            "referrer-policy": "strict-origin-when-cross-origin",
            "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
        ]
        for (path, key, status) in [
            ("/api/v2/scenarios/\(id)", nil, 200), ("/api/v2/scenarios/\(id)", nil, 200),  // the second is a kept one
            ("/api/v2/scenarios/\(UUID())", nil, 404), ("/api/v2/scenarios", "", 401), ("/nowhere", "", 404),
            ("/docs", "", 200), ("/openapi.json", "", 200),
        ] {
            let reply = try await server.send("GET", path, key: key)
            #expect(reply.status == status)
            for (name, value) in wanted { #expect(reply.headers[name] == value, "\(name) of \(path)") }
            #expect(reply.headers["content-security-policy"]?.contains("frame-ancestors 'none'") == true)
            #expect(reply.headers["strict-transport-security"] == nil)  // not over plain HTTP
            let isDocument = ["/docs", "/openapi.json"].contains(path)
            #expect(reply.headers["cache-control"] == (isDocument ? "max-age=300" : "no-store"))
        }
        await server.stop()
    }

    @Test func entityTagsFollowTheRFC() async throws {
        let server = try await RunningServer.start(.sqlite)
        let path = "/api/v2/scenarios/\(try await server.scenario())"  // version 2
        for (tag, status) in [
            (#""1", "2""#, 200), (#"W/"3""#, 412), (#""3""#, 200), ("*", 200), (#""x""#, 412), ("x", 422),
        ] {
            let reply = try await server.send(
                "PATCH", path, headers: ["If-Match": tag], #"{"description":"\#(UUID())"}"#)
            #expect(reply.status == status, "\(tag)")
        }
        // Without a version, every change is made.
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<20 {
                group.addTask { try await server.send("PATCH", path, #"{"tags":["\#(number)"]}"#).status }
            }
            return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
        }
        #expect(statuses == [200])
        await server.stop()
    }

    @Test func everythingThatCreatesKnowsIdempotencyKeys() async throws {
        let server = try await RunningServer.start(.sqlite)
        let name = String(repeating: "n", count: 200)
        let made = try await server.send("POST", "/api/v2/scenarios", #"{"name":"\#(name)"}"#)
        let id = made.json["id"] as? String ?? ""
        for (path, body) in [
            ("/api/v2/scenarios/\(id)/clone", nil),
            ("/api/v2/scenarios/bulk", #"{"action":"create","items":[{"name":"a"},{"name":"b"}]}"#),
        ] {
            let headers = ["Idempotency-Key": "once"]
            let first = try await server.send("POST", path, headers: headers, body)
            let second = try await server.send("POST", path, headers: headers, body)
            #expect(first.status < 300 && first.text == second.text)
        }
        let all = try await server.send("GET", "/api/v2/scenarios?page_size=100").json
        #expect(all["total"] as? Int == 4)
        let names = (all["items"] as? [[String: Any]] ?? []).compactMap { ($0["name"] as? String)?.count }
        #expect(names.allSatisfy { $0 <= 200 })
        await server.stop()
    }

    /// No slip goes unseen: in a query as in a body.
    @Test func wrongQueriesSayWhatIsWrong() async throws {
        let server = try await RunningServer.start(.sqlite)
        let id = try await server.scenario()
        for (path, detail) in [
            ("?page=99999999999999999999", "is out of range, expected 1 to 1000000"),
            ("?page_size=", "is empty"), ("?page_size=0x10", "expected an integer, in digits"),
            ("?page_size=1e2", "expected an integer, in digits"), ("?page_size=1-2", "expected an integer, in digits"),
            ("?page_size=101", "is 101, expected 1 to 100"), ("?page=1&page=2", "is there 2 times, expected once"),
            ("/\(id)/forecast?factor=0x10", "expected a decimal number"), ("/\(id)/forecast?factor=", "is empty"),
            ("/\(id)/forecast?factor=nan", "expected a decimal number"),
            ("/\(id)/metrics?refresh=", "is empty"), ("?status=", "expected one of draft"),
            ("?status=draft,", "expected one of draft"),
        ] {
            let reply = try await server.send("GET", "/api/v2/scenarios" + path)
            let errors = reply.json["errors"] as? [[String: String]]
            #expect(reply.status == 422 && errors?.count == 1, "\(path): \(reply.text)")
            #expect(errors?.first?["detail"]?.hasPrefix(detail) == true, "\(path): \(reply.text)")
        }
        for path in [
            "/api/v2/scenarios?status=draft&status=running", "/api/v2/scenarios?colour=1&colour=2",
            "/api/v1/scenarios?page=1&page=2&colour=1",
            "/api/v2/scenarios/\(id)/timeseries?bucket_minutes=060",
        ] { #expect(try await server.send("GET", path).status == 200, "\(path)") }
        let large = try await server.send("POST", "/api/v2/scenarios", #"{"name":"a","sample_rate":1e999}"#)
        #expect(large.status == 422, "\(large.text)")
        await server.stop()
    }

    /// Once the database takes nothing, the items that are left do not wait for it one after the other.
    @Test func aBulkRequestWaitsOnce() async throws {
        let path = try temporaryFolder("bulk") + "/test.db"
        let server = try await RunningServer.start(.sqlite, ["DATABASE_URL": "sqlite://\(path)"])
        #expect(try await server.send("GET", "/api/v2/scenarios").status == 200)
        let other = try SQLiteDatabase(path: path)
        let slow = await HeldConnection(other, seconds: 40)  // not long enough for all of them
        let items = Array(repeating: #"{"name":"a"}"#, count: 20).joined(separator: ",")
        let reply = try await server.send(
            "POST", "/api/v2/scenarios/bulk", #"{"action":"create","items":[\#(items)]}"#)
        try await slow.end()
        let results = try #require(JSONSerialization.jsonObject(with: reply.data) as? [[String: Any]])
        #expect(
            results.map { ($0["problem"] as? [String: Any])?["status"] as? Int } == Array(repeating: 503, count: 20))
        await other.close()
        await server.stop()
    }

    @Test func wrongRequestsSayWhatIsWrong() async throws {
        let server = try await RunningServer.start(.sqlite)
        #expect(try await server.send("GET", "/api/v2/scenarios?created_from=2026-02-30T00:00:00Z").status == 422)
        #expect(try await server.send("GET", "/api/v2/scenarios?created_from=2028-02-29T00:00:00Z").status == 200)
        let gzip = ["Content-Encoding": "gzip"]
        #expect(try await server.send("POST", "/api/v2/scenarios", headers: gzip, "{}").status == 415)
        for (type, status) in [
            ("application/jsonx", 415), ("application/json; charset=utf-16", 415), ("application/x+jsonp", 415),
            ("application/json;version=1; charset=latin1", 415), ("text/plain", 415), ("", 415),
            ("application/json", 422), ("Application/JSON; charset=\"UTF-8\"", 422), ("application/vnd.a+json", 422),
        ] {
            let reply = try await server.send("POST", "/api/v2/scenarios", type: type, Data("{}".utf8))
            #expect(reply.status == status, "\(type)")
        }
        let id = try await server.scenario()
        let body = #"{"scenario_ids":["\#(id)","\#(UUID())"]}"#
        let compared = try await server.send("POST", "/api/v2/scenarios/compare", body)
        #expect(compared.status == 404 && compared.text.contains("/scenario_ids/1"))
        await server.stop()
    }

    @Test func theSchemaOfWorkloadsIsServed() async throws {
        let server = try await RunningServer.start(.sqlite)
        let schema = try await server.send("GET", "/workload.schema.json", key: "")
        #expect(schema.headers["content-type"] == "application/schema+json")
        #expect(schema.json["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
        let document = try await server.send("GET", "/openapi.json", key: "").text
        #expect(document.contains(#""externalDocs":{"url":"/workload.schema.json""#))
        await server.stop()
    }

    @Test func pricesAreListedFoundAndTraced() async throws {
        let server = try await RunningServer.start(.sqlite)
        let page = try await server.send("GET", "/api/v2/prices?offer=AWSLambda&region=eu-west-1&q=request&page_size=1")
            .json
        #expect(page["total"] as? Int ?? 0 >= 2)
        #expect((page["items"] as? [[String: Any]])?.count == 1)
        let one = try await server.send("GET", "/api/v2/prices/AWSLambda/eu-west-1/Request").json
        #expect((one["tiers"] as? [[String: Any]])?.first?["usd_per_unit"] as? String == "0.0000002")
        #expect(one["source"] as? String != "")
        let none = try await server.send("GET", "/api/v2/prices/AWSLambda/eu-west-1/Requezt")
        #expect(none.status == 404)
        #expect((none.json["detail"] as? String ?? "").contains("Request"))
        await server.stop()
    }

    @Test func aForecastIsWiderForTrafficThatVaries() async throws {
        let server = try await RunningServer.start(.sqlite)
        func forecast(_ perMinute: [Int]) async throws -> (low: Double, expected: Double, high: Double) {
            let id = try await server.filledScenario(perMinute: perMinute)
            let json = try await server.send("GET", "/api/v2/scenarios/\(id)/forecast?factor=2").json
            func number(_ name: String) -> Double { Double(json[name] as? String ?? "") ?? -1 }
            return (number("low_usd"), number("monthly_cost_usd"), number("high_usd"))
        }
        let even = try await forecast([50, 50, 50, 50])
        let uneven = try await forecast([2, 98, 1, 99])
        // 200 records in 4 minutes, three requests each, twice: 730 × 60 ÷ 4 × 200 × 3 × 2 at $0.40 a million.
        #expect(abs(even.expected - 5.256) < 1e-9)
        #expect(even.low == even.expected && even.high == even.expected)
        #expect(abs(uneven.expected - even.expected) < 1e-9)
        #expect(uneven.low < 0.7 * uneven.expected && uneven.high > 1.3 * uneven.expected)
        await server.stop()
    }

    @Test func scenariosAreCompared() async throws {
        let server = try await RunningServer.start(.sqlite)
        let (one, two) = (
            try await server.filledScenario(perMinute: [10], name: "one"),
            try await server.filledScenario(perMinute: [30], name: "two")
        )
        let reply = try await server.send(
            "POST", "/api/v2/scenarios/compare", #"{"scenario_ids":["\#(one)","\#(two)"]}"#)
        let columns = try #require(try JSONSerialization.jsonObject(with: reply.data) as? [[String: Any]])
        #expect(columns.map { $0["name"] as? String } == ["one", "two"])
        #expect(columns[0]["monthly_difference_usd"] as? String == "0")
        #expect((columns[1]["monthly_difference_usd"] as? String)?.hasPrefix("1.") == true)  // 2/3 of 43,800 × 30 × 3
        #expect(try await server.send("POST", "/api/v2/scenarios/compare", #"{"scenario_ids":[]}"#).status == 422)
        #expect(
            try await server.send(
                "POST", "/api/v2/scenarios/compare", key: server.otherKey, #"{"scenario_ids":["\#(one)"]}"#
            ).status == 404)
        await server.stop()
    }

    @Test func anIdempotencyKeyMakesOneScenario() async throws {
        let server = try await RunningServer.start(.sqlite)
        let key = ["Idempotency-Key": "order 66"]
        let first = try await server.send("POST", "/api/v2/scenarios", headers: key, #"{"name":"one"}"#)
        let again = try await server.send("POST", "/api/v2/scenarios", headers: key, #"{"name":"one"}"#)
        #expect(first.status == 201 && again.status == 201 && again.data == first.data)
        #expect(try await server.send("POST", "/api/v2/scenarios", headers: key, #"{"name":"two"}"#).status == 409)
        let other = try await server.send(
            "POST", "/api/v2/scenarios", key: server.otherKey, headers: key, #"{"name":"two"}"#)
        #expect(other.status == 201)
        await server.stop()
    }

    @Test func listsLinkTheirPages() async throws {
        let server = try await RunningServer.start(.sqlite)
        for number in 1...5 { _ = try await server.send("POST", "/api/v2/scenarios", #"{"name":"n\#(number)"}"#) }
        let reply = try await server.send("GET", "/api/v2/scenarios?page=2&page_size=2&sort=name")
        let link = try #require(reply.headers["link"])
        for (name, page) in [("first", 1), ("prev", 1), ("next", 3), ("last", 3)] {
            #expect(link.contains("</api/v2/scenarios?page=\(page)&page_size=2&sort=name>; rel=\"\(name)\""))
        }
        await server.stop()
    }

    @Test func thePageOfTheAPIComesFromHereAlone() async throws {
        let server = try await RunningServer.start(.sqlite)
        let page = try await server.send("GET", "/docs", key: "")
        #expect(page.status == 200 && page.text.contains("/openapi.json"))
        #expect(!page.text.contains("http://") && !page.text.contains("https://"))
        await server.stop()
    }

    @Test func aBackupIsTakenWhileTheServiceRunsAndRestored() async throws {
        let server = try KillableServer(.sqlite)
        let (client, id) = try await server.begin()
        _ = await client.send("POST", "/ingest", "{\"n\":1}", ["X-Scenario-ID": id])
        let copy = try temporaryFolder("backup") + "/copy.db"
        #expect(try server.run("backup", copy).hasSuffix("bytes, verified"))
        _ = await client.send("POST", "/ingest", "{\"n\":2}", ["X-Scenario-ID": id])
        #expect(try await client.events(of: id) == 2)
        #expect(try server.run("restore", copy) == "")  // in use
        #expect(try await client.events(of: id) == 2)
        try server.kill()
        for _ in 0..<2 { #expect(try server.run("restore", copy).contains("restored from")) }
        #expect(try server.formerDatabases() == 2)
        #expect(try server.run("audit", "verify").contains("none changed"))
        var admin = Caller(user: UUID())
        (admin.role, admin.session) = (.admin, UUID())
        let settings = try ServerSettings.read(environment: ["DATABASE_URL": server.url]).settings
        try await Server.withAuditLog(settings) { [admin] audit in
            let events = try await audit.export(by: admin).reduce(into: [AuditEvent]()) { $0 += $1.map(\.event) }
            let restores = events.filter { $0.action == .databaseRestored }  // the first went with what it restored
            #expect(restores.map(\.details) == [["file": "copy.db"]] && restores.map(\.user) == [nil], "\(events)")
        }
        try server.start()
        #expect(try await client.events(of: id) == 1)
        server.stop()
        try Data("no database".utf8).write(to: URL(fileURLWithPath: copy))
        #expect(try server.run("restore", copy) == "")
    }
}
