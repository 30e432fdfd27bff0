import Foundation
import Mail
import TestSupport
import Testing

@Suite struct OutboxFolderTests {
    private static let date = Date(timeIntervalSince1970: 1_795_625_277.125)  // Wed, 25 Nov 2026 16:47:57.125 UTC

    private let path: String
    private let outbox: OutboxFolder

    init() throws {
        path = try temporaryFolder("outbox") + "/a/mails"
        outbox = OutboxFolder(path: path)
    }

    /// None before the folder is made.
    private func files() throws -> [String] {
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: path)
    }

    private func send(_ message: MailMessage) async throws -> (file: String, parsed: Parser.Parsed) {
        let id = UUID()
        try await outbox.send(message, id: id, at: Self.date)
        let file = "\(path)/20261125T164757.125Z-\(id.uuidString.lowercased()).eml"
        return (file, try Parser.parse(file))
    }

    @Test func aMessageIsReadAsItWasWritten() async throws {
        let message = MailMessage(
            from: "The Service <no-reply@mail.example.org>", to: "jo@example.net", subject: "Confirm your address",
            text: "Hello,\n\nhttps://example.org/confirm?token=abc=def\n")
        let (file, parsed) = try await send(message)
        #expect(parsed.from == ["The Service", "no-reply@mail.example.org"] && parsed.to == ["", "jo@example.net"])
        #expect(parsed.subject == message.subject && parsed.text == message.text)
        #expect(parsed.date == 1_795_625_277 && parsed.charset == "utf-8" && parsed.defects == 0)
        #expect(parsed.messageID.wholeMatch(of: /<[0-9a-f-]{36}@mail\.example\.org>/) != nil)
        let names = "Date From To Subject Message-ID MIME-Version Content-Type Content-Transfer-Encoding"
        #expect(parsed.headers == names.split(separator: " ").map(String.init))
        let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        #expect(String(decoding: bytes, as: UTF8.self).hasPrefix("Date: Wed, 25 Nov 2026 16:47:57 +0000\r\nFrom: The"))
    }

    static let subjects = [
        "", " ", "Grüße aus Zürich", "請確認您的電子郵件地址", String(repeating: "Ünïcödé 🦆 ", count: 60), "=?utf-8?B?c3B5?=",
        "a = b ?", " leading and trailing ", "two  spaces", String(repeating: "long ", count: 300),
        String(repeating: "x", count: 2000), "👩‍👩‍👧‍👦 family", "e\u{301} is not é", "Bcc: victim@example.net",
        "\"quoted\" (comment), list;",
    ]

    @Test(arguments: subjects) func anySubjectArrives(_ subject: String) async throws {
        let message = MailMessage(from: "a@example.org", to: "b@example.org", subject: subject, text: "text\n")
        let (file, parsed) = try await send(message)
        #expect(parsed.subject.unicodeScalars.elementsEqual(subject.unicodeScalars))
        #expect(parsed.headers.count == 8 && parsed.defects == 0)
        try expectShortLines(file)
    }

    static let mailboxes: [(String, [String])] = [
        ("jo@example.org", ["", "jo@example.org"]), ("<jo@example.org>", ["", "jo@example.org"]),
        ("Jo <jo@example.org>", ["Jo", "jo@example.org"]), (" Jo  <jo@example.org> ", ["Jo", "jo@example.org"]),
        ("Doe, Jo <jo@example.org>", ["Doe, Jo", "jo@example.org"]),
        (#""Doe, \"Jo\" \\" <jo@example.org>"#, [#"Doe, "Jo" \"#, "jo@example.org"]),
        ("Jö Dœ <jo+tag@sub.example.org>", ["Jö Dœ", "jo+tag@sub.example.org"]),
        ("Жозефина Иванова <jo@example.org>", ["Жозефина Иванова", "jo@example.org"]),
        ("a@example.net, <jo@example.org>", ["a@example.net,", "jo@example.org"]),
        ("o'brien@localhost", ["", "o'brien@localhost"]),
    ]

    @Test(arguments: mailboxes) func anyNameArrives(_ mailbox: String, expected: [String]) async throws {
        let message = MailMessage(from: mailbox, to: mailbox, subject: "names", text: "text\n")
        let (file, parsed) = try await send(message)
        #expect(parsed.from == expected && parsed.to == expected && parsed.defects == 0)
        try expectShortLines(file)
    }

    @Test(arguments: UInt64(1)...30) func anyTextArrives(seed: UInt64) async throws {
        var random = SplitMix64(state: seed)
        let pieces = [
            "a", "word ", " ", "\t", "=", "=20", ".", "From ", "é", "🦆", "\u{0}", "\u{7F}", "\u{2028}", "\n", "\n\n",
            "\r\n", "\r",
            " \n", "\t\r\n", String(repeating: "x", count: 75), String(repeating: "-", count: 76),
        ]
        let text = (0..<Int.random(in: 0...120, using: &random))
            .map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
        let (file, parsed) = try await send(MailMessage(from: "a@b.c", to: "d@e.f", subject: "text", text: text))
        let lines = text.replacing(/\r\n|\r/.matchingSemantics(.unicodeScalar), with: "\n")
        let expected = lines.unicodeScalars.last == "\n" ? lines : lines + "\n"
        #expect(Array(parsed.text.utf8) == Array(expected.utf8), "seed \(seed)")
        #expect(parsed.defects == 0, "seed \(seed)")
        try expectShortLines(file)
    }

    static let breaks = [
        "\n", "\r", "\r\n", "\r\nBcc: victim@example.net", "\n\nbody", "\u{0}", "\u{B}", "\u{85}", "\u{2028}",
    ]

    @Test(arguments: breaks) func noHeaderCanBeAdded(_ text: String) async throws {
        let good = MailMessage(from: "A <a@example.org>", to: "B <b@example.org>", subject: "subject", text: "text")
        let attacks: [(String, WritableKeyPath<MailMessage, String>)] = [
            ("from", \.from), ("to", \.to), ("subject", \.subject),
        ]
        for (field, member) in attacks {
            for value in [text + good[keyPath: member], good[keyPath: member] + text, "B\(text) <b@example.org>"] {
                var message = good
                message[keyPath: member] = value
                await #expect(throws: MailError.controlCharacter(field: field)) {
                    try await outbox.send(message, id: UUID(), at: Self.date)
                }
            }
        }
        #expect(try files().isEmpty)
    }

    static let noAddresses = [
        "", " ", "jo", "@", "jo@", "@example.org", "a@b@c", "a@example.org, b@example.org",
        "a@example.org b@example.org",
        "jo@example..org", ".jo@example.org", "jo@-example.org,", "jo@[127.0.0.1]", "jö@example.org", "jo@exämple.org",
        "Jo <jo@example.org", "<jo@example.org> Jo", "\"a b\"@example.org", "jo@example.org;", "<<jo@example.org>>",
        String(repeating: "a", count: 65) + "@example.org", "a@" + String(repeating: "b.", count: 130) + "org",
    ]

    @Test(arguments: noAddresses) func whatIsNoAddressIsRefused(_ text: String) async throws {
        let message = MailMessage(from: "a@example.org", to: text, subject: "subject", text: "text")
        await #expect(throws: MailError.badAddress(field: "to")) {
            try await outbox.send(message, id: UUID(), at: Self.date)
        }
        #expect(try files().isEmpty)
    }

    @Test func onlyTheOwnerReadsAndNothingElseIsLeft() async throws {
        let message = MailMessage(from: "a@example.org", to: "b@example.org", subject: "s", text: "first")
        let (file, _) = try await send(message)
        func mode(_ path: String) throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        }
        #expect(try mode(path) == 0o700)
        #expect(try mode(file) == 0o600)
        #expect(try files().count == 1)
    }

    @Test func theSameMessageAgainReplacesTheFirst() async throws {
        let id = UUID()
        for text in ["first", "second"] {
            let message = MailMessage(from: "a@example.org", to: "b@example.org", subject: "s", text: text)
            try await outbox.send(message, id: id, at: Self.date)
        }
        let file = try #require(try files().first)
        #expect(try files().count == 1)
        #expect(try Parser.parse("\(path)/\(file)").text == "second\n")
    }

    @Test func manyAtOnceAreAllThere() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<100 {
                group.addTask {
                    let message = MailMessage(from: "a@b.c", to: "d@e.f", subject: "\(number)", text: "text")
                    try await outbox.send(message, id: UUID(), at: Self.date)
                }
            }
            try await group.waitForAll()
        }
        #expect(try files().count == 100)
    }

    @Test func aFolderThatCannotBeMadeIsAnError() async throws {
        let blocked = path.replacing("/a/mails", with: "/a")
        try "a file".write(toFile: blocked, atomically: true, encoding: .utf8)
        let message = MailMessage(from: "a@example.org", to: "b@example.org", subject: "s", text: "text")
        let error = await #expect(throws: MailError.self) { try await outbox.send(message, id: UUID(), at: Self.date) }
        guard case .cannotWrite = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    private func expectShortLines(_ file: String) throws {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(bytes.allSatisfy { (0x20...0x7e).contains($0) || $0 == 13 || $0 == 10 || $0 == 9 })
        let lines = text.components(separatedBy: "\r\n")
        #expect(lines.allSatisfy { $0.utf8.count <= 78 && !$0.contains("\n") && !$0.contains("\r") }, "\(file)")
        #expect(lines.last == "")
    }
}
