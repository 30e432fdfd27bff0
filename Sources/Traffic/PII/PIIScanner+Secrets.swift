import CZlib

/// Keys and tokens, by the shapes that their issuers document.
extension PIIScanner {
    /// Whether a token of letters, digits, hyphens and underscores may begin at `start`.
    private static func isTokenStart(_ text: RecordText, _ start: Int) -> Bool {
        let previous = text[start - 1]
        if previous == 0x2e { return !text[start - 2].isAlphanumeric }
        return !previous.isIn(.base64URL) || text.isEscape(before: start)
    }

    /// Tokens that begin with a word of their own. `start` begins a word.
    @inline(__always)
    static func prefixed(_ text: RecordText, _ start: Int) -> PIIFinding? {
        switch text[start] {
        case 0x41: text.word(at: start) == word("AIza") ? googleAPIKey(text, start) : nil
        case 0x65: text.word(at: start) & 0xff_ffff == word("eyJ\0") ? jwt(text, start) : nil
        case 0x67: gitHub(text, start)
        case 0x72, 0x73: text[start &+ 1] == 0x6b && text[start &+ 2] == 0x5f ? stripe(text, start) : nil
        case 0x78: slack(text, start)
        case 0x79: text.word(at: start) == word("ya29") ? googleOAuth(text, start) : nil
        default: nil
        }
    }

    private static func gitHub(_ text: RecordText, _ start: Int) -> PIIFinding? {
        switch text.word(at: start) {
        case word("ghp_"), word("gho_"), word("ghu_"), word("ghs_"), word("ghr_"): gitHubClassic(text, start)
        case word("gith"): gitHubFineGrained(text, start)
        default: nil
        }
    }

    @inline(__always)
    private static func word(_ name: StaticString) -> UInt32 {
        UnsafeRawPointer(name.utf8Start).loadUnaligned(as: UInt32.self)
    }

    /// `AKIA` (user), `ASIA` (session), `ABIA`, `ACCA`, then 16 characters of base32.
    static func awsAccessKey(_ text: RecordText, _ start: Int, _ end: Int) -> PIIFinding? {
        switch text.word(at: start) {
        case word("AKIA"), word("ASIA"), word("ABIA"), word("ACCA"): break
        default: return nil
        }
        for index in start + 4..<end { guard text[index].isUpper || text[index] &- 0x32 < 6 else { return nil } }
        guard isTokenStart(text, start), !text[end].isIn(.urlSafe) else { return nil }
        return PIIFinding(.awsAccessKeyID, start, end)
    }

    /// 40 characters of base64 that look random, named a secret. `word` is any word of them.
    static func awsSecret(_ text: RecordText, _ word: Int) -> PIIFinding? {
        var start = word
        while word - start < 48, isSecretByte(text, start - 1) { start -= 1 }
        while text[start] == 0x5c { start += 1 }
        if start > 0, text[start - 1] == 0x5c, text[start].isLetter { start += 1 }
        var (index, length) = (start, 0)
        var (low, high): (UInt64, UInt64) = (0, 0)  // the characters seen
        while length < 42, isSecretByte(text, index) {
            let byte = text[index]
            index += 1
            guard byte != 0x5c else { continue }
            length += 1
            if byte < 64 { low |= 1 << UInt64(byte) } else { high |= 1 << UInt64(byte & 63) }
        }
        let variety = low.nonzeroBitCount + high.nonzeroBitCount
        guard length == 40, variety >= 18, low >> 48 & 0x3ff != 0, high & 0x7ff_fffe != 0, high >> 32 & 0x7ff_fffe != 0,
            text[index] != 0x3d, !text[index].isIn(.urlSafe), !text[start - 1].isIn(.urlSafe),
            words(text, start).contains(.secret)
        else { return nil }
        return PIIFinding(.awsSecretAccessKey, start, index)
    }

    /// A character of base64, or a backslash of `\/` or `\\/`.
    private static func isSecretByte(_ text: RecordText, _ index: Int) -> Bool {
        let byte = text[index]
        guard byte == 0x5c else { return byte.isAlphanumeric || byte == 0x2f || byte == 0x2b }
        return text[index + 1] == 0x2f || text[index + 1] == 0x5c && text[index + 2] == 0x2f
    }

    /// Three parts of base64url, the first an object with `"alg"`.
    private static func jwt(_ text: RecordText, _ start: Int) -> PIIFinding? {
        guard isTokenStart(text, start) else { return nil }
        let header = text.end(of: .base64URL, from: start, limit: 1024)
        guard text[header] == 0x2e, hasAlgorithm(text, start, header) else { return nil }
        let payload = text.end(of: .base64URL, from: header + 1, limit: 16_384)
        guard payload > header + 1, text[payload] == 0x2e else { return nil }
        let signature = text.end(of: .base64URL, from: payload + 1, limit: 2048)
        return signature > payload + 1 ? PIIFinding(.jwt, start, signature) : nil
    }

    /// Whether the base64url between the two places decodes to something with `"alg"` in it.
    private static func hasAlgorithm(_ text: RecordText, _ start: Int, _ end: Int) -> Bool {
        var (bits, window, count): (UInt32, UInt64, Int) = (0, 0, 0)
        for index in start..<end {
            let byte = text[index]
            let value: UInt8 =
                byte.isUpper
                ? byte - 0x41 : byte.isLetter ? byte - 0x47 : byte.isDigit ? byte + 4 : byte == 0x2d ? 62 : 63
            bits = bits << 6 | UInt32(value)
            count += 6
            guard count >= 8 else { continue }
            count -= 8
            window = (window << 8 | UInt64((bits >> UInt32(count)) & 0xff)) & 0xff_ffff_ffff
            if window == 0x22_616c_6722 { return true }
        }
        return false
    }

    /// 30 characters and their CRC-32 as six digits of base 62.
    private static func gitHubClassic(_ text: RecordText, _ start: Int) -> PIIFinding? {
        let (body, end) = (start + 4, start + 40)
        guard isTokenStart(text, start), text.end(of: .alphanumeric, from: body, limit: 37) == end,
            !text[end].isIn(.urlSafe)
        else { return nil }
        let check = UInt64(truncatingIfNeeded: crc32_z(0, text.base + body, 30))
        let written = (end - 6..<end).reduce(UInt64(0)) { sum, index in
            let byte = text[index]
            let value = byte.isDigit ? byte - 0x30 : byte.isUpper ? byte - 0x37 : byte - 0x3d
            return sum * 62 + UInt64(value)
        }
        return check == written ? PIIFinding(.gitHubToken, start, end) : nil
    }

    /// `github_pat_`, 22 characters, `_`, 59 characters.
    private static func gitHubFineGrained(_ text: RecordText, _ start: Int) -> PIIFinding? {
        guard text.has("github_pat_", at: start), isTokenStart(text, start) else { return nil }
        let middle = text.end(of: .alphanumeric, from: start + 11, limit: 23)
        guard middle == start + 33, text[middle] == 0x5f else { return nil }
        let end = text.end(of: .alphanumeric, from: middle + 1, limit: 60)
        return end == middle + 60 && !text[end].isIn(.urlSafe) ? PIIFinding(.gitHubToken, start, end) : nil
    }

    private static func stripe(_ text: RecordText, _ start: Int) -> PIIFinding? {
        guard text.has("_live_", at: start + 2) || text.has("_test_", at: start + 2), isTokenStart(text, start)
        else { return nil }
        let end = text.end(of: .alphanumeric, from: start + 8, limit: 251)
        return 24...250 ~= end - start - 8 && !text[end].isIn(.urlSafe) ? PIIFinding(.stripeKey, start, end) : nil
    }

    private static func googleAPIKey(_ text: RecordText, _ start: Int) -> PIIFinding? {
        let end = text.end(of: .base64URL, from: start, limit: 40)
        return end == start + 39 && isTokenStart(text, start) ? PIIFinding(.googleAPIKey, start, end) : nil
    }

    private static func googleOAuth(_ text: RecordText, _ start: Int) -> PIIFinding? {
        guard text[start + 4] == 0x2e, isTokenStart(text, start) else { return nil }
        let end = text.end(of: .base64URL, from: start + 5, limit: 2048)
        return end - start >= 35 ? PIIFinding(.googleOAuthToken, start, end) : nil
    }

    /// `xoxb-…`: groups of digits and one of letters and digits.
    private static func slack(_ text: RecordText, _ start: Int) -> PIIFinding? {
        guard text.has("xox", at: start) || text.has("xapp", at: start), text[start + 3].isLetter,
            text[start + 4] == 0x2d
        else { return nil }
        let start = text.has("xoxe.", at: start - 5) ? start - 5 : start  // of a rotated token
        guard isTokenStart(text, start) else { return nil }
        let end = text.end(of: .base64URL, from: start + 5, limit: 255)
        guard end - start >= 30, (start + 5..<end).contains(where: { text[$0].isDigit }),
            (start + 5..<end).contains(where: { text[$0] == 0x2d })
        else { return nil }
        return PIIFinding(.slackToken, start, end)
    }

    /// The last part of `hooks.slack.com/services/T…/B…/…`, the slashes escaped or not.
    static func slackWebhook(_ text: RecordText, _ start: Int, _ end: Int) -> PIIFinding? {
        guard text[start - 1] == 0x2f else { return nil }
        var index = start
        for letter: UInt8 in [0x42, 0x54] {
            index -= text[index - 2] == 0x5c ? 2 : 1
            let part = text.start(of: [.upper, .digit], before: index, limit: 14)
            guard index - part >= 8, text[part] == letter, text[part - 1] == 0x2f else { return nil }
            index = part
        }
        index -= text[index - 2] == 0x5c ? 2 : 1
        guard text.has("services", at: index - 8) else { return nil }
        index -= text[index - 10] == 0x5c ? 10 : 9
        return text.has("hooks.slack.com", at: index - 15) ? PIIFinding(.slackToken, index - 15, end) : nil
    }

    /// `-----BEGIN … PRIVATE KEY-----` around the hyphen at `hyphen`, OpenSSH's, PGP's and PKCS's alike.
    static func privateKey(_ text: RecordText, _ hyphen: Int) -> PIIFinding? {
        guard text.has("-----BEGIN ", at: hyphen) else { return nil }
        var index = hyphen + 11
        while index - hyphen < 48, text[index].isUpper || text[index] == 0x20 || text[index].isDigit {
            if text.has("PRIVATE KEY", at: index) {
                index += 11
                if text.has(" BLOCK", at: index) { index += 6 }
                return text.has("-----", at: index) ? PIIFinding(.privateKey, hyphen, index + 5) : nil
            }
            index += 1
        }
        return nil
    }
}
