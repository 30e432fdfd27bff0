import App
import Domain
import Foundation
import TestSupport
import Testing

/// Version 1: clients of the original system keep working, and are told to move.
@Suite struct V1Tests {
    @Test(arguments: DatabaseBackend.allCases)
    func theOriginalsClientsKeepWorking(backend: DatabaseBackend) async throws {
        let server = try await RunningServer.start(backend)
        func call(_ method: String, _ path: String, _ headers: [String: String], _ body: String? = nil) async throws
            -> RunningServer.Reply
        { try await server.send(method, path, key: "", headers: headers, body) }
        let form = #"{"email":"old@example.com","password":"a rather long passphrase","full_name":"Old"}"#
        #expect(try await call("POST", "/api/v1/auth/register", [:], form).status == 201)
        let login = #"{"email":"old@example.com","password":"a rather long passphrase"}"#
        let tokens = try await call("POST", "/api/v1/auth/login", [:], login).json
        #expect(tokens["token_type"] as? String == "bearer" && tokens["expires_in"] as? Int == 1_800)
        let bearer = ["Authorization": "Bearer \(tokens["access_token"] as? String ?? "")"]
        let me = try await call("GET", "/api/v1/auth/me", bearer).json
        #expect(me["full_name"] as? String == "Old" && me["is_active"] as? Bool == true)

        let made = try await call(
            "POST", "/api/v1/scenarios", bearer, #"{"name":"n","region":"eu-west-1","tags":["t"]}"#)
        #expect(made.status == 201 && made.json["status"] as? String == "draft")
        #expect(made.headers["sunset"] == "Thu, 31 Dec 2026 00:00:00 GMT")
        let path = "/api/v1/scenarios/\(made.json["id"] as? String ?? "")"
        let changed = try await call("PUT", path, bearer, #"{"description":"d"}"#)
        #expect(changed.json["description"] as? String == "d" && changed.json["name"] as? String == "n")
        #expect(try await call("POST", path + "/start", bearer).json["status"] as? String == "running")

        let key = try await call("POST", "/api/v1/api-keys", bearer, #"{"name":"k"}"#)
        let secret = try #require(key.json["key"] as? String)
        let ingest = ["X-API-Key": secret, "X-Scenario-ID": made.json["id"] as? String ?? ""]
        let lines = (0..<10).map { #"{"time":"2026-03-02T08:0\#($0):00Z","message":"ann\#($0)@example.com"}"# }
        #expect(try await call("POST", "/ingest", ingest, lines.joined(separator: "\n")).status == 200)
        let flushed = try await call("POST", "/flush", ["X-API-Key": secret]).json
        #expect(flushed["status"] as? String == "flushed" && flushed["pending"] as? Int == 0)

        let metrics = try await call("GET", path + "/metrics", bearer).json
        let summary = try #require(metrics["summary"] as? [String: Any])
        let names = [
            "total_requests", "total_cost_usd", "sqs_blocks", "lambda_invocations", "llm_tokens", "pii_violations",
        ]
        #expect(Set(summary.keys) == Set(names))
        for name in names { #expect(summary[name] is NSNumber, "\(name)") }
        #expect(summary["total_requests"] as? Int == 10 && summary["pii_violations"] as? Int == 10)
        let parts = try #require(metrics["cost_breakdown"] as? [[String: Any]])
        #expect(Set(parts.compactMap { $0["service"] as? String }) == ["sqs", "lambda"])
        #expect(parts.allSatisfy { $0["cost_usd"] is NSNumber && $0["percentage"] is NSNumber })
        let series = try #require(metrics["timeseries"] as? [[String: Any]])
        #expect(series.first?["timestamp"] as? String == "2026-03-02T08:00:00Z" && series.first?["value"] as? Int == 10)
        #expect(try await call("GET", "/api/v1/scenarios?status=running", bearer).json["total"] as? Int == 1)

        let id = try #require(key.json["id"] as? String)
        let rotated = try await call("POST", "/api/v1/api-keys/\(id)/rotate", bearer)
        #expect(rotated.json["key"] is String)
        let listed = try await call("GET", "/api/v1/api-keys", bearer)
        let keys = try JSONSerialization.jsonObject(with: listed.data) as? [[String: Any]]
        #expect(keys?.compactMap { $0["is_active"] as? Bool } == [false, true])  // the old one has ended
        #expect(try await call("POST", "/flush", ["X-API-Key": secret]).status == 401)
        #expect(
            try await call("DELETE", "/api/v1/api-keys/\(rotated.json["id"] as? String ?? "")", bearer).status == 204)
        #expect(try await call("POST", path + "/stop", bearer).json["status"] as? String == "completed")
        #expect(try await call("POST", path + "/archive", bearer).json["status"] as? String == "archived")
        #expect(try await call("DELETE", path, bearer).status == 204)
        await server.stop()
    }

    @Test(arguments: DatabaseBackend.allCases)
    func aRefreshTokenIsGoodOnce(backend: DatabaseBackend) async throws {
        let server = try await RunningServer.start(backend)
        _ = try await server.signIn()  // sets the password
        func post(_ path: String, _ body: String) async throws -> RunningServer.Reply {
            try await server.send("POST", "/api/v1/auth/\(path)", key: "", body)
        }
        func refresh(_ tokens: RunningServer.Reply) async throws -> RunningServer.Reply {
            try await post("refresh", #"{"refresh_token":"\#(tokens.json["refresh_token"] as? String ?? "")"}"#)
        }
        func me(_ tokens: RunningServer.Reply) async throws -> Int {
            let bearer = ["Authorization": "Bearer \(tokens.json["access_token"] as? String ?? "")"]
            return try await server.send("GET", "/api/v1/auth/me", key: "", headers: bearer).status
        }
        let form = #"{"email":"\#(server.user.email)","password":"\#(RunningServer.password)"}"#
        let first = try await post("login", form)
        let second = try await refresh(first)
        #expect(second.status == 200 && second.json["expires_in"] as? Int == 1_800, "\(second.text)")
        for name in ["access_token", "refresh_token"] {
            let tokens = [first, second].compactMap { $0.json[name] as? String }
            #expect(Set(tokens).count == 2, "\(name)")
        }
        #expect(try await me(second) == 200)
        let third = try await refresh(second)
        #expect(try await me(third) == 200)
        // One that comes again was stolen: the session ends.
        #expect(try await refresh(first).status == 401)
        #expect(try await me(third) == 401)
        #expect(try await refresh(third).status == 401)
        await server.stop()
    }

    @Test func everyAnswerOfVersion1TellsOfItsEnd() async throws {
        let server = try await RunningServer.start(.sqlite, ["API_V1_SUNSET": "2027-01-31"])
        let id = UUID().uuidString
        for (method, path, key, status, successor) in [
            ("GET", "/api/v1/scenarios", nil, 200, "/api/v2/scenarios"),
            ("GET", "/api/v1/scenarios", "", 401, "/api/v2/scenarios"),
            ("GET", "/api/v1/scenarios/\(id)", nil, 404, "/api/v2/scenarios/\(id)"),
            ("POST", "/api/v1/scenarios/a%3E%2Fb/start", nil, 404, "/api/v2/scenarios/a%3E%2Fb/start"),
            ("GET", "/api/v1/nothing", nil, 404, nil), ("PATCH", "/api/v1/scenarios", nil, 405, nil),
        ] {
            let reply = try await server.send(method, path, key: key)
            #expect(reply.status == status, "\(method) \(path)")
            #expect(reply.headers["deprecation"] == "@1795564800")
            #expect(reply.headers["sunset"] == "Sun, 31 Jan 2027 00:00:00 GMT")
            let links = successor.map { "<\($0)>; rel=\"successor-version\", " } ?? ""
            #expect(reply.headers["link"] == links + "</api/deprecation>; rel=\"deprecation\"; type=\"text/html\"")
        }
        #expect(try await server.send("GET", "/api/v2/scenarios").headers["deprecation"] == nil)
        let guide = try await server.send("GET", "/api/deprecation", key: "")
        #expect(guide.json["sunset_at"] as? String == "2027-01-31T00:00:00Z")
        #expect((guide.json["operations"] as? [Any])?.count == 18)
        let page = try await server.send("GET", "/api/deprecation", key: "", headers: ["Accept": "text/html"])
        #expect(
            page.headers["content-type"] == "text/html; charset=utf-8" && page.text.contains("<td>/api/v2/scenarios"))
        await server.stop()
    }

    @Test func pastItsEndVersion1GoesOnOrIsGone() async throws {
        let gone = try await RunningServer.start(
            .sqlite, ["API_V1_SUNSET": "2026-01-01", "API_V1_AFTER_SUNSET": "gone"])
        let reply = try await gone.send("GET", "/api/v1/scenarios")
        #expect(reply.status == 410 && reply.code == "gone" && reply.text.contains("/api/v2/scenarios"))
        #expect(try await gone.send("GET", "/api/v2/scenarios").status == 200)
        await gone.stop()
        let served = try await RunningServer.start(.sqlite, ["API_V1_SUNSET": "2026-01-01"])
        #expect(try await served.send("GET", "/api/v1/scenarios").status == 200)
        await served.stop()
    }
}
