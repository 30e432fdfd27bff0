import CZlib
import TestSupport
import Traffic

/// Findings in running text, in JSON, in JSON inside JSON and in URLs, each written in the ways people and programs
/// write them. The committed corpus has fields; this one has sentences. The same seed gives the same texts.
struct PIISentences {
    private var random: SplitMix64

    init(seed: UInt64) { random = SplitMix64(state: seed) }

    static let kinds: [PIIKind] = [
        .email, .paymentCard, .iban, .phone, .usSSN, .nhsNumber, .cpf, .ipv4, .awsAccessKeyID, .gitHubToken,
        .slackToken,
        .stripeKey, .jwt, .urlCredentials,
    ]

    private static let sentences = [
        "write to §.", "is it §?", "(§)", "see §, thanks", "§; ok", "it was §!", "my details: §\\nregards", "<§>",
        "'§'",
        "§ - please check", "\t§\t", "first line\n§\nlast line", "he said “§” twice",
    ]
    private static let json = [
        #"{"time":"2026-03-02T08:00:00.123Z","note":"§"}"#, #"{"a":{"b":["x","§"]},"status":200}"#,
        #"{"message":"{\"note\":\"§\",\"n\":1}"}"#, #"{"m":"got \"§\", sorry"}"#, #"{"m":"\u003c§\u003e"}"#,
        #"{"m":"one\n§\nthree"}"#, #"{"m":"{\\\"x\\\":\\\"§\\\"}"}"#,
    ]
    private static let urls = [
        "GET /v1/find?q=§&page=2 HTTP/1.1", "https://api.example.com/a?x=1&q=§", "GET /find?f=q%3D§%26n%3D1 HTTP/1.1",
    ]

    /// One text with one finding of `kind`.
    mutating func text(with kind: PIIKind) -> String {
        let (named, value) = form(of: kind)
        let word = named.map { "\($0) " } ?? ""
        switch Int.random(in: 0...9, using: &random) {
        case 0...4: return pick(Self.sentences).replacing("§", with: word + value)
        case 5...7: return pick(Self.json).replacing("§", with: word + slashed(value))
        default: return pick(Self.urls).replacing("§", with: escaped(word + value))
        }
    }

    private mutating func pick<T>(_ choices: [T]) -> T { choices[Int.random(in: 0..<choices.count, using: &random)] }

    private mutating func digits(_ count: Int, from first: Int = 0) -> String {
        (0..<count).map { String(Int.random(in: $0 == 0 ? first...9 : 0...9, using: &random)) }.joined()
    }

    private mutating func text(_ count: Int, _ alphabet: String) -> String {
        let letters = Array(alphabet)
        return String((0..<count).map { _ in pick(letters) })
    }

    private static let lower = "abcdefghijklmnopqrstuvwxyz"
    private static let base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

    /// `\/`, as PHP and others write it in JSON.
    private mutating func slashed(_ value: String) -> String {
        Bool.random(using: &random) ? value.replacing("/", with: #"\/"#) : value
    }

    private mutating func escaped(_ value: String) -> String {
        let space = pick(["+", "%20"])
        let known = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)
        return value.utf8.map { byte in
            if byte == 0x20 { return space }
            let hex = String(byte, radix: 16, uppercase: true)
            return known.contains(byte) ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + hex
        }.joined()
    }

    /// A word that has to stand before the value, if one has to, and the value.
    private mutating func form(of kind: PIIKind) -> (named: String?, value: String) {
        switch kind {
        case .email: return (nil, email())
        case .paymentCard: return (pick([nil, "card", "my visa is"]), card())
        case .iban: return (pick([nil, "IBAN", "account"]), iban())
        case .phone: return phone()
        case .usSSN:
            return (
                pick([nil, "ssn"]), pick(["123", "511", "078", "772"]) + "-1\(digits(1))-1\(digits(3))"
            )
        case .nhsNumber: return ("NHS number", nhs())
        case .cpf: return (nil, cpf())
        case .ipv4:
            return (pick([nil, "from"]), "203.0.\(Int.random(in: 0...255, using: &random)).\(digits(2, from: 1))")
        case .awsAccessKeyID: return (nil, "AK" + "IA" + text(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
        case .gitHubToken: return (pick([nil, "token"]), gitHub())
        case .slackToken:
            return (
                nil,
                pick(["xoxb-", "xoxp-", "xapp-1-"]) + "\(digits(12, from: 1))-\(digits(12, from: 1))-"
                    + text(24, Self.base62)
            )
        case .stripeKey: return (nil, "sk_" + "live_" + text(24, Self.base62))
        case .jwt: return (pick([nil, "Bearer"]), "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0." + text(43, Self.base62))
        default: return (nil, credentials())
        }
    }

    private mutating func email() -> String {
        let name = text(Int.random(in: 1...9, using: &random), Self.lower)
        let local = pick([name, name + "." + text(5, Self.lower), name + digits(2), name + "+news", name.uppercased()])
        return local + pick(["@", "@", "@mail."]) + text(6, Self.lower)
            + pick([".com", ".org", ".co.uk", ".museum", ".de"])
    }

    private mutating func card() -> String {
        let (prefix, sizes): (String, [Int]) = pick([
            ("4", [4, 4, 4, 4]), ("51", [4, 4, 4, 4]), ("2221", [4, 4, 4, 4]), ("37", [4, 6, 5]),
            ("6011", [4, 4, 4, 4]),
        ])
        let body = prefix + digits(sizes.reduce(-1, +) - prefix.count)
        return grouped(body + String((0...9).first { Self.luhn(body + String($0)) } ?? 0), sizes, pick([" ", "-", ""]))
    }

    private static func luhn(_ number: String) -> Bool {
        number.utf8.reversed().enumerated().reduce(0) { sum, next in
            let digit = Int(next.element) - 48
            return sum + (next.offset % 2 == 0 ? digit : digit > 4 ? 2 * digit - 9 : 2 * digit)
        } % 10 == 0
    }

    private func grouped(_ value: String, _ sizes: [Int], _ separator: String) -> String {
        var rest = value[...]
        return sizes.map { size in
            defer { rest = rest.dropFirst(size) }
            return String(rest.prefix(size))
        }.joined(separator: separator)
    }

    private mutating func iban() -> String {
        let (country, bank, length): (String, String, Int) = pick([
            ("DE", "", 18), ("NL", "ABNA", 10), ("ES", "", 20), ("GB", "WEST", 14),
        ])
        let body = bank + digits(length)
        let rest = (body + country + "00").utf8.reduce(0) {
            $1 < 65 ? ($0 * 10 + Int($1) - 48) % 97 : ($0 * 100 + Int($1) - 55) % 97
        }
        let value = country + (98 - rest < 10 ? "0" : "") + "\(98 - rest)" + body
        let count = value.count
        let sizes = [Int](repeating: 4, count: count / 4) + (count % 4 == 0 ? [] : [count % 4])
        let shown = grouped(value, sizes, pick([" ", "", "", "-"]))
        return pick([shown, shown, shown.lowercased()])
    }

    private mutating func phone() -> (String?, String) {
        let (area, exchange, line) = (digits(3, from: 2), digits(3, from: 2), digits(4))
        let separator = pick([" ", "-", "."])
        return pick([
            (nil, "+1\(area)\(exchange)\(line)"), (nil, "+1 \(area)-\(exchange)-\(line)"),
            (nil, "+1 (\(area)) \(exchange)-\(line)"),
            ("call", "(\(area)) \(exchange)-\(line)"), (nil, "(\(area))\(exchange)-\(line)"),
            (pick(["phone:", "tel", "mobile", "call me at", "Fax"]), area + separator + exchange + separator + line),
            (pick(["tel:", "phone", "mobile number"]), area + exchange + line),
            (nil, "+49 30 \(digits(7))"), (nil, "+4917\(digits(8))"), (nil, "+33 6 12 34 56 \(digits(2))"),
            (pick(["Telefon", "mobile"]), "0171 \(digits(7))"), ("tel.", "020 7946 \(line)"),
            ("phone", "030/\(digits(7))"),
        ])
    }

    private mutating func nhs() -> String {
        while true {
            let body = digits(9, from: 4)
            let check = 11 - zip(body.utf8, (2...10).reversed()).reduce(0) { $0 + (Int($1.0) - 48) * $1.1 } % 11
            if check != 10 { return grouped(body + String(check % 11), [3, 3, 4], pick([" ", "-", ""])) }
        }
    }

    private mutating func cpf() -> String {
        var value = digits(9, from: 1)
        for _ in 0..<2 {
            let sum = zip(value.utf8, (2...(value.count + 1)).reversed()).reduce(0) { $0 + (Int($1.0) - 48) * $1.1 }
            value += String(sum % 11 < 2 ? 0 : 11 - sum % 11)
        }
        let whole = grouped(value, [3, 3, 3, 2], ".")
        return whole.prefix(11) + "-" + whole.suffix(2)
    }

    private mutating func gitHub() -> String {
        let body = text(30, Self.base62)
        var (check, left) = ("", Array(body.utf8).withUnsafeBufferPointer { crc32_z(0, $0.baseAddress, 30) })
        while check.count < 6 {
            check = String(Array(Self.base62)[Int(left % 62)]) + check
            left /= 62
        }
        return "gh" + pick(["p", "o", "s"]) + "_" + body + check
    }

    private mutating func credentials() -> String {
        let scheme = pick(["https", "postgres", "redis", "amqp", "mongodb+srv"])
        let user = scheme == "redis" ? "" : text(5, Self.lower)
        return "\(scheme)://\(user):\(text(9, Self.base62 + "-_.~"))@\(pick(["db", "h.example.com", "localhost:5432"]))"
    }
}
