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
        "hashchange",
        "key", "load", "message", "mouse", "page", "pointer", "popstate", "resize", "scroll", "select", "storage",
        "submit",
        "toggle", "touch", "transition", "unload", "wheel",
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
        let lowered = text.lowercased()
        return opensElement(lowered) || hasScheme(lowered) || setsHandler(lowered)
    }

    /// A `<` with a name right behind it.
    private static func opensElement(_ lowered: String) -> Bool {
        lowered.split(separator: "<", omittingEmptySubsequences: false).dropFirst().contains { rest in
            let name = rest.drop { $0 == "/" }.prefix { $0.isLetter }
            return elements.contains(String(name)) || rest.hasPrefix("!--")
        }
    }

    private static func setsHandler(_ lowered: String) -> Bool {
        if handler.firstRange(in: lowered[...]) != nil { return true }
        guard let begin = element.firstRange(in: lowered[...])?.upperBound else { return false }
        return attribute.firstRange(in: lowered[begin...]) != nil
    }

    /// Browsers skip white space and control characters inside schemes.
    private static func hasScheme(_ lowered: String) -> Bool {
        let folded = String(lowered.unicodeScalars.filter { $0.value > 0x20 && $0.value != 0x7f })
        return schemes.contains { folded.contains($0) }
    }
}
