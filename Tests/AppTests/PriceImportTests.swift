import App
import Domain
import Foundation
import TestSupport
import Testing

/// Price lists over HTTP: an administrator's imports and rollbacks.
@Suite struct PriceImportTests {
    private static func lambda(version: String, day: String, _ usd: String) -> String {
        """
        {"offerCode":"AWSLambda","version":"\(version)","publicationDate":"\(day)T00:00:00Z","products":{"S":{"sku":"S",
        "attributes":{"usagetype":"EU-Request","regionCode":"eu-west-1","operation":"Invoke"}}},"terms":{"OnDemand":{"S":{"S.T":
        {"priceDimensions":{"S.T.R":{"unit":"Requests","description":"d","pricePerUnit":{"USD":"\(usd)"}}}}}}}}
        """
    }

    /// What an administrator imports is used from then on; what is wrong with a file is told with its place.
    @Test func administratorsImportPricesAndRollThemBack() async throws {
        let server = try await RunningServer.start(.sqlite)
        let admin = try await server.signInAsAdmin()
        func call(
            _ method: String, _ path: String, type: String? = "application/octet-stream",
            _ headers: [String: String] = [:], _ body: String? = nil
        ) async throws -> RunningServer.Reply {
            try await server.send(
                method, "/api/v2/admin/prices" + path, key: "", type: type, headers: admin.merging(headers) { $1 },
                body.map { Data($0.utf8) })
        }
        func price() async throws -> String? {
            let reply = try await server.send("GET", "/api/v2/prices/AWSLambda/eu-west-1/Request")
            return (reply.json["tiers"] as? [[String: Any]])?.first?["usd_per_unit"] as? String
        }
        let before = try await price()
        #expect(try await call("GET", "").text == "[]")
        let first = try await call(
            "POST", "?source=/offers/v1.0/aws/a.json", [:], Self.lambda(version: "1", day: "2020-01-31", "7"))
        #expect(first.status == 200)
        #expect((first.json["notes"] as? [String])?.first?.contains("older than the embedded prices") == true)
        #expect(try await price() == "7")
        let second = try await call("POST", "", [:], Self.lambda(version: "2", day: "2999-01-31", "8"))
        let imported = try #require((second.json["imported"] as? [[String: Any]])?.first)
        #expect(imported["version"] as? String == "2" && imported["source"] as? String == "upload")
        #expect(imported["origin"] as? String == "eu-west-1" && imported["rates"] as? Int == 1)
        #expect(try await price() == "8")

        // A refusal changes nothing, and follows no index.
        let cut = String(Self.lambda(version: "3", day: "2999-01-31", "9").dropLast(3))
        for (body, problem) in [
            (cut, "upload: byte \(cut.utf8.count): found "), ("<html>", "not a price list: an HTML"),
            ("", "the end of the file"),
            (
                #"{"formatVersion":"v1.0","offers":{"A":{"offerCode":"A","currentVersionUrl":"/etc/passwd"}}}"#,
                "an index"
            ),
        ] {
            let reply = try await call("POST", "", [:], body)
            #expect(reply.status == 422 && reply.text.contains(problem), "\(reply.text)")
        }
        #expect(try await call("POST", "", type: "application/json", [:], "{}").status == 415)
        #expect(try await call("POST", "", ["Content-Encoding": "br"], "{}").status == 415)
        #expect(try await call("POST", "", ["Content-Encoding": "gzip"], "{}").status == 400)
        #expect(try await price() == "8")

        #expect(try await call("POST", "/AWSLambda/rollback").text.contains(#""version":"1""#))
        #expect(try await price() == "7")
        #expect(try await call("POST", "/AWSLambda/rollback").text.contains(#""version":"2""#))
        #expect(try await call("POST", "/Nothing/rollback").status == 404)
        for name in ["a%00b", "%3Cscript%3E"] { #expect(try await call("POST", "/\(name)/rollback").status == 404) }
        #expect(before != nil && before != "7")
        let actions = try await server.auditActions().filter { $0.hasPrefix("admin.price") }
        let begun = Array(repeating: "import_begin", count: 9)  // those that were refused, too
        #expect(
            actions.sorted()
                == (["import", "import"] + begun + ["rollback", "rollback"]
                + Array(repeating: "rollback_begin", count: 3)).map { "admin.price_" + $0 })
        #expect(actions.first == "admin.price_import_begin")
        #expect(try await server.server.audit.verify().flaw == nil)
        await server.stop()
    }

    /// One list is uploaded at a time, into the store, where nothing is left of it, nor of one that a crash ended.
    @Test func priceListsComeOneAtATime() async throws {
        let folder = try temporaryFolder("prices")
        try FileManager.default.createDirectory(atPath: folder + "/staging-1", withIntermediateDirectories: true)
        try "half".write(toFile: folder + "/staging-1/upload", atomically: true, encoding: .utf8)
        func staged() throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix("staging-") }
        }
        let server = try await RunningServer.start(.sqlite, prices: folder)
        #expect(try staged() == [])
        let admin = try await server.signInAsAdmin()
        let (port, log) = (server.base.split(separator: ":").last ?? "", folder + "-log")
        let head = """
            POST /api/v2/admin/prices HTTP/1.1\\r\\nHost: x\\r\\nAuthorization: \(admin["Authorization"] ?? "")\\r\\n\
            Content-Type: application/octet-stream\\r\\nContent-Length: 9000\\r\\n\\r\\n{
            """
        let client = try ServerProcess(
            ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/\(port); printf '\(head)' >&3; exec cat <&3"],
            endedBy: "KILL", logPath: log, isReady: { FileManager.default.fileExists(atPath: log) })
        for _ in 0..<600 where try staged().isEmpty { try await Task.sleep(for: .milliseconds(20)) }
        #expect(try staged().count == 1)
        func upload() async throws -> RunningServer.Reply {
            try await server.send(
                "POST", "/api/v2/admin/prices", key: "", type: "application/octet-stream", headers: admin,
                Data(Self.lambda(version: "1", day: "2999-01-31", "7").utf8))
        }
        let refused = try await upload()
        #expect(refused.status == 503 && refused.headers["retry-after"] == "10")
        func isRemoved() async throws -> Bool {
            for _ in 0..<600 where try !staged().isEmpty { try await Task.sleep(for: .milliseconds(20)) }
            return try staged().isEmpty
        }
        client.stop()
        #expect(try await isRemoved())
        #expect(try await upload().status == 200)
        #expect(try await isRemoved())  // by the thread that imported, while the answer is on its way
        let actions = try await server.auditActions().filter { $0.hasPrefix("admin.price") }
        #expect(actions == ["import_begin", "import_begin", "import"].map { "admin.price_" + $0 })
        await server.stop()
    }

    /// A list that is too large is refused on its length alone; a compressed one is taken.
    @Test func priceListsComeCompressedAndNotTooLarge() async throws {
        let server = try await RunningServer.start(.sqlite)
        let bearer = try #require(try await server.signInAsAdmin()["Authorization"])
        let folder = try temporaryFolder("price-upload")
        try Self.lambda(version: "1", day: "2999-01-31", "7").write(
            toFile: folder + "/list.json", atomically: true, encoding: .utf8)
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/bash")
        shell.currentDirectoryURL = URL(fileURLWithPath: folder)
        shell.arguments = [
            "-c",
            """
            exec > output; gzip list.json; truncate -s 1100M large
            import() { curl -sS -H 'Authorization: \(bearer)' -H 'Content-Type: application/octet-stream' \
                "$@" \(server.base)/api/v2/admin/prices; }
            import -H 'Content-Encoding: gzip' --data-binary @list.json.gz
            import -H 'Expect: 100-continue' -T large -X POST
            """,
        ]
        try await shell.runToEnd()
        let text = try String(contentsOfFile: folder + "/output", encoding: .utf8)
        #expect(text.contains(#""offer_code":"AWSLambda""#), "\(text.prefix(500))")
        #expect(text.contains(#""code":"too_large""#) && text.contains("mockupaws prices import"))
        await server.stop()
    }
}
