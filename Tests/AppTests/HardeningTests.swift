import App
import Domain
import Foundation
import TestSupport
import Testing

/// What browsers and clients are kept from.
@Suite struct HardeningTests {
    @Test func onlyListedOriginsUseTheAPI() async throws {
        let server = try await RunningServer.start(
            .sqlite, ["CORS_ALLOWED_ORIGINS": "https://app.example.com, http://localhost:3000"])
        let asked = ["Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "x-api-key"]
        func preflight(_ origin: String) async throws -> RunningServer.Reply {
            try await server.send(
                "OPTIONS", "/api/v2/scenarios", key: "", headers: asked.merging(["Origin": origin]) { $1 })
        }
        for origin in ["https://app.example.com", "http://localhost:3000"] {
            let allowed = try await preflight(origin)
            #expect(allowed.status == 204)
            #expect(allowed.headers["access-control-allow-origin"] == origin)
            #expect(allowed.headers["access-control-allow-methods"] == "GET, POST, PUT, DELETE, PATCH, OPTIONS")
            #expect(allowed.headers["access-control-allow-headers"]?.contains("X-API-Key") == true)
            #expect(allowed.headers["access-control-allow-credentials"] == nil)
        }
        for origin in [
            "null", "https://app.example.com.evil.org", "https://evilapp.example.com", "http://app.example.com",
            "https://APP.example.com", "https://app.example.com:444", "https://app.example.com/", "*", "",
        ] {
            #expect(try await preflight(origin).headers["access-control-allow-origin"] == nil, "\(origin)")
            let reply = try await server.send("GET", "/api/v2/scenarios", headers: ["Origin": origin])
            #expect(reply.status == 200 && reply.headers["access-control-allow-origin"] == nil, "\(origin)")
            #expect(reply.headers["vary"] == "Origin")
        }
        let simple = try await server.send("GET", "/api/v2/scenarios", headers: ["Origin": "https://app.example.com"])
        #expect(simple.headers["access-control-allow-origin"] == "https://app.example.com")
        #expect(simple.headers["access-control-expose-headers"]?.contains("X-RateLimit-Remaining") == true)
        await server.stop()
    }

    /// Where a proxy speaks TLS, the public URL says so.
    @Test(arguments: [
        ("https://api.example.com", true), ("HTTPS://api.example.com", true), ("http://localhost", false),
    ])
    func browsersStayWithTLSBehindAProxy(publicURL: String, isEncrypted: Bool) async throws {
        let server = try await RunningServer.start(.sqlite, ["PUBLIC_URL": publicURL])
        for path in ["/api/v2/health/live", "/nothing"] {
            let header = try await server.send("GET", path).headers["strict-transport-security"]
            #expect(header == (isEncrypted ? "max-age=31536000; includeSubDomains" : nil))
        }
        await server.stop()
    }

    @Test func markupFromNobodyIsNotedToo() async throws {
        let server = try await RunningServer.start(.sqlite)
        let body = #"{"email":"ann@example.com","password":"a rather long one","name":"<script>x</script>"}"#
        #expect(try await server.send("POST", "/api/v2/auth/register", key: "", body).status == 422)
        #expect(try await server.auditActions().contains("security.suspicious_input"))
        await server.stop()
    }

    @Test func markupInAParameterIsNoted() async throws {
        let server = try await RunningServer.start(.sqlite)
        let reply = try await server.send("GET", "/api/v2/scenarios?q=%3Cscript%3Ealert(1)%3C/script%3E")
        #expect((reply.json["errors"] as? [[String: String]])?.map { $0["pointer"] } == ["q"])
        let events = try await server.auditEvents().filter { $0.action == .suspiciousInput }
        #expect(events.map(\.details) == [["members": "q", "path": "/api/v2/scenarios"]])
        await server.stop()
    }

    @Test(arguments: [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "a\" onmouseover = \"x", "java\tscript:alert(1)",
        "</ScRiPt>", "<svg/onload=1>", "data:text/html,x", "<!-- x", "<x/oncut=alert(1)>", "<p\nOnCopy\r\n=\u{301}1>",
        "<b a='1'oncontextmenu=x>", "<frame src=java&#115;cript:x>",
        "\u{600}<script>alert(1)//\u{600}</script>", "javascript:\u{e33}=alert(1)", "\" onfocus=\u{e33}=alert(1) x=\"",
        "\u{600}<iframe src=//x>", "<lin\u{212a} rel=x>", "<area href=java&#x73;cript:x>",
    ])
    func markupIsRefusedAndNoted(text: String) async throws {
        let server = try await RunningServer.start(.sqlite)
        let body = try JSONSerialization.data(withJSONObject: ["name": "n", "description": text])
        let reply = try await server.send("POST", "/api/v2/scenarios", type: "application/json", body)
        #expect(reply.status == 422)
        #expect((reply.json["errors"] as? [[String: String]])?.map { $0["pointer"] } == ["/description"])
        let entries = try await server.auditActions()
        #expect(entries.contains("security.suspicious_input"))
        await server.stop()
    }

    @Test(arguments: [
        ("<script>x</script>", "/workload/steps/0/sqs/label"), ("a\u{1b}[2J", "/workload/steps/0/sqs/label"),
    ])
    func aWorkloadsTextsAreNoMarkup(label: String, pointer: String) async throws {
        let server = try await RunningServer.start(.sqlite)
        let body = try JSONSerialization.data(
            withJSONObject: ["name": "n", "workload": ["steps": [["sqs": ["label": label]]]]])
        for path in ["/api/v2/scenarios", "/api/v2/estimate"] {
            let reply = try await server.send("POST", path, type: "application/json", body)
            #expect(reply.status == 422, "\(reply.text)")
            #expect((reply.json["errors"] as? [[String: String]])?.map { $0["pointer"] } == [pointer])
        }
        let name = #"{"name":"n","workload":{"steps":[{"<svg onload=1>":{}}]}}"#
        #expect(try await server.send("POST", "/api/v2/scenarios", name).status == 422)
        let slash = #"{"name":"n","workload":{"a/b":"<script>"}}"#
        let reply = try await server.send("POST", "/api/v2/scenarios", slash)
        #expect((reply.json["errors"] as? [[String: String]])?.map { $0["pointer"] } == ["/workload/a~1b"])
        #expect(try await server.auditActions().contains("security.suspicious_input"))
        await server.stop()
    }

    @Test(arguments: [
        "a < b and c > d", "cost <= 5", "only = 1; on = 2", "x < y and online=true", "region load = 20%, season end=12",
        "version change=2", "http://example.com/?a=b",
        "naïve <3 🚀", "R&D: 50% \"off\"",
        "O'Brien <ann@example.com>", "'; DROP TABLE scenario; --", "{{7*7}} ${x}", "Ω≈ç√∫˜µ≤≥÷", "\u{202e}reversed",
    ])
    func ordinaryTextIsTakenAsItIs(text: String) async throws {
        let server = try await RunningServer.start(.sqlite)
        let body = try JSONSerialization.data(withJSONObject: ["name": "n", "description": text])
        let reply = try await server.send("POST", "/api/v2/scenarios", type: "application/json", body)
        #expect(reply.status == 201)
        #expect(reply.json["description"] as? String == text.precomposedStringWithCanonicalMapping)
        await server.stop()
    }

    /// Where each of many texts is wrong, no answer and no audit entry grows by their number times their places.
    @Test func manyWrongTextsAreToldOfInFew() async throws {
        let server = try await RunningServer.start(.sqlite)
        let scenario = try await server.scenario()
        /// Objects inside one another.
        func nested(_ name: String, _ depth: Int, around json: String, beside members: String = "") -> String {
            String(repeating: "{\"\(name)\":", count: depth) + json + String(repeating: members + "}", count: depth)
        }
        let (name, control) = (String(repeating: "n", count: 256), String(repeating: #"\u0001"#, count: 256))
        let texts = "[" + Array(repeating: #""<a""#, count: 1_000).joined(separator: ",") + "]"
        let names = (0..<300).map { ",\"<a\($0)\":0" }.joined()
        let members = (0..<990).map { "\"m\($0)\":0" }.joined(separator: ",")
        for (workload, isMarkup) in [
            (nested(name, 29, around: texts), true), (nested(control, 10, around: "0", beside: names), true),
            ("{\(members)}", false),
        ] {
            let body = isMarkup ? #"{"name":"a","workload":\#(workload)}"# : workload
            for (method, path) in [
                ("POST", ""), ("PUT", "/\(scenario)"), ("PATCH", "/\(scenario)"), ("POST", "/\(scenario)/what-if"),
            ] {
                let reply = try await server.send(method, "/api/v2/scenarios\(path)", body)
                #expect(reply.status == 422 && reply.data.count < 1_000_000, "\(method) \(path)")
                #expect((reply.json["errors"] as? [Any])?.count == 100, "\(method) \(path)")
                #expect((reply.json["detail"] as? String)?.contains("100 of ") == true, "\(method) \(path)")
            }
        }
        let events = try await server.auditEvents().filter { $0.action == .suspiciousInput }
        #expect(events.count == 8)
        #expect(events.allSatisfy { ($0.details["members"]?.unicodeScalars.count ?? 0) <= 1_000 })
        let long = try await server.send("POST", "/api/v2/scenarios", #"{"\#(name)n":0}"#)
        #expect(long.status == 400 && long.text.contains("256 bytes"))
        await server.stop()
    }

    @Test func requestsHaveLimits() async throws {
        let server = try await RunningServer.start(.sqlite)
        func post(_ body: String) async throws -> RunningServer.Reply {
            try await server.send("POST", "/api/v2/scenarios", body)
        }
        func nested(_ depth: Int) -> String {
            #"{"name":"a","workload":"# + String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
                + "}"
        }
        #expect(
            try await post(#"{"name":""# + String(repeating: "x", count: 11_000) + #""}"#).text.contains("10240 bytes"))
        #expect(try await post(nested(40)).text.contains("32 levels"))
        let many = (0...1_000).map { "\"\($0)\":1" }.joined(separator: ",")
        #expect(try await post("{\(many)}").text.contains("1000 members"))
        #expect(try await post(#"{"name":"a\u0000b"}"#).status == 422)
        #expect(try await post(#"{"name":"a\u001bb"}"#).status == 422)
        #expect(try await post(String(repeating: " ", count: 1_100_000) + "{}").status == 413)
        // What says that it is too long is not waited for.
        for length in ["1048577", "99999999999", "18446744073709551615"] {
            let head = "POST /api/v2/scenarios HTTP/1.1\r\nHost: a\r\nX-API-Key: \(server.key)\r\n"
            let bytes = Array("\(head)Content-Length: \(length)\r\n\r\n".utf8)
            let announced = await RawConnection.send(bytes, to: server.base, until: "too_large")
            #expect(announced.statuses == [413], "\(length)")
        }
        let long = try await server.send("GET", "/api/v2/scenarios?q=" + String(repeating: "x", count: 9_000))
        #expect(long.status == 414 && long.code == "uri_too_long")
        let heavy = try await server.send(
            "GET", "/api/v2/scenarios", headers: ["X-Large": String(repeating: "x", count: 17_000)])
        #expect(heavy.status == 431)
        await server.stop()
    }

    /// One text, one form: what looks alike is found alike.
    @Test func textIsNormalised() async throws {
        let server = try await RunningServer.start(.sqlite)
        let body = try JSONSerialization.data(withJSONObject: ["name": "cafe\u{301}", "tags": ["e\u{301}"]])
        let reply = try await server.send("POST", "/api/v2/scenarios", type: "application/json", body)
        #expect(reply.json["name"] as? String == "caf\u{e9}")
        #expect((reply.json["name"] as? String)?.utf8.count == 5)
        await server.stop()
    }
}
