/// Addresses of machines.
extension PIIScanner {
    /// Four octets from `start` on, and where they end.
    private static func octets(_ text: RecordText, _ start: Int) -> (value: UInt32, end: Int)? {
        var (value, index): (UInt32, Int) = (0, start)
        for octet in 0..<4 {
            if octet > 0 {
                guard text[index] == 0x2e else { return nil }
                index += 1
            }
            let first = index
            var number = 0
            while text[index].isDigit, index - first < 3 {
                number = number * 10 + text[index].digit
                index += 1
            }
            guard index > first, number < 256, text[first] != 0x30 || index == first + 1 else { return nil }
            value = value << 8 | UInt32(number)
        }
        return text[index].isDigit ? nil : (value, index)
    }

    /// Not a version, not a longer dotted number, and an address that belongs to someone.
    static func ipv4(_ text: RecordText, _ start: Int) -> PIIFinding? {
        guard let (value, end) = octets(text, start) else { return nil }
        guard text.isClear(before: start), text.isClear(after: end), !isProduct(text, start, end),
            !ContextWords(before: start, in: text, nearest: true).contains(.version)
        else { return PIIFinding(nil, start, end) }
        let first = value >> 24
        let isNobodys = first == 0 || first == 127 || first >= 224 || value >> 16 == 0xa9fe
        return PIIFinding(isNobodys ? nil : .ipv4, start, end)
    }

    /// `Chrome/114.0.0.0`, but not `//10.0.0.1`, `/a/10.0.0.1` or `host/10.0.0.1:443`.
    private static func isProduct(_ text: RecordText, _ start: Int, _ end: Int) -> Bool {
        guard text[start - 1] == 0x2f, text[start - 2].isAlphanumeric, text[end] != 0x3a else { return false }
        var word = start - 1
        while start - word < 33, text[word - 1].isAlphanumeric || text[word - 1] == 0x2d { word -= 1 }
        return text[word - 1] != 0x2f
    }

    /// IPv6 and MAC addresses: groups of hexadecimal digits with colons. Takes the whole run, whatever it is, so that no
    /// byte of it is read by more than two words.
    static func colonGroups(_ text: RecordText, _ word: Int, _ wordEnd: Int) -> PIIFinding? {
        var start = word
        while word - start < 40, text[start - 1].isHex || text[start - 1] == 0x3a { start -= 1 }
        if text[start] == 0x3a, text[start + 1] != 0x3a { start += 1 }
        var (groups, compressed, twoDigits, four) = (0, false, true, 0)
        var (index, end) = (start, start)
        if text[start] == 0x3a { (compressed, index, end) = (true, start + 2, start + 2) }
        while groups < 9 {
            let group = index
            while text[index].isHex, index - group < 5 { index += 1 }
            let size = index - group
            guard size > 0 else { break }
            if text[index] == 0x2e, groups > 0, let (_, last) = octets(text, group) {
                (groups, end, twoDigits) = (groups + 2, last, false)
                break
            }
            guard size < 5 else { return PIIFinding(nil, start, max(wordEnd, group)) }
            if groups == 0 { four = size }
            groups += 1
            twoDigits = twoDigits && size == 2
            end = index
            guard text[index] == 0x3a else { break }
            index += 1
            guard text[index] == 0x3a else { continue }
            guard !compressed else { break }
            (compressed, index, end) = (true, index + 1, index + 1)
        }
        if groups == 9 { while text[index].isHex || text[index] == 0x3a { index += 1 } }
        let rest = PIIFinding(nil, start, max(wordEnd, index))
        guard text.isClear(before: start), text.isClear(after: end), text[end] != 0x3a || !text[end + 1].isHex
        else { return rest }
        if groups == 6, !compressed {
            return twoDigits && isMAC(text, start, end) ? PIIFinding(.macAddress, start, end) : rest
        }
        let isAddress =
            compressed ? groups < 8 && isCompressed(text, start, groups, first: four) : groups == 8 && !twoDigits
        let isMulticast = text[start] | 0x20 == 0x66 && text[start + 1] | 0x20 == 0x66
        guard isAddress, !isMulticast else { return rest }
        return PIIFinding(.ipv6, start, end)
    }

    /// `a::b` is a name in many languages: an address has four groups or begins like one that is in use.
    private static func isCompressed(_ text: RecordText, _ start: Int, _ groups: Int, first: Int) -> Bool {
        if text[start] == 0x3a { return groups >= 4 }
        if groups >= 4 { return true }
        guard groups >= 2 || text[start] == 0x32, first == 4 else {
            return text.has("64:ff9b::", at: start) && groups > 2
        }
        return text[start] &- 0x32 < 2 || text[start] | 0x20 == 0x66  // 2000::/3, fc00::/7, fe80::/10
    }

    private static func isMAC(_ text: RecordText, _ start: Int, _ end: Int) -> Bool {
        let first = text[start] | 0x20
        guard first == 0x30 || first == 0x66 else { return true }
        return (start..<end).contains { text[$0].isHex && text[$0] | 0x20 != first }
    }

    /// `00-1A-2B-3C-4D-5E`, with a letter: digits alone are more often a date or an order number.
    static func hyphenatedMAC(_ text: RecordText, _ start: Int) -> PIIFinding? {
        var hasLetter = false
        for group in 0..<6 {
            let index = start + group * 3
            guard text[index].isHex, text[index + 1].isHex, group == 5 || text[index + 2] == 0x2d else { return nil }
            hasLetter = hasLetter || text[index].isLetter || text[index + 1].isLetter
        }
        let end = start + 17
        guard hasLetter, text.isClear(before: start), text.isClear(after: end), isMAC(text, start, end) else {
            return nil
        }
        return PIIFinding(.macAddress, start, end)
    }

    /// Cisco's `001a.2b3c.4d5e`.
    static func dottedMAC(_ text: RecordText, _ start: Int) -> PIIFinding? {
        var (digits, letters) = (0, 0)
        for index in start..<start + 14 {
            if (index - start) % 5 == 4 {
                guard text[index] == 0x2e else { return nil }
            } else {
                guard text[index].isHex else { return nil }
                if text[index].isDigit { digits += 1 } else { letters += 1 }
            }
        }
        guard digits > 0, letters > 0, text.isClear(before: start), text.isClear(after: start + 14) else { return nil }
        return PIIFinding(.macAddress, start, start + 14)
    }
}
