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

    private func serving(_ folder: String, _ port: Int, _ settings: String...) throws -> ServerProcess {
        try ServerProcess(
            ["env", "HOST=127.0.0.1", "PORT=\(port)", "DATABASE_URL=sqlite://\(folder)/test.db"] + settings
                + ["sh", "-c", "echo $$ > \(folder)/pid; exec \(Self.program) serve"],
            endedBy: "KILL", logPath: folder + "/log", isReady: { isListening(port) })
    }

    /// With another secret, what is done would be in the audit log as somebody else's forgery: nothing is done.
    @Test func neitherServesNorChangesWithAnotherSecret() throws {
        let folder = try temporaryFolder("secret")
        let secrets = ["one", "two"].map { $0 + String(repeating: "-of-the-tests", count: 3) }
        func tool(_ secret: Int, _ arguments: String, _ more: String = "") throws -> String {
            try run(
                """
                env DATABASE_URL=sqlite://\(folder)/test.db PORT=0 SECRET_KEY=\(secrets[secret]) \(more) \
                    \(Self.program) \(arguments) 2>&1; echo "exit $?"
                """)
        }
        #expect(try tool(0, "user add a@example.com").contains("exit 0"))
        for command in ["user add b@example.com", "user list", "key add a@example.com", "serve"] {
            let output = try tool(1, command)
            #expect(output.contains("SECRET_KEY: expected the secret that the audit log is sealed with"), "\(output)")
            #expect(output.contains("exit 65"), "\(command): \(output)")
        }
        #expect(try tool(0, "audit verify").hasPrefix("1 entries, none changed"))
        #expect(try tool(1, "user list", "SECRET_KEY_PREVIOUS=\(secrets[0])").contains("a@example.com"))
    }

    @Test func whatIsNoDatabaseIsSaid() throws {
        let file = try temporaryFolder("junk") + "/junk.db"
        try String(repeating: "no database ", count: 1_000).write(toFile: file, atomically: true, encoding: .utf8)
        for command in ["serve", "audit verify", "user list"] {
            let output = try run(
                "env DATABASE_URL=sqlite://\(file) PORT=0 \(Self.program) \(command) 2>&1; echo exit $?")
            #expect(output.contains("the database is damaged: ") && output.contains("exit 65"), "\(command): \(output)")
        }
    }

    /// An upload that stalls holds the end up for the drain's 20 s, and no longer.
    @Test func endsWhileAnUploadStalls() throws {
        let (folder, port) = (try temporaryFolder("drain"), freePort())
        let server = try serving(folder, port)
        defer { server.stop() }
        let tool = "DATABASE_URL=sqlite://\(folder)/test.db \(Self.program)"
        let key = try run("\(tool) user add a@example.com >/dev/null && \(tool) key add a@example.com")
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let head = #"POST /api/v2/estimate HTTP/1.1\r\nHost: x\r\nX-API-Key: \#(key)\r\n"#
        let output = try run(
            """
            cd \(folder)
            python3 - <<'END'
            import os, signal, socket, time
            stalled = socket.create_connection(("127.0.0.1", \(port)))
            stalled.sendall(b"\(head)Content-Length: 99\\r\\n\\r\\n{}")
            asking = socket.create_connection(("127.0.0.1", \(port)))
            asking.settimeout(5)
            asking.sendall(b"\(head)Content-Length: 2\\r\\nExpect: 100-continue\\r\\n\\r\\n")
            print(asking.recv(100).split(b"\\r")[0].decode())
            broken = socket.create_connection(("127.0.0.1", \(port)))
            broken.settimeout(5)
            broken.sendall(b"\(head)Transfer-Encoding: chunked\\r\\n\\r\\n2\\r\\n{}\\r\\nzz\\r\\n")
            print(broken.recv(100).split(b"\\r")[0].decode())
            process = int(open("pid").read())
            os.kill(process, signal.SIGTERM)
            for _ in range(300):
                if not os.path.exists(f"/proc/{process}") or open(f"/proc/{process}/stat").read().split()[2] == "Z":
                    print("ended")
                    break
                time.sleep(0.1)
            END
            """)
        #expect(output.contains("HTTP/1.1 100 Continue"))
        #expect(output.contains("HTTP/1.1 400 Bad Request"))
        #expect(output.hasSuffix("ended\n"), "\(output)")
    }

    @Test(arguments: [
        ("TLS_CERTIFICATE=/etc/hostname TLS_KEY=/etc/hostname", "TLS_CERTIFICATE: expected a PEM file"),
        ("HOST=nowhere.invalid", "HOST: expected an address"),
        ("PORT=$TAKEN", "HOST and PORT: expected an address that is free"),
    ])
    func aStartThatFailsNamesTheSetting(setting: String, problem: String) throws {
        let folder = try temporaryFolder("serve")
        let script = """
            cd \(folder); python3 - <<'END' &
            import socket, time
            s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(); open("port", "w").write(str(s.getsockname()[1])); time.sleep(20)
            END
            holder=$!
            while ! [ -s port ]; do sleep 0.05; done
            TAKEN=$(cat port)
            env DATABASE_URL=sqlite://\(folder)/test.db PORT=0 \(setting) \(Self.program) serve 2>&1
            kill $holder
            """
        let output = try run(script)
        #expect(output.contains(problem), "\(output)")
        #expect(!output.contains("listening"))
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
        let address = "127.0.0.1:\(port)/api/v2/health/info"
        #expect(try run("curl -sS --cacert \(folder)/certificate.pem https://\(address)").contains(#""version":"7.1""#))
        let headers = try run("curl -sSi --cacert \(folder)/certificate.pem https://\(address)").lowercased()
        #expect(headers.contains("strict-transport-security: max-age=31536000; includesubdomains"))
        #expect(try run("curl -s https://\(address)").isEmpty)  // not signed by anyone it trusts
        #expect(try run("curl -s http://\(address)").isEmpty)
        for (version, isTaken) in [("tls1_1", false), ("tls1_2", true), ("tls1_3", true)] {
            let command = "openssl s_client -connect 127.0.0.1:\(port) -\(version) -cipher DEFAULT@SECLEVEL=0"
            let answer = try run("\(command) < /dev/null 2>&1 || true")
            #expect(answer.contains("Cipher is (NONE)") == !isTaken, "\(version): \(answer)")
        }
        let log = try String(contentsOfFile: folder + "/log", encoding: .utf8).split(separator: "\n")
        let entries = log.filter { !$0.hasPrefix("listening on https://127.0.0.1:\(port)") }
        #expect(!entries.isEmpty)
        for entry in entries {
            let fields = try JSONSerialization.jsonObject(with: Data(entry.utf8)) as? [String: String]
            #expect(fields?["level"] != nil && fields?["message"] != nil && fields?["time"]?.hasSuffix("Z") == true)
        }
    }
}
