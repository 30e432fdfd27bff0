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
    private static let isThere = FileManager.default.isExecutableFile(atPath: tool)

    @Test(
        .enabled(if: isThere, "Scripts/install-test-clients was not run"),
        arguments: DatabaseBackend.allCases, [true, false])
    func theDescriptionHolds(backend: DatabaseBackend, hasKey: Bool) async throws {
        let server = try await RunningServer.start(backend)
        _ = try await server.scenario()
        let folder = try temporaryFolder("schemathesis")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/timeout")
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.arguments =
            [
                "400", Self.tool, "--config-file", Self.configuration, "run", server.base + "/openapi.json",
                "--exclude-path-regex", "events$", "--max-examples", "5", "--seed", "20261124", "--no-color",
                "--request-timeout", "60", "--wait-for-schema", "60",
                "--phases", "examples,coverage,fuzzing",
            ] + (hasKey ? ["--header", "X-API-Key: " + server.key] : [])
        try "".write(toFile: folder + "/out", atomically: true, encoding: .utf8)
        process.standardOutput = FileHandle(forWritingAtPath: folder + "/out")
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        let text = try String(contentsOfFile: folder + "/out", encoding: .utf8)
        let failures = text.split(separator: "\n").drop { !$0.contains("FAILURES") }.prefix(80)
        #expect(process.terminationStatus == 0, "\(failures.joined(separator: "\n"))")
        #expect(text.contains("generated"))
        await server.stop()
    }
}
