import Foundation
import TestSupport
import Testing

/// Requests whose ends two programs may see at different places, or whose targets name another server.
@Suite struct SmugglingTests {
    /// What an attacker would slip past a proxy; it must never be answered.
    private static let second = "GET /api/v2/health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    private static let live = "GET /api/v2/health/live HTTP/1.1\r\n"

    /// One server for a table: each row is a connection of its own. All tests run at once: it is given time, or it would
    /// hang up on requests that never end before it has come to answer them.
    private func withServer(_ body: (RunningServer) async throws -> Void) async throws {
        let server = try await RunningServer.start(.sqlite, ["IDLE_SECONDS": "600"])
        try await body(server)
        await server.stop()
    }

    private func expectRefusal(_ name: String, _ text: String, _ server: RunningServer) async {
        let reply = await RawConnection.send(text + Self.second, to: server.base)
        #expect(reply.statuses == [400] && reply.isClosed, "\(name): \(reply.answer.prefix(500))")
        for field in ["X-Content-Type-Options: nosniff", "Cache-Control: no-store", "Connection: close"] {
            let count = reply.answer.lowercased().split(separator: "\r\n").count { $0 == field.lowercased() }
            #expect(count == 1, "\(name) has \(field) \(count) times")
        }
    }

    /// RFC 9112, sections 6.1 to 6.3.
    @Test func bodiesHaveOneLengthOrAreRefused() async throws {
        let fields = [
            "both": "Content-Length: 4\r\nTransfer-Encoding: chunked",
            "both, the other way round": "Transfer-Encoding: chunked\r\nContent-Length: 4",
            "two lengths": "Content-Length: 0\r\nContent-Length: 5", "a list of lengths": "Content-Length: 0, 5",
            "one length twice": "Content-Length: 0\r\nContent-Length: 0", "a sign": "Content-Length: +0",
            "a negative length": "Content-Length: -1", "a space in a length": "Content-Length: 0 0",
            "a hexadecimal length": "Content-Length: 0x0", "an empty length": "Content-Length: ",
            "a huge length": "Content-Length: 99999999999999999999999",
            "an unknown coding": "Transfer-Encoding: xchunked", "a quoted coding": "Transfer-Encoding: \"chunked\"",
            "a Kelvin sign": "Transfer-Encoding: chun\u{212a}ed",
            "chunked in two fields": "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
            "chunked twice": "Transfer-Encoding: chunked, chunked", "identity": "Transfer-Encoding: identity",
            "chunked, then another": "Transfer-Encoding: chunked, identity",
            "another, then chunked": "Transfer-Encoding: gzip, chunked",
            "a vertical tab": "Transfer-Encoding: \u{b}chunked", "a folded coding": "Transfer-Encoding:\r\n chunked",
            "a space before the colon": "Content-Length : 0", "a tab before the colon": "Transfer-Encoding\t: chunked",
        ]
        try await withServer { server in
            for (name, field) in fields {
                let head = "POST /api/v2/scenarios HTTP/1.1\r\nHost: a\r\nX-API-Key: \(server.key)\r\n\(field)\r\n\r\n"
                await expectRefusal(name, head + (field.contains("ransfer") ? "0\r\n\r\n" : ""), server)
            }
            let old = "POST /api/v2/scenarios HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            await expectRefusal("chunked in HTTP/1.0", old, server)
        }
    }

    /// RFC 9112, section 7.1.
    @Test func chunksHaveOneSizeOrAreRefused() async throws {
        let bodies = [
            "overflow": "10000000000000000\r\n", "negative": "-1\r\n", "prefix": "0x0\r\n\r\n", "sign": "+0\r\n\r\n",
            "garbage after the size": "0 z\r\n\r\n", "space after the size": "0 \r\n\r\n", "bare LF": "0\n\r\n",
            "no size": "\r\n\r\n", "LF in an extension": "0;a\nb\r\n\r\n",
            "longer than it says": "2\r\n{}x\r\n0\r\n\r\n",
            "shorter than it says": "4\r\n{}\r\n0\r\n\r\n", "bare CR behind the data": "2\r\n{}\r0\r\n\r\n",
            "a length in the trailer": "2\r\n{}\r\n0\r\nContent-Length: 9\r\n\r\n",
            "a coding in the trailer": "2\r\n{}\r\n0\r\nTransfer-Encoding: gzip\r\n\r\n",
            "a huge trailer": "2\r\n{}\r\n0\r\nA: " + String(repeating: "a", count: 100_000) + "\r\n\r\n",
        ]
        try await withServer { server in
            let head =
                "POST /api/v2/scenarios HTTP/1.1\r\nHost: a\r\nX-API-Key: \(server.key)\r\n"
                + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n"
            for (name, body) in bodies { await expectRefusal(name, head + "\r\n" + body, server) }
            // Long extensions say nothing: they are read over.
            let extended = "2;" + String(repeating: "a", count: 100_000) + "\r\n{}\r\n0\r\n\r\n"
            let reply = await RawConnection.send(head + "Connection: close\r\n\r\n" + extended, to: server.base)
            #expect(reply.statuses == [422] && reply.isClosed)
        }
    }

    /// Credentials come before the body, or not at all.
    @Test func trailersAuthenticateNobody() async throws {
        try await withServer { server in
            for field in ["X-API-Key: \(server.key)", "Authorization: Bearer \(server.key)", "Host: b"] {
                let reply = await RawConnection.send(
                    "POST /api/v2/scenarios HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                        + "e\r\n{\"name\":\"low\"}\r\n0\r\n\(field)\r\n\r\n", to: server.base)
                #expect(reply.statuses == [401] && reply.isClosed, "\(field)")
            }
        }
    }

    /// RFC 9112, sections 2.2 and 5.
    @Test func fieldsHaveOneReadingOrAreRefused() async throws {
        let fields = [
            "folded": "X-A: b\r\n c", "bare LF": "X-A: b\nX-B: c", "no name": ": b", "no colon": "X-A",
            "NUL": "X-A: b\0c", "CR": "X-A: b\rc", "NUL in a name": "X\0A: b", "UTF-8 in a name": "X-\u{e9}: b",
            "space before a name": " X-A: b", "LF at the end": "X-A: b\r\n\n", "escape": "X-A: \u{1b}[31m",
            "DEL": "X-A: b\u{7f}",
        ]
        try await withServer { server in
            for (name, field) in fields {
                await expectRefusal(name, Self.live + "Host: a\r\n\(field)\r\n\r\n", server)
                await expectRefusal(name + ", first", Self.live + "\(field)\r\nHost: a\r\n\r\n", server)
            }
            await expectRefusal("bare LF only", "GET /api/v2/health/live HTTP/1.1\nHost: a\n\n", server)
        }
    }

    /// RFC 9112, section 3.2.
    @Test func requestsNameOneHost() async throws {
        let none = [
            "", "Host: a\r\nHost: a\r\n", "Host: a\r\nHost: b\r\n", "Host:\r\n", "Host: a b\r\n", "Host: a,b@c\r\n",
            "Host: a/b\r\n", "Host: a?b\r\n", "Host: a#b\r\n", "Host: user@a\r\n", "Host: a:b\r\n", "Host: a:80:80\r\n",
            "Host: a:123456\r\n", "Host: :80\r\n", "Host: [::1\r\n", "Host: []\r\n", "Host: [::1]a\r\n",
            "Host: [g::1]\r\n", "Host: a%00b\r\n", "Host: \u{e9}\r\n", "Host: a\\b\r\n", "Host: <a>\r\n",
            "Host: a\r\nhOST: b\r\n", "Hosts: a\r\n",
        ]
        let some = [
            "Host: a", "Host: a:", "host: a:8080", "Host: 127.0.0.1:80", "Host: [::1]", "HOST: [2001:db8::1.2.3.4]:443",
            "Host: my_service-1.example.com.",
        ]
        try await withServer { server in
            for fields in none { await expectRefusal(fields, Self.live + fields + "\r\n", server) }
            for field in some {
                let reply = await RawConnection.send(
                    Self.live + "\(field)\r\nConnection: Close\r\n\r\n" + Self.second, to: server.base)
                #expect(reply.statuses.first == 200 && !reply.statuses.dropFirst().contains(200), "\(field)")
            }
            for fields in ["", "Host: a\r\n"] {  // the older version needs none, and ends with the answer
                let reply = await RawConnection.send(
                    "GET /api/v2/health/live HTTP/1.0\r\n\(fields)\r\n", to: server.base)
                #expect(reply.statuses == [200] && reply.isClosed)
            }
        }
    }

    /// RFC 9112, section 6.1.
    @Test func theOlderVersionGetsNoChunks() async throws {
        try await withServer { server in
            let token = try await server.signInAsAdmin()["Authorization"] ?? ""
            func export(_ version: String) -> String {
                "GET /api/v2/admin/audit/export HTTP/\(version)\r\nHost: a\r\nAuthorization: \(token)\r\n"
            }
            func parts(_ answer: some StringProtocol) -> (head: String, body: String) {
                guard let end = answer.firstRange(of: "\r\n\r\n") else { return ("", "") }
                return (answer[..<end.lowerBound].lowercased(), String(answer[end.upperBound...]))
            }
            // Also where it comes behind one of the newer version, which gets them.
            let live = Self.live + "Host: a\r\n\r\n"
            for (before, field) in [("", ""), (live, ""), ("", "Connection: keep-alive\r\n")] {
                let reply = await RawConnection.send(before + export("1.0") + field + "\r\n", to: server.base)
                let start = reply.answer.ranges(of: /HTTP\/1\.[01] 200 OK/).last?.lowerBound
                let (head, body) = parts(reply.answer[(start ?? reply.answer.startIndex)...])
                #expect(reply.isClosed && head.contains("\r\nconnection: close"), "\(reply.answer.prefix(900))")
                #expect(!head.contains("transfer-encoding") && body.hasPrefix("{") && body.hasSuffix("}\n"))
            }
            let newer = await RawConnection.send(export("1.1") + "Connection: close\r\n\r\n", to: server.base)
            let (head, body) = parts(newer.answer)
            #expect(head.hasPrefix("http/1.1 200") && head.contains("\r\ntransfer-encoding: chunked"))
            #expect(head.contains("\r\nconnection: close") && body.hasSuffix("\r\n0\r\n\r\n"))
        }
    }

    @Test func targetsNameNoOtherServer() async throws {
        let path = "/api/v2/health/live"
        let refused = [
            "\(path)#x", "\(path)?a=b#x", "ftp://a\(path)", "file://\(path)", "http://\(path)", "http://user@a\(path)",
            "http://a b\(path)", "http://a:b\(path)", "a:80", "api/v2/health/live", "\(path) x", "\(path)\u{1}",
            "\(path)\u{7f}", "/api/v2/health/liv\u{e9}", "\\api\\v2\\health\\live", "",
        ]
        try await withServer { server in
            for target in refused { await expectRefusal(target, "GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n", server) }
            func first(_ method: String, _ target: String, version: String = "1.1") async -> RawConnection {
                await RawConnection.send(
                    "\(method) \(target) HTTP/\(version)\r\nHost: a\r\nConnection: close\r\n\r\n", to: server.base)
            }
            // Whatever it is called, the server is this one and forwards nothing.
            #expect(await first("GET", "http://elsewhere.example:81\(path)").statuses == [200])
            #expect(await first("GET", "http://elsewhere.example/latest/meta-data").statuses == [404])
            for (method, target) in [("CONNECT", "elsewhere.example:443"), ("OPTIONS", "*"), ("GET", "*")] {
                let reply = await first(method, target)
                #expect(reply.statuses == [404] && reply.isClosed, "\(method) \(target)")
            }
            #expect(await first("TRACE", path).statuses == [405])
            for version in ["0.9", "1.2", "2.0", "1.1x", "11"] {
                #expect(await first("GET", path, version: version).statuses == [400], "\(version)")
            }
            for method in ["get", "FOO", "GET\t", "G\u{e9}T"] {
                #expect(await first(method, path).statuses == [400], "\(method)")
            }
        }
    }
}
