/// Whom a message is from or to, as a header writes it (RFC 5322 §3.4). Of addresses, the usual form is known: no
/// quotes, comments, or IP addresses, and international domains in Punycode.
struct Mailbox {
    let name: String
    let address: String
    let domain: Substring

    /// - Throws: ``MailError/controlCharacter(field:)``, ``MailError/badAddress(field:)``.
    init(_ text: String, field: String) throws(MailError) {
        try HeaderText.check(text, field: field)
        let text = Self.trimmed(text[...])
        if text.last == ">", let open = text.lastIndex(of: "<") {
            name = Self.unquoted(Self.trimmed(text[..<open]))
            address = String(text[text.index(after: open)...].dropLast())
        } else {
            (name, address) = ("", String(text))
        }
        let parts = address.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, address.utf8.count <= 254, parts[0].utf8.count <= 64,
            Self.isDotted(parts[0], of: Self.isAtomLetter),
            Self.isDotted(parts[1], of: { Self.isLetterOrDigit($0) || $0 == UInt8(ascii: "-") })
        else { throw .badAddress(field: field) }
        domain = parts[1]
    }

    /// As the value of a header, folded where it is long.
    var header: String {
        if name.isEmpty { return address }
        if HeaderText.mustBeEncoded(name) { return "\(HeaderText.encoded(name))\r\n <\(address)>" }
        let words = name.split(separator: " ", omittingEmptySubsequences: false)
        if words.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(Self.isAtomLetter) }) { return "\(name) <\(address)>" }
        let escaped = name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return "\"\(escaped)\" <\(address)>"
    }

    private static func unquoted(_ name: Substring) -> String {
        guard name.count >= 2, name.first == "\"", name.last == "\"" else { return String(name) }
        return String(name.dropFirst().dropLast().replacing(/\\(.)/) { $0.1 })
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let start = text.drop { $0 == " " }
        return start.prefix(start.count - start.reversed().prefix { $0 == " " }.count)
    }

    private static func isDotted(_ text: Substring, of isAllowed: (UInt8) -> Bool) -> Bool {
        text.split(separator: ".", omittingEmptySubsequences: false)
            .allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(isAllowed) }
    }

    /// RFC 5322 §3.2.3, `atext`.
    private static func isAtomLetter(_ letter: UInt8) -> Bool {
        isLetterOrDigit(letter) || "!#$%&'*+-/=?^_`{|}~".utf8.contains(letter)
    }

    private static func isLetterOrDigit(_ letter: UInt8) -> Bool {
        switch letter {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: false
        }
    }
}
