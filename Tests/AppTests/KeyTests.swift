import App
import Domain
import Foundation
import TestSupport
import Testing

/// Keys: what each may do, and for how long.
@Suite struct KeyTests {
    @Test(arguments: DatabaseBackend.allCases)
    func aKeyLives(backend: DatabaseBackend) async throws {
        let server = try await RunningServer.start(backend)
        let bearer = try await server.signIn()
        func call(_ method: String, _ path: String, _ body: String? = nil) async throws -> RunningServer.Reply {
            try await server.send(method, "/api/v2/api-keys\(path)", key: "", headers: bearer, body)
        }
        let made = try await call("POST", "", #"{"name":"shipper","scopes":["ingest"]}"#)
        #expect(made.status == 201)
        let secret = try #require(made.json["secret"] as? String)
        let key = try #require(made.json["key"] as? [String: Any])
        let id = try #require(key["id"] as? String)
        #expect(secret.hasPrefix("mk_") && key["prefix"] as? String == String(secret.prefix(8)))
        let scenario = try await server.scenario()
        #expect(try await server.send("POST", "/s/\(scenario)/ingest", key: secret, "{}").status == 200)
        let read = try await server.send("GET", "/api/v2/scenarios", key: secret)
        #expect(read.status == 403 && read.text.contains("scenarios:read"))
        #expect(try await call("GET", "/\(id)").json["last_used_at"] is String)

        let rotated = try await call("POST", "/\(id)/rotate", #"{"overlap_seconds":3600}"#)
        let next = try #require(rotated.json["secret"] as? String)
        for secret in [secret, next] {  // both, for an hour
            #expect(try await server.send("POST", "/s/\(scenario)/ingest", key: secret, "{}").status == 200)
        }
        #expect(try await call("POST", "/\(id)/rotate", "{}").status == 409)
        let nextID = try #require((rotated.json["key"] as? [String: Any])?["id"] as? String)
        #expect(try await call("POST", "/\(nextID)/rotate", #"{"overlap_seconds":0}"#).status == 201)
        #expect(try await server.send("POST", "/s/\(scenario)/ingest", key: next, "{}").status == 401)
        for body in ["{}", nil] { #expect(try await call("POST", "/\(nextID)/rotate", body).status == 409) }
        let reader = try await call("POST", "", #"{"name":"reader"}"#).json
        let (readerSecret, readerKey) = (reader["secret"] as? String, reader["key"] as? [String: Any])
        #expect(try await server.send("GET", "/api/v2/scenarios", key: readerSecret).status == 200)
        #expect(try await call("DELETE", "/\(readerKey?["id"] as? String ?? "")").status == 204)
        #expect(try await server.send("GET", "/api/v2/scenarios", key: readerSecret).status == 401)  // at once
        #expect(try await call("DELETE", "/\(id)").status == 204)
        #expect(try await server.send("POST", "/s/\(scenario)/ingest", key: secret, "{}").status == 401)
        #expect(try await call("DELETE", "/\(id)").status == 404)
        // A key makes no keys, and nobody touches another's.
        #expect(try await server.send("POST", "/api/v2/api-keys", #"{"name":"more"}"#).status == 401)
        let foreign = try await server.send(
            "GET", "/api/v2/api-keys/\(nextID)", key: "", headers: try await server.signIn(as: server.other))
        #expect(foreign.status == 404)
        await server.stop()
    }

    /// A Kelvin sign equals a K, but no key has one.
    @Test func aKeyIsWhatItsBytesAre() async throws {
        let server = try await RunningServer.start(.sqlite)
        var (draft, secret) = (KeyService.Draft(), "")
        draft.name = "with a K"
        while !secret.contains("K") {
            secret = try await server.server.keys.create(draft, for: server.user.id, from: .commandLine).secret
        }
        let other = secret.replacing("K", with: "\u{212a}")
        #expect(other == secret)
        for method in ["GET", "POST"] {
            for headers in [["X-API-Key": other], ["Authorization": "Bearer \(other)"]] {
                let own = headers.mapValues { $0.replacing("\u{212a}", with: "K") }
                func status(_ headers: [String: String]) async throws -> Int {
                    let body = method == "POST" ? #"{"name":"a"}"# : nil
                    return try await server.send(method, "/api/v2/scenarios", key: "", headers: headers, body).status
                }
                #expect(try await status(own) < 300)
                #expect(try await status(headers) == 401)
            }
        }
        for value in ["Bearer \(secret)\u{200b}", "Bearer \u{a0}\(secret)", "Splun\u{212a} \(secret)"] {
            let reply = try await server.send("GET", "/api/v2/auth/me", key: "", headers: ["Authorization": value])
            #expect(reply.status == 401, "\(value)")
        }
        await server.stop()
    }

    /// However a key's first use and its end meet, it is good or it is none.
    @Test(arguments: DatabaseBackend.allCases)
    func firstUseRacesRevocation(backend: DatabaseBackend) async throws {
        let server = try await RunningServer.start(backend)
        var draft = KeyService.Draft()
        draft.name = "short"
        for _ in 0..<15 {
            let (made, secret) = try await server.server.keys.create(draft, for: server.user.id, from: .commandLine)
            let statuses = try await withThrowingTaskGroup(of: Int.self) { calls in
                for _ in 0..<4 {
                    calls.addTask { try await server.send("GET", "/api/v2/scenarios", key: secret).status }
                }
                calls.addTask {
                    try await server.server.keys.revoke(made.id, from: .commandLine)
                    return 401
                }
                return try await calls.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(statuses.isSubset(of: [200, 401]), "\(statuses)")
        }
        await server.stop()
    }

    @Test func aKeyFromManyNetworksIsAnAlarm() async throws {
        let server = try await RunningServer.start(.sqlite, ["TRUSTED_PROXIES": "127.0.0.0/8"])
        for network in 1...12 {
            for address in 1...2 {
                let headers = ["X-Forwarded-For": "192.0.\(network).\(address)"]
                // The answer is kept, and not for a network that the key never came from.
                #expect(try await server.send("GET", "/api/v2/scenarios", headers: headers).status == 200)
            }
        }
        let alarms = try await server.auditEvents().filter { $0.action == .keyAnomaly }
        #expect(alarms.map { $0.details["places"] } == ["5", "10"])
        #expect(alarms.map(\.address) == ["192.0.5.1", "192.0.10.1"])
        await server.stop()
    }

    @Test func aPlaceIsOneHoweverItsAddressIsWritten() async throws {
        let server = try await RunningServer.start(.sqlite, ["TRUSTED_PROXIES": "127.0.0.0/8"])
        for (address, places) in [
            ("2001:db8::1", 0), ("2001:0db8:0:0::1", 0), ("2001:DB8:0:ff::1", 0), ("2001:db8:1::1", 1),
            ("192.0.2.1", 2), ("::ffff:192.0.2.9", 2), ("::ffff:c000:20a", 2), ("192.0.2.7:5678", 2),
            ("[2001:db8::2]:5678", 2),
        ] {
            let reply = try await server.send("GET", "/api/v2/auth/me", headers: ["X-Forwarded-For": address])
            #expect(reply.status == 200)
            #expect(try await server.auditActions().count { $0 == "api_key.new_place" } == places, "\(address)")
        }
        await server.stop()
    }

    @Test(arguments: [
        (#"{"name":" "}"#, "/name"), (#"{"name":"a","scopes":[]}"#, "/scopes"),
        (#"{"name":"a","scopes":["admin"]}"#, "/scopes"),
        (#"{"name":"a","expires_at":"2020-01-01T00:00:00Z"}"#, "/expires_at"),
        (#"{"name":"a","scenario_id":"0197f2a5-0000-7000-8000-000000000000"}"#, "/scenario_id"),
    ])
    func whatIsWrongWithAKeyIsNamed(body: String, pointer: String) async throws {
        let server = try await RunningServer.start(.sqlite)
        let reply = try await server.send("POST", "/api/v2/api-keys", key: "", headers: try await server.signIn(), body)
        #expect(reply.status == 422)
        #expect((reply.json["errors"] as? [[String: String]])?.map { $0["pointer"] } == [pointer])
        await server.stop()
    }

    /// Every documented operation, tried with keys that lack its scope, and with everything else that is not enough.
    @Test func everyOperationAsksForWhatItSays() async throws {
        let server = try await RunningServer.start(.sqlite)
        let id = try await server.scenario()
        let bearer = try await server.signIn()
        let document = try await server.send("GET", "/openapi.json").json
        let paths = try #require(document["paths"] as? [String: [String: [String: Any]]])
        var keys: [String: String] = [:]  // scope → a key with all the others
        for scope in Scopes.names {
            var draft = KeyService.Draft()
            draft.name = "all but \(scope)"
            draft.scopes = Scopes.all.subtracting(try #require(Scopes(names: [scope])))
            keys[scope] = try await server.server.keys.create(draft, for: server.user.id, from: .commandLine).secret
        }
        var tried = 0
        for (path, operations) in paths {
            for (method, operation) in operations {
                guard let security = operation["security"] as? [[String: [String]]] else { continue }
                let place = path.replacing(/\{\w+\}/) { _ in id }
                let body = operation["requestBody"] == nil ? nil : #"{"name":"mine"}"#
                func status(_ key: String, _ headers: [String: String] = [:]) async throws -> Int {
                    try await server.send(method.uppercased(), place, key: key, headers: headers, body).status
                }
                if let scope = security.compactMap({ $0["api_key"]?.first }).first {
                    #expect(try await status(try #require(keys[scope])) == 403, "\(method) \(path) without \(scope)")
                    tried += 1
                } else {
                    #expect(security.allSatisfy { $0["api_key"] == nil }, "\(method) \(path) needs no scope")
                    #expect(try await status(server.key) == 401, "\(method) \(path) with a key")
                    tried += 1
                }
                if security.first?["bearer"] == ["admin"] {
                    #expect(try await status("", bearer) == 403, "\(method) \(path) as a user")
                }
            }
        }
        #expect(tried > 40)
        await server.stop()
    }

    @Test func administratorsChangePlansAndReadTheLog() async throws {
        let server = try await RunningServer.start(.sqlite)
        let admin = try await server.signInAsAdmin()
        func call(_ method: String, _ path: String, _ body: String? = nil) async throws -> RunningServer.Reply {
            try await server.send(method, "/api/v2/admin/\(path)", key: "", headers: admin, body)
        }
        let users = try await call("GET", "users?q=TWO")
        #expect(users.json["total"] as? Int == 1)
        let other = "users/\(server.other.id.uuidString.lowercased())"
        #expect(try await call("PATCH", other, #"{"plan":"enterprise"}"#).json["plan"] as? String == "enterprise")
        #expect(try await call("PATCH", other, #"{"is_disabled":true}"#).status == 200)
        #expect(try await server.send("GET", "/api/v2/scenarios", key: server.otherKey).status == 401)
        let own = "users/\(server.user.id.uuidString.lowercased())"
        #expect(try await call("PATCH", own, #"{"role":"user"}"#).status == 409)
        try await server.server.audit.linkWaiting()
        let log = try await call("GET", "audit?action=admin.user_update&page_size=100")
        let entries = try #require(log.json["items"] as? [[String: Any]])
        #expect(entries.count == 3)
        #expect(entries.allSatisfy { $0["type"] as? String == "admin" })
        #expect(entries.first?["resource_id"] as? String == server.other.id.uuidString.lowercased())
        #expect(entries.first?["user_id"] as? String == server.user.id.uuidString.lowercased())
        #expect(entries.first?["address"] as? String == "127.0.0.1")
        let about = try await call("GET", "audit?action=admin.user_update&resource_id=\(server.other.id.uuidString)")
        #expect(about.json["total"] as? Int == 2)
        let export = try await call("GET", "audit/export")
        let lines = export.text.split(separator: "\n")
        #expect(lines.count >= entries.count)
        for (number, line) in lines.enumerated() {
            let entry = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            #expect(entry?["sequence"] as? Int == number + 1)
        }
        try await server.server.audit.linkWaiting()
        #expect(try await call("GET", "audit?action=admin.audit_export").json["total"] as? Int == 1)
        await server.stop()
    }
}
