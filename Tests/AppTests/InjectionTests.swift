import App
import Domain
import Foundation
import TestSupport
import Testing

/// What comes back in headers adds none, and paths lead nowhere but to what they name.
@Suite struct InjectionTests {
    private static let breaks = [
        "\r\nX-Injected: 1", "\nX-Injected: 1", "\rX-Injected: 1", "%0d%0aX-Injected:%201", "%0aX-Injected:%201",
        "%E5%98%8A%E5%98%8DX-Injected:%201", "\u{560a}\u{560d}X-Injected: 1", "\u{85}X-Injected: 1",
        "\u{2028}X-Injected: 1", "\\r\\nX-Injected: 1", "\0X-Injected: 1", "\t\r\n X-Injected: 1",
    ]

    private func injected(_ reply: RawConnection) -> Bool {
        let heads = reply.answer.split(separator: "\r\n\r\n", maxSplits: 1).first ?? ""
        return heads.split(whereSeparator: \.isNewline).contains { $0.lowercased().hasPrefix("x-injected") }
    }

    @Test func whatComesBackAddsNoHeaders() async throws {
        let server = try await RunningServer.start(.sqlite, ["CORS_ALLOWED_ORIGINS": "https://app.example.com"])
        let id = try await server.scenario()
        let names = ["X-Correlation-ID", "Idempotency-Key", "Origin", "User-Agent", "X-Scenario-ID", "X-Forwarded-For"]
        func request(_ target: String, _ fields: String = "", method: String = "GET", _ body: String = "") -> String {
            "\(method) \(target) HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-API-Key: \(server.key)\r\n"
                + "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)"
        }
        for text in Self.breaks {
            var requests = names.flatMap { name in
                let field = "\(name): https://app.example.com\(text)\r\n"
                return [
                    request("/api/v2/scenarios", field),
                    request("/api/v2/scenarios", field, method: "POST", #"{"name":"a"}"#),
                    request("/nothing", field),
                    request(
                        "/api/v2/scenarios", field + "Access-Control-Request-Method: GET\r\n", method: "OPTIONS"),
                ]
            }
            requests += [
                "/api/v2/scenarios?q=\(text)", "/api/v2/scenarios?page_size=1&\(text)=1", "/api/v2/\(text)",
                "/api/v2/scenarios/\(text)", "/api/v2/scenarios/\(id)\(text)", "/s/\(id)/\(text)", "/s/\(text)/ingest",
                "/api/v1/scenarios/\(text)", "/_index_template/\(text)", "/api/v2/scenarios?page=\(text)",
            ].map { request($0) }
            requests.append(request("/\(text)/_bulk", method: "POST", "{\"index\":{}}\n{}\n"))
            for request in requests {
                let reply = await RawConnection.send(request, to: server.base)
                #expect(reply.statuses.count == 1 && reply.isClosed, "\(request)")
                #expect(!injected(reply) && (reply.statuses.first ?? 500) < 500, "\(request)\n\(reply.answer)")
            }
        }
        await server.stop()
    }

    /// Names are in bodies only, and there they are JSON.
    @Test func namesOfPeopleAddNoLinesToMail() async throws {
        let server = try await RunningServer.start(.sqlite)
        for (index, text) in ["\r\nBcc: evil@example.com", "\nBcc: evil@example.com", "\u{2028}Bcc: x@y"].enumerated() {
            let body = try JSONSerialization.data(withJSONObject: [
                "email": "ann\(index)@example.com", "password": AccountTests.password, "name": "Ann\(text)",
            ])
            let reply = try await server.send(
                "POST", "/api/v2/auth/register", key: "", type: "application/json", body)
            #expect([202, 422].contains(reply.status), "\(reply.text)")
            let address = try await server.send(
                "POST", "/api/v2/auth/forgot-password", key: "",
                String(
                    decoding: try JSONSerialization.data(withJSONObject: ["email": "ann@example.com\(text)"]),
                    as: UTF8.self))
            #expect([202, 422].contains(address.status), "\(address.text)")
        }
        for file in try FileManager.default.contentsOfDirectory(atPath: server.outbox) {
            let mail = try String(contentsOfFile: "\(server.outbox)/\(file)", encoding: .utf8)
            #expect(!mail.split(whereSeparator: \.isNewline).contains { $0.lowercased().hasPrefix("bcc") }, "\(mail)")
        }
        await server.stop()
    }

    /// The literal path or nothing: no dots, no second slash, no other letters.
    @Test func pathsLeadToWhatTheyName() async throws {
        let server = try await RunningServer.start(.sqlite)
        let mine = try await server.scenario(#"{"name":"of the first user"}"#)
        let made = try await server.send(
            "POST", "/api/v2/scenarios", key: server.otherKey, #"{"name":"of the second user"}"#)
        let theirs = try #require(made.json["id"] as? String)
        let paths = [
            "/api/v2/../v2/scenarios", "/api/v2/./scenarios", "/api/v2//scenarios", "//api/v2/scenarios",
            "/api/v2/scenarios/", "/api/v2/scenarios//", "/api/v2/%2e%2e/v2/scenarios", "/api/v2/%2e/scenarios",
            "/api/v2/.%2e/v2/scenarios", "/api%2fv2%2fscenarios", "/api/v2%2fscenarios", "/api/v2%5cscenarios",
            "/api/v2\\scenarios", "/api/v2/scenarios%2f\(mine)", "/api/v2/scenarios;x=y", "/api/v2;x=y/scenarios",
            "/api/v2/scenarios.", "/api/v2/scenarios%20", "/api/v2/scenarios%00", "/api/v2/scenarios%09",
            "/api/v2/scenarios.json", "/api/v2/scenarios/\(mine);x=y", "/api/v2/scenarios/\(mine)%20",
            "/api/v2/scenarios/\(mine).", "/api/v2/scenarios/\(mine)%00", "/api/v2/scenarios/%20\(mine)",
            "/api/v2/scenarios/{\(mine)}", "/api/v2/scenarios/\(mine)%2f", "/api/v2/scenarios/\(mine)/",
            "/api/v2/scenarios/\(mine)/../\(theirs)", "/api/v2/scenarios/\(mine)%2f..%2f\(theirs)",
            "/api/v2/%c0%ae%c0%ae/v2/scenarios", "/api/v2%c0%afscenarios", "/api/v2/scenarios%c0%80",
            "/api/v2/%252e%252e/v2/scenarios", "/api/v2/scenario%u0073", "/api/v2/scenarios%", "/api/v2/scenarios%7",
            "/api/v2/scenario%ff", "/API/v2/scenarios", "/Api/V2/Scenarios", "/api/V2/scenarios", "/api/v2/SCENARIOS",
            "/api/v2/scenario\u{17f}", "/api/v2/scenario%c5%bf", "/api/v2/ſcenarioſ", "/api/v02/scenarios",
            "/api/v2/scenarios/\(theirs)", "/s/\(theirs)/api/v2/scenarios/\(theirs)",
            "/s/\(mine)/api/v2/scenarios/\(theirs)", "/s/\(mine)/s/\(theirs)/api/v2/scenarios",
            "/s/\(mine)/../\(theirs)/api/v2/scenarios", "/s//api/v2/scenarios", "/s/\(mine)", "/s/x/api/v2/scenarios",
            "/S/\(mine)/api/v2/scenarios", "/s/\(theirs)/api/v2/scenarios/\(theirs)/metrics", "/s/\(theirs)/../docs",
            "/docs/../openapi.json", "/docs/", "/openapi.json/", "/openapi.json%00.html", "/.well-known/../docs",
            "/../../../../etc/passwd", "/..%2f..%2f..%2fetc%2fpasswd", "/docs/..%5c..%5cetc%5cpasswd", "/.git/config",
            "/.env", "/mockupaws.db", "/api/v2/admin/users", "/api/v2/admin/../scenarios", "/api/v2/auth/me/..;/x",
        ]
        for path in paths {
            let reply = await RawConnection.send(
                "GET \(path) HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-API-Key: \(server.key)\r\n\r\n",
                to: server.base)
            #expect(
                reply.statuses.count == 1 && [400, 401, 404].contains(reply.statuses[0]), "\(path): \(reply.answer)")
            #expect(!reply.answer.contains("of the"), "\(path): \(reply.answer)")
        }
        for path in ["/s/\(theirs)/ingest", "/s/\(mine)/../\(theirs)/ingest", "/\(theirs)/_bulk"] {
            let reply = try await server.send(
                "POST", path, type: "application/x-ndjson", Data("{\"index\":{}}\n{}\n".utf8))
            #expect([404, 422].contains(reply.status), "\(path): \(reply.text)")
        }
        await server.stop()
    }

    /// Letters may be written as percent and number (RFC 3986): the same path, with all that protects it.
    @Test func encodedPathsAreProtectedAlike() async throws {
        let server = try await RunningServer.start(.sqlite)
        try await server.server.users.setPassword(
            email: server.user.email, RunningServer.password, from: .commandLine)
        for path in ["/api/v2/auth/login", "/api/v2/%61uth/login", "/api/v2/%61%75%74%68/%6cogin"] {
            let reply = try await server.send(
                "POST", path, key: "", #"{"email":"one@example.com","password":"\#(RunningServer.password)"}"#)
            #expect(reply.status == 200 && reply.headers["cache-control"] == "no-store", "\(path)")
        }
        #expect(try await server.send("GET", "/%61pi/v2/scenarios", key: "").status == 401)
        await server.stop()
    }
}
