import App
import Domain
import Foundation
import TestSupport
import Testing

/// Text of all kinds is kept as it is, or refused by name.
@Suite struct TextTests {
    private static let kept = [
        "👩‍👩‍👧‍👦", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "🤷🏽‍♂️ 🇪🇺", "❤️ vs ❤", "1️⃣", "العربية", "עברית", "a\u{202e}b\u{202c}", "\u{2067}x\u{2069}", "\u{200f}x",
        "zero\u{200b}width\u{200d}\u{feff}joined", "\u{feff}x", "soft\u{ad}hyphen", "cafe\u{301}",
        "A\u{30a}ngstro\u{308}m",
        "\u{1100}\u{1161}\u{11a8}", "q\u{307}\u{323}", "Z\u{335}\u{321}\u{34d}\u{31b}a\u{327}\u{328}lg\u{334}o\u{353}",
        "аdmin", "раypal", "ℌ𝔢𝔩𝔩𝔬", "ｆｕｌｌ", "ﬁ ﬀ ﷺ", "İstanbul ıi", "STRASSE ẞß", "ΌΣΟΣ ς", "ǅ ǆ Ǆ", "㈱ ㍿ ①",
        "漢字 𠮷 𠜎", "ไทย ภาษา", "தமிழ்", "नि षि", "ខ្មែរ", "Ω≈ç√∫˜µ≤≥÷", "x\u{2028}y\u{2029}z", "x\u{a0}y\u{3000}z",
        "\u{fffd}\u{fffe}\u{ffff}", "\u{e000}\u{f8ff}\u{10ffff}", "'; DROP TABLE scenario; --", "' OR '1'='1",
        "1; SELECT pg_sleep(9)",
        "%' AND 1=0 UNION SELECT secret_hash FROM api_key --", "$$ $1 :1 ?1 @x", "100%_!\\",
        "{{7*7}} ${7*7} #{7*7} <%= 7*7 %>",
        "%s%n%x%p %d", "$(id) `id` ; id | id && id", "../../etc/passwd", "\\\\server\\share C:\\con NUL.txt",
        "\"double\" 'single' `back` «guillemets» „low“", "=cmd|' /C calc'!A0", "+1-1@x", "null", "NULL", "undefined",
        "NaN",
        "-Infinity", "true", "false", "[]", "{}", "0", "-0", "1e400", "0x1F", "0.1e-9", "1/0",
        "99999999999999999999999999999999999999999999999999999999999999", "\\u0000 \\x00 %00 &#0;",
        "&lt;b&gt; &amp;amp;", "a,b;c", "# not a comment", "*.* [a-z]+ ^$",
        "(((((((((((((((((((((((((a+)+)+)+)+)+)+)+)+)",
        "{\"a\":1}", "--", "/* x */", "%c0%ae", "?a=b&c=d#e", "user@host:80/x", "CON", "__proto__", "constructor",
    ]

    private static let refused = [
        "", "a\0b", "a\u{1}b", "a\u{8}b", "a\u{b}b", "a\u{c}b", "a\u{1b}[31mb", "a\u{1f}b", "a\u{7f}b", "\u{7f}",
        "a\u{80}b", "a\u{85}b",
        "a\u{9b}31mb", "a\u{9f}b", "\u{9d}0;title\u{9c}", "<script>", "java\u{7f}script:x",
        "a" + String(repeating: "\u{344}", count: 16), String(repeating: "\u{f73}", count: 16) + "z",
        "a" + String(repeating: String(repeating: "\u{344}", count: 15) + "\u{302e}", count: 2) + "z",
    ]

    private static func encoded(_ text: String) -> String { text.utf8.map { String(format: "%%%02X", $0) }.joined() }

    /// Equal to the byte: Swift itself takes canonical equivalents for equal.
    private static func isSame(_ value: String, _ text: String) -> Bool {
        Array(value.utf8) == Array(text.precomposedStringWithCanonicalMapping.utf8)
    }

    private struct Text: Decodable {
        var name: String
        var description: String
        var tags: [String]
    }

    private static func pointers(_ reply: RunningServer.Reply) -> [String] {
        (reply.json["errors"] as? [[String: Any]])?.compactMap { $0["pointer"] as? String } ?? []
    }

    private func post(_ server: RunningServer, _ members: [String: Any]) async throws -> RunningServer.Reply {
        let body = try JSONSerialization.data(withJSONObject: members)
        return try await server.send("POST", "/api/v2/scenarios", type: "application/json", body)
    }

    @Test(arguments: DatabaseBackend.allCases)
    func textOfScenariosComesBackEqual(backend: DatabaseBackend) async throws {
        let server = try await RunningServer.start(backend)
        for text in Self.kept {
            let made = try await post(server, ["name": text, "description": text, "tags": [text]])
            let id = made.json["id"] as? String ?? ""
            #expect(made.status == 201, "\(text): \(made.text)")
            for reply in [made, try await server.send("GET", "/api/v2/scenarios/\(id)")] {
                let read = try JSONDecoder().decode(Text.self, from: reply.data)
                for found in [read.name, read.description] + read.tags { #expect(Self.isSame(found, text), "\(text)") }
            }
            for query in ["q=\(Self.encoded(text))", "tag=\(Self.encoded(text))"] {
                let found = try await server.send("GET", "/api/v2/scenarios?page_size=100&\(query)")
                let items = found.json["items"] as? [[String: Any]] ?? []
                #expect(items.contains { $0["id"] as? String == id }, "\(query) of \(text): \(found.text.prefix(300))")
            }
        }
        await server.stop()
    }

    @Test(arguments: DatabaseBackend.allCases)
    func controlCharactersAreRefusedByName(backend: DatabaseBackend) async throws {
        let server = try await RunningServer.start(backend)
        for text in Self.refused {
            let shown = text.debugDescription
            #expect(Self.pointers(try await post(server, ["name": text])) == ["/name"], "\(shown)")
            #expect(Self.pointers(try await post(server, ["name": "a", "tags": [text]])) == ["/tags/0"], "\(shown)")
            for name in ["q", "tag"] {
                let reply = try await server.send("GET", "/api/v2/scenarios?\(name)=\(Self.encoded(text))")
                #expect(reply.status == 422 && Self.pointers(reply) == [name], "\(name)=\(shown): \(reply.text)")
            }
            guard !text.isEmpty else { continue }
            let described = try await post(server, ["name": "a", "description": text])
            #expect(described.status == 422 && Self.pointers(described) == ["/description"], "\(shown)")
            let user = try await register(server, name: text)
            #expect(user.reply.status == 422 && Self.pointers(user.reply) == ["/name"], "\(shown)")
        }
        await server.stop()
    }

    /// Each of these marks is two in NFC, of which there may be 30 in a row.
    @Test func noMarkIsLeftOut() async throws {
        let server = try await RunningServer.start(.sqlite)
        let made = try await post(server, ["name": "a\(String(repeating: "\u{344}", count: 15))z"])
        let name = Array((made.json["name"] as? String ?? "").unicodeScalars)
        #expect(name == ["\u{e4}", "\u{301}"] + Array(repeating: ["\u{308}", "\u{301}"], count: 14).joined() + ["z"])
        await server.stop()
    }

    /// A name is one line; a description may have several. Carriage return and line feed together are one character to
    /// Swift, which no pattern of single ones may overlook.
    @Test func namesAreOneLine() async throws {
        let server = try await RunningServer.start(.sqlite)
        let bearer = try await server.signIn()
        for text in ["a\r\nb", "a\nb", "a\rb", "a\tb"] {
            let shown = text.debugDescription
            #expect(Self.pointers(try await post(server, ["name": text])) == ["/name"], "\(shown)")
            #expect(Self.pointers(try await post(server, ["name": "a", "tags": [text]])) == ["/tags/0"], "\(shown)")
            #expect(Self.pointers(try await register(server, name: text).reply) == ["/name"], "\(shown)")
            let key = try await server.send(
                "POST", "/api/v2/api-keys", key: "", type: "application/json", headers: bearer,
                try JSONSerialization.data(withJSONObject: ["name": text]))
            #expect(Self.pointers(key) == ["/name"], "\(shown)")
            let described = try await post(server, ["name": "a", "description": text])
            #expect(described.json["description"] as? String == text, "\(shown)")
        }
        await server.stop()
    }

    /// Names that are not ASCII would look alike where they are no UTF-8.
    @Test func namesInHeadersAreASCII() async throws {
        let server = try await RunningServer.start(.sqlite)
        for (name, status) in [
            ("order 66 ~", 201), ("\u{e9}", 422), ("a\u{85}b", 422), ("\u{1f680}", 422), ("a\u{37e}", 422),
        ] {
            for encoding in [String.Encoding.utf8, .isoLatin1] {
                guard let bytes = "Idempotency-Key: \(name)\r\n".data(using: encoding) else { continue }
                let body = #"{"name":"a"}"#
                let head =
                    "POST /api/v2/scenarios HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-API-Key: \(server.key)\r\n"
                let rest = "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
                let reply = await RawConnection.send(head.utf8 + Array(bytes) + rest.utf8, to: server.base)
                #expect(reply.statuses == [status], "\(name): \(reply.answer)")
            }
        }
        await server.stop()
    }

    private func register(_ server: RunningServer, name: String) async throws -> (
        reply: RunningServer.Reply, email: String
    ) {
        let email = "\(UUID().uuidString.lowercased())@example.com"
        let form = ["email": email, "password": AccountTests.password, "name": name]
        return (
            try await server.send(
                "POST", "/api/v2/auth/register", key: "", type: "application/json",
                try JSONSerialization.data(withJSONObject: form)), email
        )
    }

    @Test(arguments: DatabaseBackend.allCases)
    func namesOfUsersComeBackEqual(backend: DatabaseBackend) async throws {
        let server = try await RunningServer.start(backend)
        for text in Self.kept {
            let (reply, email) = try await register(server, name: text)
            #expect(reply.status == 202, "\(text): \(reply.text)")
            #expect(Self.isSame(try await server.server.users.user(email: email).name, text), "\(text)")
        }
        await server.stop()
    }

    /// Bytes that are no text, and numbers that are none.
    @Test(arguments: DatabaseBackend.allCases)
    func brokenJSONIsRefused(backend: DatabaseBackend) async throws {
        let server = try await RunningServer.start(backend)
        let strings: [[UInt8]] =
            [
                #"\ud800"#, #"\udc00"#, #"\ud800\u0041"#, #"\udfff\ud800"#, #"\ud800\ud800"#, #"\u00"#, #"\u{41}"#,
                #"\x41"#,
                "\u{1}", "\n",
            ].map { Array($0.utf8) } + [
                [0xff], [0xc0, 0x80], [0xc0, 0xae], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0xf4, 0x90, 0x80, 0x80],
                [0xf8, 0x88, 0x80, 0x80, 0x80], [0x80],
            ]
        for bytes in strings {
            let body = Data("{\"name\":\"a".utf8) + bytes + Data("b\"}".utf8)
            let reply = try await server.send("POST", "/api/v2/scenarios", type: "application/json", body)
            #expect(reply.status == 400, "\(bytes): \(reply.text)")
        }
        for value in [
            "NaN", "Infinity", "-", "01", "1.", ".5", "+1", "1e", "0x1", "nul", "'a'", "\u{2028}1", "undefined",
        ] {
            let reply = try await server.send("POST", "/api/v2/scenarios", "{\"name\":\"a\",\"growth\":\(value)}")
            #expect(reply.status == 400, "\(value): \(reply.text)")
        }
        for value in [
            "1e400", "-1e400", "1e-400000000000", String(repeating: "9", count: 5_000), "null", "\"1\"", "[]",
        ] {
            let reply = try await server.send("POST", "/api/v2/scenarios", "{\"name\":\"a\",\"growth\":\(value)}")
            let isRefused = reply.status == 422 && Self.pointers(reply) == ["/growth"]
            #expect(isRefused || value.contains("e-") && reply.status == 201, "\(value): \(reply.text.prefix(300))")
        }
        for text in ["%ff", "%c0%80", "%ed%a0%80", "%", "%zz", "%u0041", "%f4%90%80%80"] {
            for name in ["q", "tag", "page", "status", "created_from"] {
                let reply = try await server.send(
                    "GET", "/api/v2/scenarios?\(name)=\(text)".replacing("%zz", with: "%25zz"))
                #expect([200, 400, 422].contains(reply.status), "\(name)=\(text): \(reply.text)")
            }
        }
        let marked = Data([0xef, 0xbb, 0xbf]) + Data(#"{"name":"a"}"#.utf8)
        #expect(try await server.send("POST", "/api/v2/scenarios", type: "application/json", marked).status == 400)
        await server.stop()
    }
}
