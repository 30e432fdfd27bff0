/// Text that a page which showed it without care would execute: elements, event handlers, addresses with a script.
enum Markup {
    private static let elements = [
        "script", "iframe", "object", "embed", "applet", "svg", "math", "img", "link", "style", "meta", "base", "form",
        "input", "button", "body", "html", "video", "audio", "template", "details", "marquee", "isindex", "a", "div",
        "area", "frame", "frameset",
    ]
    private static let schemes = ["javascript:", "vbscript:", "livescript:", "data:text/html"]
    private static let handlers = [
        "onabort", "onanimation", "onbegin", "onblur", "onchange", "onclick", "ondblclick", "ondrag", "onend",
        "onerror",
        "onfocus", "onhashchange", "onkey", "onload", "onmessage", "onmouse", "onpage", "onpointer", "onpopstate",
        "onresize", "onscroll", "onselect", "onstorage", "onsubmit", "ontoggle", "ontouch", "ontransition", "onunload",
        "onwheel",
    ]

    static func isIn(_ text: String) -> Bool {
        guard
            text.utf8.contains(where: { $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "=") })
        else { return false }
        let lowered = text.lowercased()
        // Browsers skip white space and control characters inside schemes and before `=`.
        let folded = String(lowered.unicodeScalars.filter { $0.value > 0x20 && $0.value != 0x7f })
        return opensElement(lowered) || schemes.contains { folded.contains($0) } || setsHandler(folded)
            || setsHandlerOfElement(lowered)
    }

    /// A `<` with a name right behind it.
    private static func opensElement(_ lowered: String) -> Bool {
        lowered.split(separator: "<", omittingEmptySubsequences: false).dropFirst().contains { rest in
            let name = rest.drop { $0 == "/" }.prefix { $0.isLetter }
            return elements.contains(String(name)) || rest.hasPrefix("!--")
        }
    }

    private static func setsHandler(_ folded: String) -> Bool {
        handlers.contains { handler in
            folded.ranges(of: handler).contains { range in
                folded[range.upperBound...].drop { $0.isLetter }.hasPrefix("=")
            }
        }
    }

    /// Any attribute that begins with `on`, behind the beginning of an element of any name.
    private static func setsHandlerOfElement(_ lowered: String) -> Bool {
        let element = /<[a-z]/.matchingSemantics(.unicodeScalar)
        let handler = /[^a-z0-9]on[a-z]{3,}\s*=/.matchingSemantics(.unicodeScalar)
        guard let begin = lowered.firstRange(of: element)?.lowerBound else { return false }
        return lowered[begin...].firstRange(of: handler) != nil
    }
}
