/// Text that a page which showed it without care would execute: elements, event handlers, addresses with a script.
enum Markup {
    private static let elements = [
        "script", "iframe", "object", "embed", "applet", "svg", "math", "img", "link", "style", "meta", "base", "form",
        "input", "button", "body", "html", "video", "audio", "template", "details", "marquee", "isindex", "a", "div",
        "area", "frame", "frameset",
    ]
    private static let schemes = ["javascript:", "vbscript:", "livescript:", "data:text/html"]
    private static let events = [
        "abort", "animation", "begin", "blur", "change", "click", "dblclick", "drag", "end", "error", "focus",
        "hashchange", "key", "load", "message", "mouse", "page", "pointer", "popstate", "resize", "scroll", "select",
        "storage", "submit", "toggle", "touch", "transition", "unload", "wheel",
    ]
    /// A handler of an event that is known, wherever it is; it may be put into an element that is there.
    private static let handler = Pattern(#"(^|[^a-z0-9])on(\#(events.joined(separator: "|")))[a-z]*\s*="#)
    private static let element = Pattern("<[a-z]")
    /// What is a handler in an element.
    private static let attribute = Pattern(#"[^a-z0-9]on[a-z]{3,}\s*="#)

    static func isIn(_ text: String) -> Bool {
        guard
            text.utf8.contains(where: { $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "=") })
        else { return false }
        let plain = ascii(text)
        return opensElement(plain) || hasScheme(plain) || setsHandler(plain)
    }

    /// What a browser looks at, which reads scalar by scalar: to Swift a `<` may be part of a character with what is beside
    /// it. Lower case; what is not ASCII is `~`, line ends are spaces.
    private static func ascii(_ text: String) -> String {
        String(
            decoding: text.unicodeScalars.map { scalar -> UInt8 in
                switch scalar.value {
                case 0x41...0x5a: UInt8(scalar.value) + 0x20
                case 0x09, 0x0a, 0x0d: 0x20
                case ..<0x80: UInt8(scalar.value)
                default: UInt8(ascii: "~")
                }
            }, as: UTF8.self)
    }

    /// A `<` with a name right behind it.
    private static func opensElement(_ plain: String) -> Bool {
        plain.split(separator: "<", omittingEmptySubsequences: false).dropFirst().contains { rest in
            let name = rest.drop { $0 == "/" }.prefix { $0.isLetter }
            return elements.contains(String(name)) || rest.hasPrefix("!--")
        }
    }

    private static func setsHandler(_ plain: String) -> Bool {
        if handler.firstRange(in: plain[...]) != nil { return true }
        guard let begin = element.firstRange(in: plain[...])?.upperBound else { return false }
        return attribute.firstRange(in: plain[begin...]) != nil
    }

    /// Browsers skip white space and control characters inside schemes.
    private static func hasScheme(_ plain: String) -> Bool {
        let folded = String(decoding: plain.utf8.filter { $0 > 0x20 && $0 != 0x7f }, as: UTF8.self)
        return schemes.contains { folded.contains($0) }
    }
}
