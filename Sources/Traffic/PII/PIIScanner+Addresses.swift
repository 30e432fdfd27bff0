/// What an at sign stands in: an e-mail address, or a URL with a password.
extension PIIScanner {
    /// - Parameter floor: Where the last finding of this kind ended: nothing reaches back into it.
    static func atSign(_ text: RecordText, _ at: Int, floor: Int) -> PIIFinding? {
        let previous = text[at - 1]
        guard previous > 0x20, previous != 0x22, previous != 0x40, text[at + 1].isAlphanumeric || text[at + 1] >= 0x5b
        else { return nil }
        return urlCredentials(text, at, floor: floor) ?? email(text, at, floor: floor)
    }

    /// An at sign that is written as `%40` or `\u0040`; `start` is its first letter or digit.
    static func escapedAtSign(_ text: RecordText, _ start: Int, length: Int) -> PIIFinding? {
        if length == 2 {
            // Escaped twice.
            if text.has("2540", at: start) { return email(text, start - 1, next: start + 4, floor: 0) }
            guard text.has("40", at: start) else { return nil }
            return escapedURLCredentials(text, start - 1) ?? email(text, start - 1, next: start + 2, floor: 0)
        }
        guard text.has("u0040", at: start) else { return nil }
        let at = text[start - 2] == 0x5c ? start - 2 : start - 1
        return urlCredentials(text, at, next: start + 5, floor: 0) ?? email(text, at, next: start + 5, floor: 0)
    }

    /// `scheme%3A%2F%2Fuser%3Apassword%40host`: a URL as a parameter of another.
    private static func escapedURLCredentials(_ text: RecordText, _ at: Int) -> PIIFinding? {
        var (index, colon) = (at, at)
        let stop = max(0, at - 160)
        while index > stop {
            index -= 1
            let byte = text[index]
            if byte <= 0x20 || byte == 0x22 || byte == 0x26 || byte == 0x40 { return nil }  // " & @
            guard byte == 0x25 else { continue }
            if text.hasEscape(0x33, 0x61, at: index) {
                colon = index
            } else if text.hasEscape(0x32, 0x66, at: index) {
                guard text.hasEscape(0x32, 0x66, at: index - 3), text.hasEscape(0x33, 0x61, at: index - 6),
                    text[index - 7].isAlphanumeric, isPassword(text, colon + 3, at)
                else { return nil }
                return PIIFinding(
                    .urlCredentials, text.start(of: [.alphanumeric], before: index - 6, limit: 12), at + 3)
            }
        }
        return nil
    }

    /// Not empty, not blotted out, not a placeholder.
    private static func isPassword(_ text: RecordText, _ start: Int, _ end: Int) -> Bool {
        guard start < end else { return false }
        let first = text[start]
        switch first {
        case 0x24, 0x7b, 0x5b, 0x3c: return false  // $ { [ <
        case 0x25: return text[start + 1].isHex
        case 0x2a, 0x2e, 0x58, 0x78: return (start..<end).contains { text[$0] != first }  // * . X x
        default: return true
        }
    }

    /// `scheme://user:password@host`; a password that is blotted out or a placeholder is none.
    /// - Parameter next: Where the host begins, when the at sign is an escape.
    private static func urlCredentials(_ text: RecordText, _ at: Int, next: Int? = nil, floor: Int) -> PIIFinding? {
        var (index, colon) = (at, 0)
        let stop = max(floor, at - 160)
        while index > stop {
            let byte = text[index - 1]
            if byte <= 0x20 || byte == 0x22 || byte == 0x2f || byte == 0x3c || byte == 0x3e || byte == 0x40 { break }
            index -= 1
            if byte == 0x3a { colon = index }  // the leftmost ends the user's name
        }
        if text[index] == 0x3a { colon = index }  // `redis://:password@host` has no name
        guard colon >= index, at - colon > 1, text[index - 1] == 0x2f else { return nil }
        var slash = index - 2
        if text[slash] == 0x5c { slash -= 1 }
        guard text[slash] == 0x2f else { return nil }
        slash -= text[slash - 1] == 0x5c ? 2 : 1
        guard text[slash] == 0x3a, text[slash - 1].isAlphanumeric else { return nil }
        guard isPassword(text, colon + 1, at) else { return nil }
        let scheme = text.start(of: [.alphanumeric], before: slash, limit: 12)
        return PIIFinding(.urlCredentials, scheme, next ?? at + 1)
    }

    /// `local@domain.tld`: RFC 5321 lengths (64 and 255 bytes), ASCII, a top level of at least two letters.
    /// - Parameter next: Where the domain begins, when the at sign is an escape.
    private static func email(_ text: RecordText, _ at: Int, next: Int? = nil, floor: Int) -> PIIFinding? {
        let local = text.start(of: [.alphanumeric, .emailLocal], before: at, limit: min(65, at - floor))
        guard 1...64 ~= at - local, text[at - 1] != 0x2e, text[local] != 0x2e else { return nil }
        let domain = next ?? at + 1
        var (end, dot) = (domain, at)
        while end - domain < 256, text[end].isIn([.alphanumeric, .emailDomain]) {
            if text[end] == 0x2e { dot = end }
            end += 1
        }
        while text[end - 1] == 0x2e || text[end - 1] == 0x2d { end -= 1 }  // "…@example.org."
        if dot >= end {
            dot = end - 1
            while dot > at, text[dot] != 0x2e { dot -= 1 }
        }
        guard dot > domain, end - dot > 2, end - domain < 256, text[dot + 1].isLetter, text[end - 1].isLetter,
            !isFileOrVersion(text, domain - 1, dot, end), !isFile(text, dot + 1, end), !isUserInfo(text, local, at, end)
        else { return nil }
        return PIIFinding(.email, local, end)
    }

    /// `logo@2x.png`, `library@1.2.3-beta.rc`.
    private static func isFileOrVersion(_ text: RecordText, _ at: Int, _ dot: Int, _ end: Int) -> Bool {
        let first = text[at + 1] == 0x76 ? at + 2 : at + 1  // v1.2.3
        var label = first
        while text[label].isDigit { label += 1 }
        guard label > first else { return false }
        return text[label] == 0x2e ? text[label + 1].isDigit : text[label] | 0x20 == 0x78 && label + 1 == dot
    }

    /// `icon@host.png`, `user@1000.service`: an ending of files or of systemd's units that is no top level domain.
    private static func isFile(_ text: RecordText, _ start: Int, _ end: Int) -> Bool {
        guard end - start <= 8 else { return false }
        let packed = (start..<end).reduce(UInt64(0)) { $0 << 8 | UInt64(text[$1] | 0x20) }
        return fileEndings.contains(packed)
    }

    private static let fileEndings: Set<UInt64> = {
        let endings =
            "png jpg jpeg jfif gif svg svgz webp avif heic tif tiff ico bmp css scss less js jsx mjs cjs ts tsx json map "
            + "html htm xml xhtml yml yaml toml csv tsv pdf doc docx xls xlsx ppt pptx txt log gz tgz tar rar iso img jar war "
            + "whl deb rpm exe dll bin dat bak tmp lock conf cfg ini sql php asp aspx jsp woff ttf otf eot wav ogg avi mkv webm "
            + "service socket timer slice scope mount device"
        return Set(endings.split(separator: " ").map { $0.utf8.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } })
    }()

    /// `ssh://git@host.org/…`, `git@host.org:owner/…`.
    private static func isUserInfo(_ text: RecordText, _ local: Int, _ at: Int, _ end: Int) -> Bool {
        if text[local - 1] == 0x2f, text[local - 2] == 0x2f || text[local - 2] == 0x5c { return true }
        return at - local == 3 && text.has("git", at: local) && text[end] == 0x3a
    }
}
