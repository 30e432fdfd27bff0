/// Numbers written in groups: `4111 1111 1111 1111`, `078-05-1120`, `123.456.789-09`.
extension RecordText {
    /// The bytes of `separator` at `index`, 0 when something else is there; a percent sign stands for `%20`.
    func gap(_ separator: UInt8, at index: Int) -> Int {
        guard self[index] == separator else { return 0 }
        switch separator {
        case 0x20, 0x2d, 0x2b: return 1  // space - +
        case 0x25: return has("%20", at: index) ? 3 : 0
        default: return 0
        }
    }
}

extension PIIScanner {
    /// A run of 1 to 4 digits followed by a space or a hyphen, or by a space as URLs have it.
    static func groupedNumber(_ text: RecordText, _ start: Int, _ end: Int) -> PIIFinding? {
        guard text[end + 1].isAlphanumeric else { return nil }
        guard text.gap(text[end], at: end) > 0 else { return nil }
        return switch end - start {
        case 1: groupedNIR(text, start)
        case 2: text[end] == 0x2d ? hyphenatedMAC(text, start) : groupedSteuerID(text, start, separator: text[end])
        case 3: threeDigitGroups(text, start, separator: text[end])
        case 4: fourDigitGroups(text, start, separator: text[end])
        default: nil
        }
    }

    /// The end of groups of digits with `separator` between them, neither preceded nor followed by a like group.
    /// The last hexadecimal digit of `sizes` is the size of the first group.
    private static func groups(_ sizes: UInt32, _ text: RecordText, at start: Int, separator: UInt8) -> Int? {
        var (rest, index, last) = (sizes, start, 0)
        while true {
            let size = Int(rest & 15)
            last = size
            for _ in 0..<size {
                guard text[index].isDigit else { return nil }
                index += 1
            }
            rest >>= 4
            if rest == 0 { break }
            let gap = text.gap(separator, at: index)
            guard gap > 0 else { return nil }
            index += gap
        }
        let first = Int(sizes & 15)
        guard text.isClear(before: start),
            text.isClear(after: index) || separator == 0x2b && text[index] == 0x2b,
            !(text[start - 1] == separator && isRun(text, start - 1 - first, of: first)),
            !(text[index] == separator && isRun(text, index + 1, of: last))
        else { return nil }
        return index
    }

    private static func isRun(_ text: RecordText, _ start: Int, of size: Int) -> Bool {
        (start..<start + size).allSatisfy { text[$0].isDigit }
            && !text[start - 1].isAlphanumeric && !text[start + size].isAlphanumeric
    }

    private static func threeDigitGroups(_ text: RecordText, _ start: Int, separator: UInt8) -> PIIFinding? {
        let second = start + 3 + text.gap(separator, at: start + 3)
        if text[second + 2] == separator, let end = groups(0x423, text, at: start, separator: separator) {
            guard DigitRun(text, from: start, to: end).isSSN,
                separator == 0x2d || words(text, start).contains(.ssn)
            else { return nil }
            return PIIFinding(.usSSN, start, end)
        }
        guard text[second + 3] == separator else { return nil }
        if let end = groups(0x433, text, at: start, separator: separator) {
            let run = DigitRun(text, from: start, to: end)
            let words = words(text, start)
            guard run.isNHS, words.contains(.nhs) || words.contains(.patient) else { return nil }
            return PIIFinding(.nhsNumber, start, end)
        }
        guard let end = groups(0x333, text, at: start, separator: separator) else { return nil }
        return nineDigits(DigitRun(text, from: start, to: end), text, start).map { PIIFinding($0, start, end) }
    }

    private static func fourDigitGroups(_ text: RecordText, _ start: Int, separator: UInt8) -> PIIFinding? {
        let third = start + 8 + text.gap(separator, at: start + 4)
        guard text[third] == separator || text[third + 2] == separator else { return nil }
        for sizes: UInt32 in text[third] == separator ? [0x34444, 0x4444] : [0x564, 0x464] {
            guard let end = groups(sizes, text, at: start, separator: separator) else { continue }
            if DigitRun(text, from: start, to: end).isCard { return PIIFinding(.paymentCard, start, end) }
        }
        guard let end = groups(0x444, text, at: start, separator: separator),
            DigitRun(text, from: start, to: end).isAadhaar
        else { return nil }
        let words = words(text, start)
        guard words.contains(.aadhaar) || separator != 0x2d && !words.contains(.impersonal) && !words.contains(.phone)
        else { return nil }
        return PIIFinding(.aadhaar, start, end)
    }

    /// `12 345 678 903`
    private static func groupedSteuerID(_ text: RecordText, _ start: Int, separator: UInt8) -> PIIFinding? {
        guard let end = groups(0x3332, text, at: start, separator: separator),
            DigitRun(text, from: start, to: end).isSteuerID
        else { return nil }
        return PIIFinding(.steuerID, start, end)
    }

    /// `1 84 12 76 451 089 46`, Corsica's `2A` and `2B` in the place of the 76.
    private static func groupedNIR(_ text: RecordText, _ start: Int) -> PIIFinding? {
        var index = start
        for size in [1, 2, 2, 2, 3, 3, 2] {
            for _ in 0..<size {
                guard text[index].isDigit || index == start + 9 && text[index] &- 0x41 < 2 else { return nil }
                index += 1
            }
            guard text[index] == 0x20 || size == 2 && index == start + 21 else { return nil }
            index += 1
        }
        let end = index - 1
        guard text.isClear(before: start), text.isClear(after: end) else { return nil }
        return isNIR(text, start, end, letter: text[start + 9]) ? PIIFinding(.nir, start, end) : nil
    }

    static func isNIR(_ text: RecordText, _ start: Int, _ end: Int, letter: UInt8) -> Bool {
        DigitRun(text, from: start, to: end).isNIR(corsica: letter.isDigit ? nil : letter == 0x41 ? 19 : 18)
    }

    /// `123.456.789-09` and `12.345.678/0001-95`, the slash escaped or not.
    static func dottedNumber(_ text: RecordText, _ start: Int, _ end: Int) -> PIIFinding? {
        let isPerson = end - start == 3
        var index = end
        for _ in 0..<2 {
            guard text[index] == 0x2e, text[index + 1].isDigit, text[index + 2].isDigit, text[index + 3].isDigit
            else { return nil }
            index += 4
        }
        if !isPerson {
            if text[index] == 0x5c { index += 1 }
            guard text[index] == 0x2f, (1...4).allSatisfy({ text[index + $0].isDigit }) else { return nil }
            index += 5
        }
        guard text[index] == 0x2d, text[index + 1].isDigit, text[index + 2].isDigit else { return nil }
        index += 3
        guard text.isClear(before: start), text.isClear(after: index) else { return nil }
        let run = DigitRun(text, from: start, to: index)
        guard isPerson ? run.isCPF : run.isCNPJ else { return nil }
        return PIIFinding(isPerson ? .cpf : .cnpj, start, index)
    }
}
