import Foundation
import TestSupport
import Testing

/// Scanners that others wrote, let loose on the service.
@Suite(.serialized) struct ScannerTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent(".build/scanners/bin").path
    private static let isThere = ["wapiti", "drheader"].allSatisfy {
        FileManager.default.isExecutableFile(atPath: "\(folder)/\($0)")
    }
    /// Where CI is set they must run: a scanner that is not there is a failure. Elsewhere they are left out, and say so.
    private static let mustRun: Bool = {
        if isThere || ProcessInfo.processInfo.environment["CI"] != nil { return true }
        FileHandle.standardError.write(Data("ScannerTests LEFT OUT: run Scripts/install-test-clients\n".utf8))
        return false
    }()

    /// Runs a tool in a folder, for ten minutes at most.
    private func run(_ tool: String, _ arguments: [String], in folder: String) async throws
        -> (output: String, errors: String)
    {
        try #require(Self.isThere, "Scripts/install-test-clients was not run, or failed")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/timeout")
        process.arguments = ["600", "\(Self.folder)/\(tool)"] + arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.environment = ProcessInfo.processInfo.environment.merging(["HOME": folder]) { $1 }
        let files = [folder + "/out", folder + "/errors"]
        for file in files { try "".write(toFile: file, atomically: true, encoding: .utf8) }
        process.standardOutput = FileHandle(forWritingAtPath: files[0])
        process.standardError = FileHandle(forWritingAtPath: files[1])
        try await process.runToEnd()
        let texts = try files.map { try String(contentsOfFile: $0, encoding: .utf8) }
        return (texts[0], texts[1])
    }

    /// What wapiti tries. Left out: what needs other servers on the Internet (ssrf, xxe, log4shell) or lists from there
    /// (nikto, wapp, cms, takeover), what guesses names and passwords (buster, brute_login_form), and csrf, which finds
    /// that no form has a token: there are no cookies that a forged request could use.
    private static let modules = [
        "backup", "cookieflags", "crlf", "csp", "exec", "file", "htaccess", "http_headers", "ldap", "methods",
        "permanentxss", "redirect", "shellshock", "spring4shell", "sql", "timesql", "upload", "xss",
    ]

    private struct Report: Decodable {
        struct Finding: Decodable {
            var info: String
            var level: Int  // 0 informs
            var method: String
            var path: String
        }
        struct Facts: Decodable {
            var crawled: Int
            enum CodingKeys: String, CodingKey { case crawled = "crawled_pages_nbr" }
        }
        var vulnerabilities: [String: [Finding]]
        var anomalies: [String: [Finding]]
        var infos: Facts
    }

    /// Spring4Shell is taken to be there where a form is answered otherwise than no body at all: where a body may be left
    /// out, that is 404 for an unknown key, and 415 for a form.
    private static func isExcused(_ name: String, _ finding: Report.Finding) -> Bool {
        name == "Spring4Shell" && finding.path.hasSuffix("/rotate")
    }

    @Test(.enabled(if: mustRun, "Scripts/install-test-clients was not run"), arguments: [false, true])
    func wapitiFindsNothing(isSignedIn: Bool) async throws {
        let server = try await RunningServer.start(.sqlite)
        _ = try await server.scenario()
        let session = isSignedIn ? try await server.signInAsAdmin() : ["Accept": "*/*"]
        let header = try #require(session.map { "\($0): \($1)" }.first)
        let folder = try temporaryFolder("wapiti")
        let file = URL(fileURLWithPath: folder + "/report.json")
        let arguments = [
            "-u", server.base + "/", "--scope", "domain", "--swagger", server.base + "/openapi.json",
            "-s", server.base + "/docs", "-s", server.base + "/api/deprecation",
            "-m", Self.modules.joined(separator: ","), "--max-scan-time", "20", "--max-attack-time", "5",
            "-x", server.base + "/api/v2/auth/logout",
            "-t", "10", "-H", header, "--no-bugreport", "--store-session", "session", "--store-config", "config",
            "-f", "json", "-o", "report.json",
        ]
        // wapiti cuts a module off at its time, and one cut off in a write leaves wapiti's own database locked, of which
        // it dies. Started again it goes on where it was.
        var attempts: [String] = []
        while !FileManager.default.fileExists(atPath: file.path) {
            let (output, errors) = try await run("wapiti", arguments, in: folder)
            attempts.append("\(output.suffix(500))\(errors.suffix(1_000))")
            guard (output + errors).contains("locked"), attempts.count < 10 else { break }
        }
        let data = try #require(try? Data(contentsOf: file), "no report: \(attempts.joined(separator: "\n"))")
        let report = try JSONDecoder().decode(Report.self, from: data)
        for (name, findings) in report.vulnerabilities.merging(report.anomalies, uniquingKeysWith: +) {
            for finding in findings where finding.level > 0 && !Self.isExcused(name, finding) {
                Issue.record("\(name): \(finding.method) \(finding.path): \(finding.info)")
            }
        }
        #expect(report.infos.crawled > 50)  // it has read the description
        let me = try await server.send("GET", "/api/v2/auth/me", key: "", headers: session)
        #expect(me.status == (isSignedIn ? 200 : 401))  // to the end
        await server.stop()
    }

    /// Rules of drheader that do not hold here.
    private static let exceptions = [
        "Cache-Control": "it wants max-age=0 beside no-store, which says more (RFC 9111); documents may be kept",
        "Pragma": "a header of requests, of HTTP/1.0; Cache-Control says it (RFC 9111, section 5.4)",
        "Strict-Transport-Security": "over TLS alone, and this is plain HTTP (RFC 6797, section 7.2)",
    ]

    private struct Broken: Decodable {
        var rule: String
        var message: String
        var value: String?
    }

    @Test(
        .enabled(if: mustRun, "Scripts/install-test-clients was not run"),
        arguments: ["/docs", "/openapi.json", "/", "/api/v2/health/live", "/api/v2/scenarios", "/nowhere"])
    func headersKeepTheRules(path: String) async throws {
        let server = try await RunningServer.start(.sqlite)
        let (output, _) = try await run(
            "drheader", ["scan", "single", "-o", "json", server.base + path], in: temporaryFolder("drheader"))
        let broken = try JSONDecoder().decode([Broken].self, from: Data(output.utf8))
        #expect(broken.contains { $0.rule == "Pragma" })  // it has looked
        for rule in broken where Self.exceptions[rule.rule] == nil { Issue.record("\(path): \(rule)") }
        await server.stop()
    }
}
