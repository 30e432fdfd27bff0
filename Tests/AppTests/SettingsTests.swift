import App
import Foundation
import TestSupport
import Testing

@Suite struct SettingsTests {
    @Test(arguments: [
        ("PORT", "80a", "PORT: expected 0 to 65535, found '80a'"), ("PORT", "65536", "PORT: expected 0 to 65535"),
        ("DATABASE_URL", "mysql://x:secret@y", "DATABASE_URL: expected sqlite://PATH or postgresql://…"),
        ("LOG_LEVEL", "loud", "LOG_LEVEL: expected trace"),
        ("JSON_LOGGING", "yes", "JSON_LOGGING: expected true or false, found 'yes'"),
        ("TLS_KEY", "key.pem", "TLS_CERTIFICATE: expected a PEM file"),
        ("DATABASE_CONNECTIONS", "0", "DATABASE_CONNECTIONS: expected 1 to 100"),
        ("ENVIRONMENT", "production", "SECRET_KEY: expected a random secret in production"),
        ("SECRET_KEY", "short-secret", "SECRET_KEY: expected at least 32 bytes"),
        ("SECRET_KEY", "f3Qx9LmZ0uVbT7hKc2Rw8YpA,e5NsJd41GiBo6WkQ", "SECRET_KEY: expected no commas"),
        ("SECRET_KEY_FILE", "/nowhere", "SECRET_KEY_FILE: expected a file that can be read"),
        ("SECRET_KEY_FILE", "/dev/null", "SECRET_KEY_FILE: expected a file"),
        ("RATE_LIMIT_FREE", "100", "RATE_LIMIT_FREE: expected requests a minute / at once"),
        ("TRUSTED_PROXIES", "10.0.0.0/33", "TRUSTED_PROXIES: expected networks"),
        ("CORS_ALLOWED_ORIGINS", "*", "CORS_ALLOWED_ORIGINS: expected origins"),
        ("CORS_ALLOWED_ORIGINS", "https://a.example.com/", "CORS_ALLOWED_ORIGINS: expected origins"),
        ("API_V1_SUNSET", "2026-02-30", "API_V1_SUNSET: expected a day such as 2026-12-31, found '2026-02-30'"),
        ("API_V1_SUNSET", "2026-02-30T", "API_V1_SUNSET: expected a day"),
        ("API_V1_SUNSET", "2026-2-3", "API_V1_SUNSET: expected a day"),
        ("API_V1_SUNSET", "2026-02-28 ", "API_V1_SUNSET: expected a day"),
        ("DEFAULT_FROM_EMAIL", "no-reply", "DEFAULT_FROM_EMAIL: expected an e-mail address, found 'no-reply'"),
        ("PUBLIC_URL", "example.com", "PUBLIC_URL: expected https://HOST or http://HOST"),
        ("PUBLIC_URL", "https:///x", "PUBLIC_URL: expected https://HOST"),
        ("PUBLIC_URL", "ftp://example.com", "PUBLIC_URL: expected https://HOST"),
        ("JWT_ALGORITHM", "none", "JWT_ALGORITHM: expected EdDSA or HS256"),
    ])
    func aBadValueNamesItsKey(name: String, value: String, problem: String) {
        do {
            _ = try ServerSettings.read(environment: [name: value])
            Issue.record("\(name)=\(value) was taken")
        } catch {
            #expect("\(error)".hasPrefix(problem))
            #expect(!"\(error)".contains(value) || !name.contains("SECRET") || name.hasSuffix("_FILE"))
            #expect(!"\(error)".contains("x:secret"))
        }
    }

    @Test func theEnvironmentWinsOverTheFileAndPasswordsAreMasked() throws {
        let file = try ServerSettings.values(of: "PORT=1234\n\n  # mine\r\n Host = ::1 \r\n", file: "x.env")
        let (settings, shown) = try ServerSettings.read(
            environment: ["PORT": "4321", "DATABASE_URL": "postgresql://me:secret@db/prices", "NOPE": "1"], file: file)
        #expect((settings.port, settings.host) == (4321, "::1"))
        #expect(settings.database == .postgresql(url: "postgresql://me:secret@db/prices"))
        #expect(shown.first { $0.entry.name == "DATABASE_URL" }?.value == "postgresql://me:***@db/prices")
        #expect(shown.first { $0.entry.name == "SECRET_KEY" }?.value == "***")
        let query = "postgresql://db/app?user=app&password=hunter2&sslpassword=x"
        let other = try ServerSettings.read(environment: ["DATABASE_URL": query]).shown
        #expect(
            other.first { $0.entry.name == "DATABASE_URL" }?.value
                == "postgresql://db/app?user=app&password=***&sslpassword=***")
    }

    @Test func secretsMayBeInFiles() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).secret")
        try "f3Qx9LmZ0uVbT7hKc2Rw8YpAe5NsJd41GiBo6Wk=\n".write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }  // in the system's temporary folder
        let environment = ["ENVIRONMENT": "production", "SECRET_KEY_FILE": file.path]
        let settings = try ServerSettings.read(environment: environment).settings
        #expect(!"\(settings)".contains("f3Qx9"))
    }

    @Test(arguments: [("0.0.0.0", true), ("::", true), ("127.0.0.1", false), ("localhost", false), ("::1", false)])
    func theDefaultSecretIsForThisMachine(host: String, isReachable: Bool) throws {
        #expect(
            try ServerSettings.read(environment: ["HOST": host]).settings.isReachableWithDefaultSecret == isReachable)
        let own = ["HOST": host, "SECRET_KEY": "f3Qx9LmZ0uVbT7hKc2Rw8YpAe5NsJd41GiBo6Wk="]
        #expect(try !ServerSettings.read(environment: own).settings.isReachableWithDefaultSecret)
    }

    /// An empty file is no wish for the default.
    @Test func aFileOfASecretHoldsOne() throws {
        let file = try temporaryFolder("secret") + "/empty"
        try "\n".write(toFile: file, atomically: true, encoding: .utf8)
        let problem = try #require(throws: ServerSettings.Problem.self) {
            try ServerSettings.read(environment: ["SECRET_KEY_FILE": file])
        }
        #expect("\(problem)" == "SECRET_KEY_FILE: expected a file with something in it, found '\(file)' empty")
    }

    @Test(arguments: [
        "changeme-changeme-changeme-changeme", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "super-SECRET-key-of-the-example-2026", "121212121212121212121212121212121212",
    ])
    func guessableSecretsAreForDevelopment(secret: String) throws {
        #expect(try ServerSettings.read(environment: ["SECRET_KEY": secret]).settings.isProduction == false)
        let problem = try #require(throws: ServerSettings.Problem.self) {
            try ServerSettings.read(environment: ["SECRET_KEY": secret, "ENVIRONMENT": "production"])
        }
        #expect("\(problem)" == "SECRET_KEY: expected a random secret in production: openssl rand -base64 48")
        let former = try #require(throws: ServerSettings.Problem.self) {
            try ServerSettings.read(environment: [
                "SECRET_KEY": "f3Qx9LmZ0uVbT7hKc2Rw8YpAe5NsJd41GiBo6Wk=", "SECRET_KEY_PREVIOUS": secret,
                "ENVIRONMENT": "production",
            ])
        }
        #expect(former.name == "SECRET_KEY_PREVIOUS")
    }

    @Test func pagesThatUseTheAPIInProductionComeByHTTPS() throws {
        func read(_ origins: String, _ environment: String = "production") throws {
            let secret = "f3Qx9LmZ0uVbT7hKc2Rw8YpAe5NsJd41GiBo6Wk="
            _ = try ServerSettings.read(environment: [
                "ENVIRONMENT": environment, "SECRET_KEY": secret, "CORS_ALLOWED_ORIGINS": origins,
            ])
        }
        try read("https://a.example.com, https://b.example.com:8443")
        let mixed = "https://a.example.com, http://localhost:3000"
        try read(mixed, "development")
        let problem = try #require(throws: ServerSettings.Problem.self) { try read(mixed) }
        let need = "expected https origins in production, found 'http://localhost:3000'"
        #expect("\(problem)" == "CORS_ALLOWED_ORIGINS: \(need)")
    }

    @Test func version1EndsWithTheYear() throws {
        let shown = try ServerSettings.read(environment: [:]).shown
        #expect(shown.first { $0.entry.name == "API_V1_SUNSET" }?.value == "2026-12-31")
    }

    @Test func theExampleFileHoldsEverySettingWithItsDefault() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appendingPathComponent(".env.example"), encoding: .utf8)
        let expected = ServerSettings.entries.map { "# \($0.doc)\n\($0.name)=\($0.fallback)\n" }
        for entry in expected { #expect(text.contains(entry)) }
        let values = try ServerSettings.values(of: text, file: ".env.example")
        #expect(try ServerSettings.read(environment: [:], file: values).settings.port == 8080)
    }

    @Test(arguments: [
        ("PORT=1\n\nNOPE=1", "x.env:3: NOPE: expected a setting that 'mockupaws config' lists"),
        ("SECRET_KEY=aB\nCd12ef==", "x.env:2: expected a setting that 'mockupaws config' lists"),
        ("PORT=1\nHOST=a\nport=2", "x.env:3: PORT: expected one value, found another in line 1"),
        ("# a\nSECRET_KEY hunter2", "x.env:2: expected NAME=value"), ("=1", "x.env:1: expected NAME=value"),
        ("PORT_FILE=port", "x.env:1: PORT_FILE: expected a setting"),
    ])
    func aLineOfTheFileThatMeansNothingIsNamed(text: String, problem: String) {
        do {
            _ = try ServerSettings.values(of: text, file: "x.env")
            Issue.record("\(text) was taken")
        } catch {
            #expect("\(error)".hasPrefix(problem))
            #expect(!"\(error)".contains("hunter2"))
        }
    }
}
