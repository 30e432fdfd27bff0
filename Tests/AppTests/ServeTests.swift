import Foundation
import TestSupport
import Testing

/// `mockupaws serve` as a program, with the settings that only a program has.
@Suite struct ServeTests {
    private static let program = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent(".build/debug/mockupaws").path

    private func run(_ command: String) throws -> String {
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = ["-c", command]
        let output = Pipe()
        (shell.standardOutput, shell.standardError) = (output, FileHandle.nullDevice)
        try shell.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        shell.waitUntilExit()
        return text
    }

    @Test func servesHTTPSAndLogsJSON() throws {
        let (folder, port) = (try temporaryFolder("serve"), freePort())
        _ = try run(
            """
            cd \(folder) && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
                -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out certificate.pem
            """)
        let server = try ServerProcess(
            [
                "env", "HOST=127.0.0.1", "PORT=\(port)", "DATABASE_URL=sqlite://\(folder)/test.db", "JSON_LOGGING=true",
                "TLS_CERTIFICATE=\(folder)/certificate.pem", "TLS_KEY=\(folder)/key.pem", "APP_VERSION=7.1",
                Self.program, "serve",
            ], endedBy: "KILL", logPath: folder + "/log", isReady: { isListening(port) })
        defer { server.stop() }
        let address = "127.0.0.1:\(port)/api/v2/info"
        #expect(try run("curl -sS --cacert \(folder)/certificate.pem https://\(address)").contains(#""version":"7.1""#))
        #expect(try run("curl -s https://\(address)").isEmpty)  // not signed by anyone it trusts
        #expect(try run("curl -s http://\(address)").isEmpty)
        let log = try String(contentsOfFile: folder + "/log", encoding: .utf8).split(separator: "\n")
        let entries = log.filter { !$0.hasPrefix("listening on https://127.0.0.1:\(port)") }
        #expect(!entries.isEmpty)
        for entry in entries {
            let fields = try JSONSerialization.jsonObject(with: Data(entry.utf8)) as? [String: String]
            #expect(fields?["level"] != nil && fields?["message"] != nil && fields?["time"]?.hasSuffix("Z") == true)
        }
    }
}
