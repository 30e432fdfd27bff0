/// Which rule a word of letters and digits is for.
extension PIIScanner {
    /// The rule for a word of letters and digits. Words of letters alone are passed over unless they are long or
    /// a token goes on behind them.
    /// - Parameter digits: Which of its first 64 bytes are digits, the first lowest.
    @inline(__always)
    static func examine(_ text: RecordText, _ start: Int, _ end: Int, digits: UInt64) -> PIIFinding? {
        let length = end &- start
        let next = text[end]
        if digits == 0, length < 16, next != 0x5f, next != 0x2d { return nil }
        if text[start &- 1] == 0x5c || text[start &- 1] == 0x25, let skip = escape(text, start, length) {
            if skip != 1, let finding = escapedAtSign(text, start, length: skip) { return finding }
            return skip == length ? nil : examineRest(text, start &+ skip, end)
        }
        if length < 64, digits == 1 << UInt64(length) &- 1 { return number(text, start, end, next) }
        return mixed(text, start, end, next)
    }

    /// How many letters and digits at the beginning of a word belong to an escape: `\n`, `\u0022`, `%3D`.
    private static func escape(_ text: RecordText, _ start: Int, _ length: Int) -> Int? {
        if text[start - 1] == 0x25 { return length >= 2 && text[start].isHex && text[start + 1].isHex ? 2 : nil }
        switch text[start] {
        case 0x6e, 0x72, 0x74, 0x62, 0x66: return 1  // n r t b f
        case 0x75: return length >= 5 ? 5 : nil  // u
        default: return nil
        }
    }

    private static func examineRest(_ text: RecordText, _ start: Int, _ end: Int) -> PIIFinding? {
        let isNumber = (start..<min(end, start + 64)).allSatisfy { text[$0].isDigit } && end - start < 64
        return isNumber ? number(text, start, end, text[end]) : mixed(text, start, end, text[end])
    }

    /// A run of digits; `next` follows it.
    @inline(__always)
    private static func number(_ text: RecordText, _ start: Int, _ end: Int, _ next: UInt8) -> PIIFinding? {
        let previous = text[start &- 1]
        if previous == 0x2b || previous | 0x20 == 0x62, let found = plus(text, start, previous) { return found }
        let length = end &- start
        if length < 8 {
            switch next {
            case 0x2e:
                guard length < 5, text[end &+ 1].isHex else { return nil }
                if length == 4 { return dottedMAC(text, previous == 0x2e ? start &- 5 : start) }
                if length > 1, let finding = dottedNumber(text, start, end) { return finding }
                return ipv4(text, start) ?? groupedPhone(text, start, end)
            case 0x3a: return length < 5 && text[end &+ 1] &- 0x30 < 0x37 ? colonGroups(text, start, end) : nil
            case 0x20, 0x2d, 0x2b, 0x25, 0x2f, 0x5c:
                guard length < 6, text[end &+ 1] > 0x27, length != 4 || next != 0x2d || text[start &+ 7] != 0x2d
                else { return nil }  // not 2026-03-02
                return grouped(text, start, end)
            case 0x29: return length == 3 && previous == 0x28 ? parenthesisedPhone(text, start) : nil
            default:
                guard previous == 0x3a, length < 5, text[start &- 2].isHex || text[start &- 2] == 0x3a else {
                    return nil
                }
                return colonGroups(text, start, end)
            }
        }
        return length > 19 ? nil : bareNumber(text, start, end)
    }

    /// A number behind a plus sign, written as `%2B` or `\u002B` also. nil when the sign says nothing.
    @inline(never)
    private static func plus(_ text: RecordText, _ start: Int, _ previous: UInt8) -> PIIFinding? {
        guard previous == 0x2b else { return text.escapedPlus(before: start).flatMap { phone(text, start, plus: $0) } }
        let finding = phone(text, start, plus: start &- 1)
        // Behind a word it is a space, as forms write it.
        let isSign = finding?.kind != nil || text[start &- 2].isDigit || text[start &- 2] <= 0x20
        return isSign ? finding ?? PIIFinding(nil, start, start &+ 1) : nil
    }

    @inline(never)
    private static func grouped(_ text: RecordText, _ start: Int, _ end: Int) -> PIIFinding? {
        groupedNumber(text, start, end) ?? groupedPhone(text, start, end)
    }

    /// Letters with or without digits.
    private static func mixed(_ text: RecordText, _ start: Int, _ end: Int, _ next: UInt8) -> PIIFinding? {
        if let finding = prefixed(text, start) { return finding }
        let length = end &- start
        let previous = text[start &- 1]
        if length < 5 {
            if next == 0x3a || previous == 0x3a { return hexGroup(text, start, end, next) }
            if length == 4, text[end &- 1].isDigit, text[start].isLetter, text[start &+ 1].isLetter,
                text.gap(next, at: end) > 0, let finding = iban(text, start)
            {
                return finding
            }
            if next == 0x2d {
                return length == 2 ? hyphenatedMAC(text, start) : length == 1 ? hyphenatedNIE(text, start) : nil
            }
            if length == 4, next == 0x2e { return dottedMAC(text, previous == 0x2e ? start &- 5 : start) }
        }
        if next == 0x2f || next == 0x2b || previous == 0x2f || previous == 0x2b || length == 40 || next == 0x5c {
            if let finding = awsSecret(text, start) { return finding }
        }
        switch length {
        case 9: return nineCharacterDNI(text, start, end)
        case 13: return italianVAT(text, start, end)
        case 15: return corsicanNIR(text, start, end) ?? iban(text, start)
        case 16: return codiceFiscale(text, start, end) ?? iban(text, start)
        case 20: return awsAccessKey(text, start, end) ?? iban(text, start)
        case 24: return slackWebhook(text, start, end) ?? iban(text, start)
        case 17...34: return iban(text, start)
        default: return nil
        }
    }

    /// A group of an address with colons, if it is one.
    private static func hexGroup(_ text: RecordText, _ start: Int, _ end: Int, _ next: UInt8) -> PIIFinding? {
        for index in start..<end { guard text[index].isHex else { return nil } }
        guard
            next == 0x3a && (text[end &+ 1].isHex || text[end &+ 1] == 0x3a)
                || text[start &- 1] == 0x3a && (text[start &- 2].isHex || text[start &- 2] == 0x3a)
        else { return nil }
        return colonGroups(text, start, end)
    }
}
