import NIOHTTP1

/// What RFC 9112 has servers refuse in the head of a request and SwiftNIO lets pass: targets and hosts (section 3.2),
/// transfer codings (section 6.1).
enum RequestHeadRules {
    static func isSound(_ head: HTTPRequestHead) -> Bool {
        var hosts = 0
        for (name, value) in head.headers {
            switch name.utf8.count {
            case 4 where matches(name, "host"):
                hosts += 1
                guard isHost(value) else { return false }
            case 17 where matches(name, "transfer-encoding"):
                guard head.version.minor > 0, matches(value, "chunked") else { return false }
            default: break
            }
        }
        return (hosts == 1 || hosts == 0 && head.version.minor == 0) && isTarget(head.uri)
    }

    /// Whether the name or value of a field is this one but for capitals of ASCII: the Kelvin sign is no `K`.
    private static func matches(_ text: String, _ small: String) -> Bool {
        text.utf8.elementsEqual(small.utf8) { $0 | 0x20 == $1 }
    }

    /// A path, or the URL of something that a web server has; never with a fragment, which clients keep for themselves.
    private static func isTarget(_ uri: String) -> Bool {
        guard !uri.utf8.contains(UInt8(ascii: "#")) else { return false }
        guard uri.utf8.first != UInt8(ascii: "/"), let separator = uri.firstRange(of: "://") else { return true }
        let scheme = uri[..<separator.lowerBound].lowercased()
        return ["http", "https"].contains(scheme)
            && isHost(uri[separator.upperBound...].prefix { $0 != "/" && $0 != "?" })
    }

    /// RFC 3986: a name or an address, and perhaps a port. Names that are percent-encoded are none here.
    static func isHost(_ text: some StringProtocol) -> Bool {
        let isAddress = text.utf8.first == UInt8(ascii: "[")
        let name = text.utf8.prefix { $0 != UInt8(ascii: isAddress ? "]" : ":") }
        let rest = text.utf8.dropFirst(name.count)
        if isAddress {
            let isWhole = name.dropFirst().allSatisfy {
                isHex($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".")
            }
            return isWhole && name.count > 2 && rest.first == UInt8(ascii: "]") && isPort(rest.dropFirst())
        }
        return !name.isEmpty && name.allSatisfy(isOfName) && isPort(rest)
    }

    private static func isPort(_ bytes: some Collection<UInt8>) -> Bool {
        bytes.isEmpty || bytes.first == UInt8(ascii: ":") && bytes.count <= 6 && bytes.dropFirst().allSatisfy(isDigit)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isHex(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
    }

    private static let marks = Array("-._~!$&'()*+,;=".utf8)

    private static func isOfName(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || marks.contains(byte)
    }
}
