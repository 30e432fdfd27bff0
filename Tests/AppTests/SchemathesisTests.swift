import App
import Domain
import Foundation
import TestSupport
import Testing

/// The description of the API against the API, by a tool that others wrote: no 5xx, no undocumented status or content type,
/// no answer that its schema does not allow, nothing accepted that the schema forbids.
///
/// All checks; `schemathesis.toml` says which refusals of what the schema allows are right. The stream of events is left
/// out: it never ends by itself.
@Suite(.serialized) struct SchemathesisTests {
    private static let tool = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent(".build/clients/bin/schemathesis").path
    private static let configuration = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("schemathesis.toml").path
    /// Where CI is set a tool that is not there is a failure.
    private static let mustRun =
        FileManager.default.isExecutableFile(atPath: tool) || ProcessInfo.processInfo.environment["CI"] != nil

    /// Who asks.
    enum Caller: String, CaseIterable { case nobody, key, scopedKey, user, admin }

    private static let callers: [(DatabaseBackend, Caller)] =
        Caller.allCases.map { (.sqlite, $0) } + [
            (.postgresql, .nobody), (.postgresql, .key), (.postgresql, .admin),
        ]

    private static func header(of caller: Caller, on server: RunningServer) async throws -> [String] {
        switch caller {
        case .nobody: return []
        case .key: return ["X-API-Key: " + server.key]
        case .scopedKey:
            var draft = KeyService.Draft()
            (draft.name, draft.scopes) = ("scoped", [.readScenarios, .ingest])
            return [
                "X-API-Key: "
                    + (try await server.server.keys.create(draft, for: server.user.id, from: .commandLine).secret)
            ]
        case .admin:
            var change = UserService.Change()
            change.role = .admin
            _ = try await server.server.users.change(email: server.user.email, change, from: .commandLine)
            fallthrough
        case .user: return try await server.signIn().map { "\($0): \($1)" }
        }
    }

    @Test(.enabled(if: mustRun, "Scripts/install-test-clients was not run"), arguments: callers)
    func theDescriptionHolds(backend: DatabaseBackend, caller: Caller) async throws {
        let server = try await RunningServer.start(backend)
        let id = try await server.scenario()
        _ = try await server.send(
            "POST", "/s/\(id)/ingest", #"{"time":"2026-03-02T08:00:00Z","user":"ann@example.com"}"#)
        let folder = try temporaryFolder("schemathesis")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/timeout")
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.environment = ProcessInfo.processInfo.environment.merging(["SCENARIO_ID": id]) { $1 }
        process.arguments =
            [
                "1200", Self.tool, "--config-file", Self.configuration, "run", server.base + "/openapi.json",
                "--exclude-path-regex", caller == .nobody ? "events$" : "(events|logout)$", "--max-examples", "5",
                "--seed", "20261124", "--no-color",
                "--request-timeout", "60", "--wait-for-schema", "60",
                "--phases", "examples,coverage,fuzzing",
            ] + (try await Self.header(of: caller, on: server)).flatMap { ["--header", $0] }
        try "".write(toFile: folder + "/out", atomically: true, encoding: .utf8)
        process.standardOutput = FileHandle(forWritingAtPath: folder + "/out")
        process.standardError = FileHandle.nullDevice
        try await process.runToEnd()
        let text = try String(contentsOfFile: folder + "/out", encoding: .utf8)
        let failures = text.split(separator: "\n").drop { !$0.contains("FAILURES") }.prefix(80)
        #expect(process.terminationStatus == 0, "\(failures.map { $0.prefix(300) }.joined(separator: "\n"))")
        #expect(text.contains("generated"))
        await server.stop()
    }

    /// The description itself, by the validator of the OpenAPI initiative's schemas.
    @Test(.enabled(if: mustRun, "Scripts/install-test-clients was not run"))
    func theDescriptionIsOpenAPI() async throws {
        let server = try await RunningServer.start(.sqlite)
        let file = try temporaryFolder("openapi") + "/openapi.json"
        try await server.send("GET", "/openapi.json").data.write(to: URL(fileURLWithPath: file))
        let process = Process()
        process.executableURL = URL(
            fileURLWithPath: Self.tool.replacing("schemathesis", with: "openapi-spec-validator"))
        process.arguments = [file]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try await process.runToEnd()
        #expect(process.terminationStatus == 0)
        await server.stop()
    }
}
