import Foundation
import TestSupport
import Testing

/// The program as a person at a terminal meets it: what it writes where, what it says of mistakes, its exit codes.
@Suite struct CommandLineTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private let folder: String
    private let workload = "region: us-east-1\nusage:\n  - sqs: { messages: 1000000 }\n"

    init() throws {
        folder = try temporaryFolder("command-line")
        try write(workload, "w.yaml")
    }

    private func write(_ text: String, _ name: String) throws {
        try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
    }

    private struct Outcome {
        var code: Int32
        var output: String
        var errors: String
    }

    /// Runs a line of shell in the folder; `$m` is the program.
    private func run(_ line: String) throws -> Outcome {
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/bash")
        shell.arguments = ["-c", line]
        shell.currentDirectoryURL = URL(fileURLWithPath: folder)
        shell.environment = [
            "m": Self.root.appendingPathComponent(".build/debug/mockupaws").path, "PATH": "/usr/bin:/bin",
            "HOME": folder,
        ]
        try "".write(toFile: "\(folder)/errors", atomically: true, encoding: .utf8)
        shell.standardError = FileHandle(forWritingAtPath: "\(folder)/errors")
        let output = Pipe()
        shell.standardOutput = output
        try shell.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        shell.waitUntilExit()
        return Outcome(
            code: shell.terminationStatus, output: text,
            errors: try String(contentsOfFile: "\(folder)/errors", encoding: .utf8))
    }

    @Test(arguments: [
        ("$m estimate none.yaml", 66, "none.yaml: No such file or directory"),
        ("$m estimate w.yaml -o none/bill.txt", 74, "none/bill.txt: No such file or directory"),
        ("$m estimate w.yaml -o .", 74, ".: Is a directory"),
        ("$m replay none.log --workload w.yaml -o none/bill.txt", 74, "none/bill.txt: No such file or directory"),
        ("$m replay none.log --profile-out none/p", 74, "none/p: No such file or directory"),
        ("$m replay none.log --workload w.yaml --growth 20", 64, "say 20% or a part of one"),
        ("$m replay --workload w.yaml", 64, "give a log file or --profile-in"),
        ("$m replay w.yaml --log-format runes", 64, "runes"),
        ("$m compare w.yaml", 64, "Nothing to compare"),
        ("printf 'region: [' | $m estimate -", 65, "-:2: not YAML or JSON"),
        (
            "printf 'region: us-east-1\\nusage: [sqs: {messages: 1%0999d}]' 7 | $m estimate -", 65,
            "0000…', expected a number"
        ),
        ("printf 'region: us-east-1\\nusage: [sqs: {type: \"a\\\\nb\"}]' | $m estimate -", 65, "found 'a\\nb'"),
        ("$m estimate w.yaml --price-store nowhere", 66, "nowhere: No such file or directory"),
        ("$m prices search sqs --limit=-1", 64, "expected 1 or more"),
        ("$m serve --config none.env", 66, "none.env: No such file or directory"),
        ("echo 'NOPE=1' > x.env; $m serve --config x.env", 65, "x.env:1: NOPE: expected a setting"),
        ("$m estimate w.yaml > /dev/full", 74, "standard output: No space left on device"),
    ])
    func saysWhatIsWrong(_ line: String, _ code: Int32, _ message: String) throws {
        let outcome = try run(line)
        #expect(outcome.code == code)
        #expect(outcome.errors.contains(message), "\(outcome.errors)")
        #expect(code == 64 || outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
        #expect(outcome.errors.count < 600)
        #expect(outcome.output.isEmpty)
    }

    @Test func aClosedErrorStreamIsNoReasonToCrash() throws {
        #expect(try run("$m estimate none.yaml 2>&-").code == 66)
        #expect(try run("$m estimate none.yaml 2>/dev/full").code == 66)
    }

    @Test func writesThroughLinksAndKeepsTheMode() throws {
        let outcome = try run(
            "touch real; chmod 640 real; ln -s real link; $m estimate w.yaml -o link && stat -c %a real; readlink link")
        #expect(outcome.output == "640\nreal\n")
        #expect(try String(contentsOfFile: "\(folder)/real", encoding: .utf8).contains("Total, list price"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).allSatisfy { !$0.hasSuffix(".tmp") })
    }

    @Test func writesIntoAPipeAsItIs() throws {
        let outcome = try run("mkfifo pipe; $m estimate w.yaml -o pipe & cat pipe; wait; test -p pipe && echo still")
        #expect(outcome.output.contains("Total, list price"))
        #expect(outcome.output.hasSuffix("still\n"))
    }

    @Test func aFailedRunLeavesTheOldFile() throws {
        let outcome = try run("echo old > bill; $m estimate none.yaml -o bill; cat bill")
        #expect(outcome.output == "old\n")
    }

    @Test func labelsCannotSteerTheTerminal() throws {
        try write("region: us-east-1\nusage:\n  - sqs: { messages: 9, label: \"a\\e[2Jb\" }\n", "label.yaml")
        let outcome = try run("$m estimate label.yaml --explain; $m estimate label.yaml --format markdown")
        #expect(outcome.output.contains("a\\u{1B}[2Jb"))
        #expect(!outcome.output.contains("\u{1B}"))
    }

    @Test func comparedFilesOfOneNameAreToldApart() throws {
        try write("name: api\n" + workload, "a.yaml")
        try write("name: api\n" + workload, "b.yaml")
        let heading = try run("$m compare a.yaml b.yaml").output.split(separator: "\n")[0]
        #expect(heading.contains("a.yaml") && heading.contains("b.yaml"))
    }

    @Test(arguments: ["serve", "migrate"])
    func makesNoFolderForADatabase(command: String) throws {
        let outcome = try run("DATABASE_URL=sqlite://nowhere/test.db PORT=0 timeout 60 $m \(command)")
        #expect(outcome.code == 65, "\(outcome.errors)")
        #expect(outcome.errors.contains("DATABASE_URL: expected a file in a folder that is there, found 'nowhere/"))
    }

    @Test(arguments: ["serve", "migrate", "user add ann@example.com"])
    func takesOverNoOtherProgramsDatabase(command: String) throws {
        let other = "import sqlite3; print(sqlite3.connect('other.db').execute"
        _ = try run("python3 -c \"\(other)('CREATE TABLE t (a)'))\"")
        let outcome = try run("DATABASE_URL=sqlite://other.db PORT=0 timeout 60 $m \(command)")
        #expect(outcome.code == 65, "\(outcome.errors)")
        #expect(outcome.errors.contains("DATABASE_URL: expected an empty database or one of this program"))
        #expect(outcome.errors.contains("found the table 't' in other.db"))
        let names = try run("python3 -c \"\(other)('SELECT name FROM sqlite_master').fetchall())\"").output
        #expect(names == "[('t',)]\n")
    }

    @Test(arguments: [
        "user list", "user change a@example.com --role admin", "key list a@example.com", "key add a@example.com",
        "key revoke 5f0f5a8e-9a4e-4b5e-8d5e-0c5a4e6f7a8b", "audit verify", "backup copy.db",
    ])
    func onlyANewInstallationMakesADatabase(command: String) throws {
        let outcome = try run("$m \(command)")
        #expect(outcome.code == 66 && outcome.errors.contains("mockupaws.db: No such file or directory"))
        #expect(try run("ls").output == "errors\nw.yaml\n")
    }

    /// While the service runs: one signs in with the new password alone, and earlier sessions have ended.
    @Test func theOperatorSetsAPassword() async throws {
        let user = "PASSWORD_HASH_MILLISECONDS=1 $m user"
        let added = try run("printf 'the first passphrase' | \(user) add ann@example.com --password")
        #expect(added.code == 0, "\(added.errors)")
        let server = try await RunningServer.start(
            .sqlite, ["DATABASE_URL": "sqlite://\(folder)/mockupaws.db"], addsUsers: false)
        func post(_ path: String, _ body: String) async throws -> RunningServer.Reply {
            try await server.send("POST", "/api/v2/auth/\(path)", key: "", body)
        }
        func signIn(_ password: String) async throws -> RunningServer.Reply {
            try await post("login", #"{"email":"ann@example.com","password":"\#(password)"}"#)
        }
        let first = try await signIn("the first passphrase")
        let token = try #require(first.json["refresh_token"] as? String, "\(first.text)")
        let set = try run("printf 'the second passphrase' | \(user) password ann@example.com")
        #expect(set.code == 0 && set.output.isEmpty, "\(set.errors)")
        #expect(try await post("refresh", #"{"refresh_token":"\#(token)"}"#).status == 401)
        for (password, address, code) in [
            ("", "ann@example.com", 64), ("password123", "ann@example.com", 65),
            ("the third passphrase", "bob@example.com", 65),
        ] {
            let refused = try run("printf '\(password)' | \(user) password \(address)")
            #expect(Int(refused.code) == code, "\(refused.errors)")
            #expect(password.isEmpty || !refused.errors.contains(password))
        }
        #expect(try await signIn("the first passphrase").status == 401)
        #expect(try await signIn("the second passphrase").status == 200)
        await server.stop()
    }

    @Test func theOperatorListsRotatesAndRevokesKeys() throws {
        let added = try run("$m user add ann@example.com && $m user add bob@example.com --plan premium")
        #expect(added.code == 0)
        let users = try run("$m user list").output.split(separator: "\n")
        #expect(users.count == 4 && users[2].contains("bob@example.com") && users[2].contains("premium"))
        #expect(users[0].hasPrefix("id") && users[0].contains("created"))
        #expect(try run("$m user list --q ANN").output.split(separator: "\n").count == 3)
        #expect(try run("$m key add ann@example.com --name shipper --scope ingest").output.hasPrefix("mk_"))
        func keys() throws -> [[String]] {
            try run("$m key list ann@example.com").output.split(separator: "\n").dropFirst(2).map {
                $0.split(separator: " ").map(String.init)
            }
        }
        let first = try #require(try keys().first)
        #expect(
            Array(first[1...]).contains("shipper") && first.contains("ingest") && first.suffix(2) == ["never", "never"])
        #expect(try run("$m key rotate \(first[0]) --overlap-seconds 0").output.hasPrefix("mk_"))
        let both = try keys()
        #expect(both.count == 2)
        let again = try run("$m key rotate \(first[0])")
        #expect(again.code != 0 && again.errors.contains("has ended already"))
        for key in both { #expect(try run("$m key revoke \(key[0])").code == 0) }
        #expect(try keys().isEmpty)
        let gone = try run("$m key revoke \(first[0])")
        #expect(gone.code != 0 && gone.errors.contains("There is no such key."))
        #expect(try run("$m key revoke mine").code == 64)
        // Three added, one rotated, two revoked.
        #expect(try run("$m audit verify").output.hasPrefix("6 entries, none changed\nend 6:"))
        let other = try run("$m audit verify --expect 6:\(String(repeating: "0", count: 64))")
        #expect(other.code == 65 && other.errors.hasPrefix("mockupaws: after 6 entries: "), "\(other.errors)")
    }
}
