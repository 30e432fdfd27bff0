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
        guard length == 2 ? text.has("40", at: start) : text.has("u0040", at: start) else { return nil }
        return email(text, start - 1, next: start + length, floor: 0)
    }

    /// `scheme://user:password@host`; a password that is blotted out or a placeholder is none.
    private static func urlCredentials(_ text: RecordText, _ at: Int, floor: Int) -> PIIFinding? {
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
        let first = text[colon + 1]
        let isBlotted = (colon + 1..<at).allSatisfy { text[$0] == first }
        guard !isBlotted, first != 0x24, first != 0x7b, first != 0x5b, first != 0x3c,
            text[colon + 1] != 0x25 || text[colon + 2].isHex
        else { return nil }
        return PIIFinding(.urlCredentials, text.start(of: [.alphanumeric], before: slash, limit: 12), at + 1)
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
        var label = at + 1
        while text[label].isDigit { label += 1 }
        guard label > at + 1 else { return false }
        return text[label] == 0x2e ? text[label + 1].isDigit : text[label] | 0x20 == 0x78 && label + 1 == dot
    }

    /// `icon@host.png`: an ending of files that is no top level domain.
    private static func isFile(_ text: RecordText, _ start: Int, _ end: Int) -> Bool {
        guard end - start <= 5 else { return false }
        let packed = (start..<end).reduce(UInt64(0)) { $0 << 8 | UInt64(text[$1] | 0x20) }
        return fileEndings.contains(packed)
    }

    private static let fileEndings = Set(
        "png jpg jpeg gif svg webp ico bmp css js mjs json html htm xml pdf txt log gz woff ttf mp3 mp4 exe dll".split(
            separator: " "
        ).map { $0.utf8.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } })

    /// `ssh://git@host.org/…`, `git@host.org:owner/…`.
    private static func isUserInfo(_ text: RecordText, _ local: Int, _ at: Int, _ end: Int) -> Bool {
        if text[local - 1] == 0x2f, text[local - 2] == 0x2f || text[local - 2] == 0x5c { return true }
        return at - local == 3 && text.has("git", at: local) && text[end] == 0x3a
    }
}
