import App
import Domain
import Foundation
import SQLDatabase
import Storage
import TestSupport
import Testing

/// A database that the released version 5 filled, under the program of today. Hashes, names of deliveries and the profile
/// are the bytes that it wrote.
@Suite struct MigrationTests {
    private static let key = "mk_YU5tLLv4VZcMNakxcIWwZ-Ai6yatZ_vcFZEOnaD4ugY"
    private static let keyHash = "f80db394094bf87ee43015d2c0b2fd71c64301a59a3ff2bbdf52b0d6d1b959f1"
    private static let boundKey = "mk_of-one-scenario"
    private static let boundKeyHash = "5407079d592daf8aeb4f32873183b541459d7a64242a15048625683b09c9c577"
    private static let deliveries = [
        "c72321419c2764321a35beeb14deffc5", "9ec0ce8908073490befef97ec29281e8", "3ce4782779b1ec660d920d650a08ffc7",
    ]
    private static let profile = """
        TUFUUANSAAAAAAAAAArhCfYCwISWHAQBTQEBAQECAAElAQEBAAAAAAAAAAAAAAABBmluZ2VzdAJyAQABAAAALB0BACgAAAAVAgUAAAAAAAAA\
        AAEADWEqKipAZSoqKi5jb20A
        """
    private static let named = #"{"time":"2026-03-02T08:00:00Z","user":"ann@example.com","text":"hello world"}"#
    private static let unnamed = #"{"time":"2026-03-02T08:01:00Z","n":1}"#

    private let owner = UUID()
    private let other = UUID()
    private let scenario = UUID()
    private let draft = UUID()

    private static func bytes(_ hexadecimal: String) -> [UInt8] {
        stride(from: 0, to: hexadecimal.count, by: 2).compactMap { place in
            UInt8(hexadecimal.dropFirst(place).prefix(2), radix: 16)
        }
    }

    /// The rows of two users: a scenario with traffic, and a draft that nobody has changed since.
    private func fill(_ database: any SQLDatabase) async throws {
        let now = Int64(Date().timeIntervalSince1970 * 1_000_000)
        let profile = Array(try #require(Data(base64Encoded: Self.profile)))
        let workload = #"{"steps":[{"sqs":{}},{"lambda":{"memory_mb":512,"duration_ms":100}}]}"#
        let none: UUID? = nil
        var rows: [SQL] = [
            "INSERT INTO account (id, email, created_at) VALUES (\(owner), 'old@example.com', \(now))",
            "INSERT INTO account (id, email, created_at) VALUES (\(other), 'other@example.com', \(now))",
        ]
        for (name, hash, bound) in [("laptop", Self.keyHash, none), ("shipper", Self.boundKeyHash, scenario)] {
            rows.append(
                """
                INSERT INTO api_key (id, owner, name, prefix, secret_hash, scenario, created_at)
                VALUES (\(UUID()), \(owner), \(name), 'mk_YU5tL', \(Self.bytes(hash)), \(bound), \(now))
                """)
        }
        for (id, owner, name, search, status) in [
            (scenario, owner, "Ärger & Öl", "ärger & öl i̇stanbul σασ", "running"), (draft, owner, "b", "b ", "draft"),
            (UUID(), other, "of another", "of another ", "draft"),
        ] {
            rows.append(
                """
                INSERT INTO scenario (id, owner, name, description, region, workload, growth, sample_rate, status,
                    version, created_at, updated_at, search)
                VALUES (\(id), \(owner), \(name), 'İstanbul ΣΑΣ', 'eu-west-1', \(workload), '0.25', '1', \(status), 2,
                    \(now), \(now), \(search))
                """)
        }
        for (position, tag) in ["zebra", "api", "Ünicode"].enumerated() {
            rows.append("INSERT INTO scenario_tag (scenario, tag, position) VALUES (\(scenario), \(tag), \(position))")
        }
        rows.append(
            """
            INSERT INTO traffic_segment (scenario, hour, writer, revision, profile)
            VALUES (\(scenario), 498788, 1400422476483133440, 2, \(profile))
            """)
        for key in Self.deliveries {
            rows.append(
                """
                INSERT INTO delivery (scenario, delivery_key, received_at)
                VALUES (\(scenario), \(Self.bytes(key)), \(now))
                """)
        }
        rows.append(
            """
            INSERT INTO event_sample (scenario, id, received_at, minute, bytes, text)
            VALUES (\(scenario), \(UUID()), \(now), 29540640, 77, '{"user":"a***@e***.com"}')
            """)
        try await database.write(rows)
    }

    @Test(arguments: DatabaseBackend.allCases)
    func whatVersionFiveKeptIsAllThere(backend: DatabaseBackend) async throws {
        let url =
            try backend == .sqlite
            ? "sqlite://" + temporaryFolder("migration") + "/test.db" : PostgresServer.shared.get().newDatabase()
        let database = try Server.open(ServerSettings.read(environment: ["DATABASE_URL": url]).settings)
        try await database.migrate(Schema.migrations.filter { $0.version <= 5 }, at: Date())
        try await fill(database)
        let applied = try await database.migrate(Schema.migrations, at: Date())
        #expect(applied.map(\.version) == Schema.migrations.map(\.version).filter { $0 > 5 })
        await database.close()
        let server = try await RunningServer.start(backend, url: url, ["DATABASE_URL": url], addsUsers: false)
        try await findScenarios(server)
        try await useKeys(server)
        try await deliverAgain(server)
        let user = try await server.server.users.user(email: "old@example.com")
        #expect(user.id == owner && user.role == .user && user.plan == .free && !user.isDisabled)
        let deleted = try await server.send("DELETE", "/api/v2/scenarios/\(scenario.uuidString)", key: Self.key)
        #expect(deleted.status == 204)
        await server.stop()
    }

    private func findScenarios(_ server: RunningServer) async throws {
        func ids(_ query: String) async throws -> [String] {
            let list = try await server.send("GET", "/api/v2/scenarios?\(query)", key: Self.key)
            return (list.json["items"] as? [[String: Any]] ?? []).compactMap { $0["id"] as? String }
        }
        let (first, second) = (scenario.uuidString.lowercased(), draft.uuidString.lowercased())
        #expect(try await ids("sort=name&order=desc") == [first, second])  // by bytes: Ä comes after b
        for query in [
            "q=%C3%B6l", "q=%C3%96L", "q=%C4%B0stanbul&status=running", "tag=zebra", "tag=%C3%9Cnicode",
            "region=eu-west-1&status=running", "q=%CE%A3%CE%91%CE%A3&tag=api",
        ] { #expect(try await ids(query) == [first], "\(query)") }
        for query in ["q=another", "tag=none"] { #expect(try await ids(query).isEmpty) }
        let read = try await server.send("GET", "/api/v2/scenarios/\(first)", key: Self.key)
        #expect(read.headers["etag"] == "\"2\"" && read.json["name"] as? String == "Ärger & Öl")
        #expect(
            read.json["tags"] as? [String] == ["zebra", "api", "Ünicode"] && read.json["growth"] as? Double == 0.25)
        let change = try await server.send(
            "PATCH", "/api/v2/scenarios/\(second)", key: Self.key, headers: ["If-Match": "\"2\""], #"{"name":"c"}"#)
        #expect(change.status == 200 && change.json["version"] as? Int == 3)
    }

    /// A key of that version may do all that keys may, unless it was bound to a scenario.
    private func useKeys(_ server: RunningServer) async throws {
        let id = scenario.uuidString
        for (path, bound) in [
            ("/api/v2/auth/me", 403), ("/api/v2/scenarios/\(id)", 200), ("/api/v2/scenarios/\(id)/metrics", 200),
            ("/api/v2/scenarios/\(draft.uuidString)", 404), ("/api/v2/prices?page_size=1", 200),
        ] {
            #expect(try await server.send("GET", path, key: Self.key).status == 200, "\(path)")
            #expect(try await server.send("GET", path, key: Self.boundKey).status == bound, "\(path), bound")
        }
        let made = try await server.send("POST", "/api/v2/scenarios", key: Self.key, #"{"name":"new"}"#)
        #expect(made.status == 201)
        #expect(try await server.send("GET", "/api/v2/auth/me", key: Self.key + "x").status == 401)
    }

    private func deliverAgain(_ server: RunningServer) async throws {
        func ingest(_ body: String, _ name: String? = nil) async throws -> RunningServer.Reply {
            try await server.send(
                "POST", "/s/\(scenario.uuidString)/ingest", key: Self.boundKey, type: "application/x-ndjson",
                headers: name.map { ["Idempotency-Key": $0] } ?? [:], Data(body.utf8))
        }
        for (body, name) in [(Self.named, "batch 1"), (Self.unnamed, nil)] {
            #expect(try await ingest(body, name).json["accepted"] as? Int == 0)
        }
        #expect(try await ingest(Self.unnamed, "batch 1").status == 422)  // it has named another delivery
        let metrics = "/api/v2/scenarios/\(scenario.uuidString)/metrics"
        for events in 2...3 {
            let summary = try await server.send("GET", metrics, key: Self.key).json["summary"] as? [String: Any]
            #expect(summary?["total_requests"] as? Int == events && summary?["pii_violations"] as? Int == events - 1)
            if events == 2 { #expect(try await ingest(Self.named, "batch 2").json["accepted"] as? Int == 1) }
        }
        let samples = try await server.send(
            "GET", "/api/v2/scenarios/\(scenario.uuidString)/samples", key: Self.key)
        #expect(samples.text.contains("a***@e***.com") && !samples.text.contains("ann@"))
    }
}
