import Foundation
import FoundationNetworking
import SQLDatabase
import TestSupport
import Testing

/// The real program at its most talkative, through success and failure of all that takes secrets: none is in its output,
/// in answers that are not meant to give it, in the audit log or in the database.
@Suite(.serialized) struct SecretsTests {
    @Test(arguments: DatabaseBackend.allCases)
    func noSecretIsShown(backend: DatabaseBackend) async throws {
        let visit = try Visit(backend)
        _ = try visit.run(["migrate"])
        try visit.start()
        try await visit.goThroughAccounts()
        try await visit.goThroughKeys()
        try await visit.goThroughMistakes()
        try await visit.readAsAdministrator()
        let stored = try await visit.databaseContent()
        try await visit.failWithoutDatabase()
        try visit.abort()
        let log = try String(contentsOfFile: visit.logPath, encoding: .utf8)
        #expect(log.contains("{\"") && visit.answers.count > 60)  // both were looked at
        #expect(backend == .sqlite || log.contains("failed") && log.contains(#""cause":"#))
        for (name, secret) in visit.secrets {
            let bytes = Array(secret.utf8)
            let hexadecimal = bytes.map { String(format: "%02x", $0) }.joined()
            for form in [secret, Data(bytes).base64EncodedString(), hexadecimal] {
                #expect(!log.contains(form), "the log shows \(name)")
                #expect(!visit.output.contains(form), "a command shows \(name)")
                #expect(!stored.contains(form), "the database holds \(name)")
                for answer in visit.answers where answer.text.contains(form) {
                    #expect(answer.gives.contains(name), "\(answer.what) shows \(name)")
                }
            }
        }
    }

    /// What is wrong is named without what is secret in it.
    @Test func noSecretIsShownOfSettings() throws {
        let visit = try Visit(.sqlite)
        let word = "w0rd-\(UUID().uuidString)"
        visit.secrets = ["the word": word]
        let settings = [
            "DATABASE_URL": [
                "postgresql://u:\(word)@127.0.0.1:1/x", "postgresql://u:\(word)@[bad/x", "postgres//u:\(word)@h/x",
                "mysql://u:\(word)@h/x", "postgresql://u:a@\(word)@h/x", "postgresql://u:a/\(word)@h/x",
                "postgresql://127.0.0.1:1/x?user=u&password=\(word)", "postgresql://u:\(word)@nowhere.invalid/x",
                "postgresql://u:\(word)@127.0.0.1:1/x?sslmode=none", "postgresql://u:\(word)@127.0.0.1:port/x",
                "postgresql://u:%zz\(word)@127.0.0.1:1/x",
            ],
            "SECRET_KEY": [String(word.prefix(31)), word + "\u{e9}", " \(word)"],
            "SECRET_KEY_PREVIOUS": ["\(word),x", ",\(word),"], "SECRET_KEY_FILE": [],
        ]
        for (name, values) in settings {
            for value in values {
                for command in ["config", "migrate"] { _ = try visit.run([command], [name: value]) }
                _ = try visit.run(["serve"], [name: value, "HOST": "256.0.0.1"])
            }
        }
        #expect(visit.output.contains("SECRET_KEY: expected") && visit.output.contains("***"))
        #expect(
            !visit.output.contains(word.prefix(31)),
            "\(visit.output.split(separator: "\n").filter { $0.contains(word.prefix(31)) })")
    }
}

/// A user's time with the program, and everything that came back.
private final class Visit {
    struct Answer {
        var what: String
        var text: String
        var gives: Set<String>  // the secrets that it is for
    }

    private(set) var answers: [Answer] = []
    private(set) var output = ""  // of commands
    var secrets: [String: String]

    let logPath: String
    private let folder: String
    private let url: String
    private let postgres: PostgresServer?  // its own: it is stopped
    private let port = freePort()
    private var server: ServerProcess?
    private static let program = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent(".build/debug/mockupaws").path
    private let email = "ann@example.com"

    init(_ backend: DatabaseBackend) throws {
        func random(_ name: String) -> String { "\(name)-\(UUID().uuidString.lowercased())" }
        secrets = ["the secret key": random("sk") + random("sk")]
        for name in ["password", "second password", "third password", "wrong password", "wrong token"] {
            secrets[name] = random("pw")
        }
        folder = try temporaryFolder("secrets")
        logPath = folder + "/log"
        if backend == .sqlite {
            (postgres, url) = (nil, "sqlite://\(folder)/test.db")
        } else {
            let server = try PostgresServer()
            let password = random("db")
            secrets["the database's password"] = password
            (postgres, url) = (server, try server.newDatabase().replacing("postgres@", with: "postgres:\(password)@"))
        }
    }

    private var settings: [String: String] {
        [
            "HOST": "127.0.0.1", "PORT": "\(port)", "DATABASE_URL": url, "JSON_LOGGING": "true", "LOG_LEVEL": "trace",
            "SECRET_KEY": secrets["the secret key"] ?? "", "RATE_LIMITS": "false", "PASSWORD_HASH_MILLISECONDS": "1",
            "MAIL_OUTBOX": folder + "/outbox", "SWIFT_BACKTRACE": "enable=yes,symbolicate=off,color=no",
        ]
    }

    func run(_ arguments: [String], _ more: [String: String] = [:]) throws -> String {
        let command = Process()
        command.executableURL = URL(fileURLWithPath: "/usr/bin/timeout")
        command.arguments = ["30", Self.program] + arguments
        command.environment = settings.merging(more) { $1 }
        command.currentDirectoryURL = URL(fileURLWithPath: folder)
        let pipe = Pipe()
        (command.standardOutput, command.standardError) = (pipe, pipe)
        try command.run()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        command.waitUntilExit()
        output += text
        return text
    }

    func start() throws {
        let variables = settings.map { "\($0.key)=\($0.value)" }
        server = try ServerProcess(
            ["env"] + variables + ["sh", "-c", "echo $$ > \(folder)/pid; exec \(Self.program) serve"], logPath: logPath
        ) { (try? String(contentsOfFile: logPath, encoding: .utf8))?.contains("listening") == true }  // not there yet
    }

    /// Crashes the program, which then tells what it was doing.
    func abort() throws {
        let pid = try String(contentsOfFile: folder + "/pid", encoding: .utf8)
        kill(Int32(pid.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0, SIGABRT)
        server?.stop()
    }

    @discardableResult
    private func send(
        _ method: String, _ path: String, _ body: String? = nil, headers: [String: String] = [:],
        gives: Set<String> = []
    ) async throws -> [String: Any] {
        var request = URLRequest(url: URL(string: "http://127.0.0.1:\(port)\(path)")!, timeoutInterval: 120)
        request.httpMethod = method
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        request.httpBody = body.map { Data($0.utf8) }
        let (data, response) = try await URLSession.shared.data(for: request)
        let fields = (response as? HTTPURLResponse)?.allHeaderFields ?? [:]
        let text = String(decoding: data, as: UTF8.self)
        answers.append(
            Answer(what: "\(method) \(path) of \(answers.count)", text: "\(fields)\n\(text)", gives: gives))
        return (try? JSONSerialization.jsonObject(with: data)) as? [String: Any] ?? [:]  // some are no objects
    }

    private func auth(
        _ path: String, _ members: [String: String?], headers: [String: String] = [:], gives: Set<String> = []
    ) async throws -> [String: Any] {
        let body = try JSONSerialization.data(withJSONObject: members.compactMapValues { $0 })
        return try await send(
            "POST", "/api/v2/auth/\(path)", String(decoding: body, as: UTF8.self), headers: headers, gives: gives)
    }

    /// The token in the newest mail.
    private func mailed(_ name: String) throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: folder + "/outbox").filter {
            $0.hasSuffix(".eml")
        }
        let mail = try String(contentsOfFile: "\(folder)/outbox/\(try #require(files.max()))", encoding: .utf8)
        let lines = mail.replacing("=\r\n", with: "").split(separator: "\r\n").map(String.init)
        secrets[name] = lines.first { $0.utf8.count == 43 && !$0.contains(" ") }
    }

    private func logIn(_ password: String, _ number: Int) async throws -> [String: String] {
        let (access, refresh) = ("access token \(number)", "refresh token \(number)")
        let tokens = try await auth(
            "login", ["email": email, "password": secrets[password]], gives: [access, refresh])
        secrets[access] = try #require(tokens["access_token"] as? String, "\(tokens)")
        secrets[refresh] = try #require(tokens["refresh_token"] as? String)
        return ["Authorization": "Bearer \(secrets[access] ?? "")"]
    }

    func goThroughAccounts() async throws {
        _ = try await auth("register", ["email": email, "password": secrets["password"], "name": "Ann"])
        try mailed("verification token")
        _ = try await auth("register", ["email": email, "password": secrets["password"]])  // once more
        for token in ["wrong token", "verification token", "verification token"] {
            _ = try await auth("verify-email", ["token": secrets[token]])
        }
        _ = try await auth("login", ["email": email, "password": secrets["wrong password"]])
        let headers = try await logIn("password", 1)
        try await send("GET", "/api/v2/auth/me", headers: headers)
        try await send("GET", "/api/v2/auth/sessions", headers: headers)
        let refreshed = try await auth(
            "refresh", ["refresh_token": secrets["refresh token 1"]], gives: ["access token 2", "refresh token 2"])
        secrets["access token 2"] = refreshed["access_token"] as? String
        secrets["refresh token 2"] = refreshed["refresh_token"] as? String
        for token in ["refresh token 1", "refresh token 2", "wrong token"] {  // the first one is stolen now
            _ = try await auth("refresh", ["refresh_token": secrets[token]])
        }
        let again = try await logIn("password", 3)
        for password in ["wrong password", "password"] {
            let members = ["current_password": secrets[password], "new_password": secrets["second password"]]
            _ = try await auth("change-password", members, headers: again)
        }
        _ = try await auth("forgot-password", ["email": email])
        try mailed("reset token")
        for token in ["wrong token", "reset token", "reset token"] {
            let members = ["token": secrets[token], "new_password": secrets["third password"]]
            _ = try await auth("reset-password", members)
        }
        _ = try await auth("login", ["email": email, "password": secrets["second password"]])
        let last = try await logIn("third password", 4)
        try await send("POST", "/api/v2/auth/logout", headers: last)
        try await send("GET", "/api/v2/auth/me", headers: last)
    }

    func goThroughKeys() async throws {
        let headers = try await logIn("third password", 5)
        let made = try await send(
            "POST", "/api/v2/api-keys", #"{"name":"laptop"}"#, headers: headers, gives: ["API key"])
        secrets["API key"] = try #require(made["secret"] as? String)
        let id = (made["key"] as? [String: Any])?["id"] as? String ?? ""
        let next = try await send(
            "POST", "/api/v2/api-keys/\(id)/rotate", #"{"overlap_seconds":3600}"#, headers: headers,
            gives: ["rotated API key"])
        secrets["rotated API key"] = try #require(next["secret"] as? String)
        try await send("GET", "/api/v2/api-keys", headers: headers)
        try await send("POST", "/api/v2/api-keys", #"{"name":"#, headers: headers)
        for key in ["API key", "rotated API key"] {
            try await send(
                "POST", "/api/v2/scenarios", #"{"name":"a"}"#, headers: ["X-API-Key": secrets[key] ?? ""])
        }
    }

    /// Secrets where they do not belong.
    func goThroughMistakes() async throws {
        for secret in secrets.values.sorted() {
            let pair = Data("ann:\(secret)".utf8).base64EncodedString()
            for (name, value) in [
                ("X-API-Key", secret + "x"), ("Authorization", secret), ("Authorization", "Token \(secret)"),
                ("Authorization", "Bearer \(secret)x"), ("Authorization", "Basic \(pair)="),
                ("Cookie", "key=\(secret)"),
                ("Authorization", "Basic \(secret)"), ("Proxy-Authorization", "Bearer \(secret)"),
                ("X-Auth-Token", secret), ("X-Scenario-ID", secret), ("Origin", secret), ("If-Match", secret),
            ] {
                try await send("GET", "/api/v2/scenarios", headers: [name: value])
            }
            let query = secret  // it has nothing to encode
            for name in ["api_key", "password", "access_token", "token"] {
                let headers = ["X-API-Key": secrets["rotated API key"] ?? ""]
                try await send("GET", "/api/v2/scenarios?\(name)=\(query)", headers: headers)
                try await send("GET", "/api/v1/scenarios?\(name)=\(query)")
                try await send("POST", "/api/v2/auth/login?\(name)=\(query)", "{}")
            }
            for path in ["login", "refresh", "register", "verify-email", "reset-password"] {
                for body in [
                    #"{"email":"\#(email)","password":"\#(secret)""#, #"{"password":\#(secret)}"#, "\"\(secret)\"",
                    secret,
                    #"{"password":["\#(secret)"],"token":{"a":"\#(secret)"},"refresh_token":"\#(secret) "}"#,
                    #"{"email":"\#(secret)","password":1,"token":"\#(secret)","new_password":"\#(secret)"}"#,
                ] { try await send("POST", "/api/v2/auth/\(path)", body) }
            }
        }
    }

    func readAsAdministrator() async throws {
        _ = try run(["user", "change", email, "--role", "admin"])
        let headers = try await logIn("third password", 6)
        for path in ["users", "audit?page_size=100", "audit/export"] {
            try await send("GET", "/api/v2/admin/\(path)", headers: headers)
        }
        #expect(answers.last?.text.contains("auth.login_failure") == true, "\(answers.last?.text.prefix(300) ?? "")")
        _ = try run(["audit", "verify"])
        _ = try run(["config"])
    }

    /// All bytes of SQLite's files, all rows of PostgreSQL.
    func databaseContent() async throws -> String {
        guard postgres != nil else {
            let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix("test.db") }
            return try files.map {
                String(decoding: try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0)")), as: UTF8.self)
            }.joined()
        }
        let database = PostgresDatabase(.init(url: url, connections: 1))
        let content = try await database.read { connection in
            _ = try connection.first("SELECT set_config('xmlbinary', 'hex', true)") { try $0.text(0) }
            return try connection.first("SELECT database_to_xml(true, true, '')::text") { try $0.text(0) } ?? ""
        }
        await database.close()
        #expect(content.contains(email))
        return content
    }

    /// PostgreSQL alone can be away.
    func failWithoutDatabase() async throws {
        guard let postgres else { return }
        postgres.stop()
        for path in ["login", "refresh", "register", "verify-email", "reset-password"] {
            let members = [
                "email": path == "refresh" || path.hasSuffix("email") || path.hasPrefix("reset") ? nil : email,
                "password": ["login", "register"].contains(path) ? secrets["third password"] : nil,
                "refresh_token": path == "refresh" ? secrets["refresh token 6"] : nil,
                "token": path.hasSuffix("email") || path.hasPrefix("reset") ? secrets["reset token"] : nil,
                "new_password": path.hasPrefix("reset") ? secrets["second password"] : nil,
            ]
            _ = try await auth(path, members)
        }
        for (name, value) in [("X-API-Key", "rotated API key"), ("Authorization", "access token 6")] {
            try await send(
                "GET", "/api/v2/auth/me",
                headers: [name: (name == "X-API-Key" ? "" : "Bearer ") + (secrets[value] ?? "")])
        }
        _ = try run(["user", "add", "bob@example.com"])
        _ = try run(["migrate"])
    }
}
