/// Telephone numbers. One with its plus stands for itself; a national one needs brackets or a word that names it.
extension PIIScanner {
    /// E.164 with its plus: 8 to 15 digits, the first not 0, in groups with one or two separators between.
    static func phone(_ text: RecordText, _ start: Int, plus: Int) -> PIIFinding? {
        let previous = text[plus - 1]
        guard text[start] != 0x30, !previous.isAlphanumeric || text.isEscape(before: plus), previous != 0x2b,
            previous != 0x2f
        else { return nil }
        let (end, groups) = phoneGroups(text, start, separators: text[plus] == 0x25 ? .url : .plain)
        let run = DigitRun(text, from: start, to: end)
        guard 8...15 ~= groups.digits, text.isClear(afterPhone: end), !isZone(text, plus, groups),
            isInternational(run, groups, text, plus)
        else { return PIIFinding(nil, start, max(start + 1, end)) }
        return PIIFinding(.phone, plus, end)
    }

    struct PhoneGroups {
        var (count, digits, first, last) = (0, 0, 0, 0)
    }

    enum PhoneSeparators { case plain, url, named }

    /// The groups of digits from `start` on, and where the last one ends.
    private static func phoneGroups(
        _ text: RecordText, _ start: Int, separators: PhoneSeparators
    ) -> (end: Int, groups: PhoneGroups) {
        var (index, end, groups) = (start, start, PhoneGroups())
        while index - start < 32 {
            let group = index
            while text[index].isDigit, groups.digits + index - group < 16 { index += 1 }
            let size = index - group
            guard size > 0, groups.digits + size < 16 else { break }
            (groups.count, groups.digits, groups.last, end) = (groups.count + 1, groups.digits + size, size, index)
            if groups.count == 1 { groups.first = size }
            let gap = text.phoneGap(at: index, separators)
            guard gap > 0, size < 9 else { break }
            index += gap
            index += text.phoneGap(at: index, separators)  // ") " and " ("
        }
        return (end, groups)
    }

    /// Not a time, and not a signed quantity.
    private static func isInternational(
        _ run: DigitRun, _ groups: PhoneGroups, _ text: RecordText, _ plus: Int
    ) -> Bool {
        if run[0] == 1 {  // North America has one length; neither area nor exchange begins with 0 or 1
            guard run.count == 11, run[1] > 1, run[4] > 1, [1, 4, 11].contains(groups.first) else { return false }
        }
        guard groups.first > 3 else { return true }
        let isDate = run.isMoment
        guard isDate || groups.count == 1 else { return true }
        let words = ContextWords(before: plus, in: text, nearest: true)
        if words.contains(.phone) { return true }
        return !isDate && run.count > 9 && !words.contains(.impersonal)
    }

    /// `08:00:00 +1000 2026`
    private static func isZone(_ text: RecordText, _ plus: Int, _ groups: PhoneGroups) -> Bool {
        groups.first == 4 && groups.count > 1 && text[plus - 1] == 0x20 && text[plus - 2].isDigit
    }

    /// `tel. 030 1234567`, `phone 415.555.2671`: groups after a word that names them.
    static func groupedPhone(_ text: RecordText, _ start: Int, _ end: Int) -> PIIFinding? {
        guard end - start > 1, text[start] == 0x30 || text[end] != 0x2f,
            text.isClear(before: start), text.phoneGap(at: end, .named) > 0
        else { return nil }
        if end - start == 3, let finding = escapedBrackets(text, start) { return finding }
        let (last, groups) = phoneGroups(text, start, separators: .named)
        let isLocal = groups.digits == 7 && groups.count == 2 && groups.first == 3  // 555-0143
        guard 8...15 ~= groups.digits || isLocal, groups.last > 1, text.isClear(afterPhone: last) else { return nil }
        let run = DigitRun(text, from: start, to: last)
        guard !isDate(text, start, run, groups) else { return nil }
        let isAmerican = groups.digits == 10 && groups.count == 3 && groups.first == 3 && run[0] > 1 && run[3] > 1
        let isNational = isAmerican || run[0] == 0 && !isLocal
        let words = ContextWords(before: start, in: text, nearest: !isNational)
        guard words.contains(.phone) || isNational && words.contains(.call) else { return nil }
        return PIIFinding(.phone, start, last)
    }

    /// `2026-03-02`, `02.03.2026`
    private static func isDate(_ text: RecordText, _ start: Int, _ run: DigitRun, _ groups: PhoneGroups) -> Bool {
        if groups.first == 4 { return run.isMoment }
        return groups.digits == 8 && groups.count == 3 && groups.first == 2 && groups.last == 4
    }

    /// Eight digits and more without separators, after a word that names them.
    static func isNamedPhone(_ run: DigitRun, _ text: RecordText, _ start: Int) -> Bool {
        guard run.count < 16 else { return false }
        let isUsual = run.count == 10 && run[0] > 1 && run[3] > 1 || run[0] == 0 || run.count == 11 && run[0] == 1
        if !isUsual, run.isMoment || run.count == 13 && run[0] == 1 { return false }  // or milliseconds since 1970
        let words = ContextWords(before: start, in: text, nearest: !isUsual)
        return words.contains(.phone) && !words.contains(.identifier)
    }

    /// `(415) 555-2671`
    static func parenthesisedPhone(_ text: RecordText, _ start: Int) -> PIIFinding? {
        parenthesisedPhone(text, start, open: start - 1, close: 1)
    }

    /// `%28415%29+555-2671`
    private static func escapedBrackets(_ text: RecordText, _ start: Int) -> PIIFinding? {
        guard text.has("%28", at: start - 3), text.has("%29", at: start + 3) else { return nil }
        return parenthesisedPhone(text, start, open: start - 3, close: 3)
    }

    private static func parenthesisedPhone(
        _ text: RecordText, _ start: Int, open: Int, close: Int
    ) -> PIIFinding? {
        let gap = close == 1 ? PhoneSeparators.plain : .named
        var index = start + 3 + close
        index += text.phoneGap(at: index, gap)
        guard text[start] > 0x31, text[index] > 0x31, (0..<3).allSatisfy({ text[index + $0].isDigit }) else {
            return nil
        }
        index += 3
        let second = text.phoneGap(at: index, gap)
        index += second
        guard second > 0, (0..<4).allSatisfy({ text[index + $0].isDigit }), text.isClear(afterPhone: index + 4)
        else { return nil }
        return PIIFinding(.phone, open, index + 4)
    }
}

extension RecordText {
    /// The bytes of a separator between groups of a telephone number, 0 when there is none.
    func phoneGap(at index: Int, _ separators: PIIScanner.PhoneSeparators) -> Int {
        switch self[index] {
        case 0x20, 0x2d, 0x2e, 0x28, 0x29: 1  // space - . ( )
        case 0x2f: separators == .named ? 1 : 0
        case 0x2b: separators == .plain ? 0 : 1
        case 0x5c: separators == .named && self[index + 1] == 0x2f ? 2 : 0
        case 0x25 where separators != .plain:
            has("%20", at: index) || has("%28", at: index) || has("%29", at: index)
                || separators == .named && hasEscape(0x32, 0x66, at: index) ? 3 : 0
        default: 0
        }
    }

    /// An extension may follow: `555-0143x22`.
    func isClear(afterPhone end: Int) -> Bool {
        isClear(after: end) || self[end] == 0x78 && self[end + 1].isDigit
    }

    /// Where the plus sign begins that is written as `%2B` or `\u002B`, its `B` before `start`.
    func escapedPlus(before start: Int) -> Int? {
        if has("%2", at: start - 3) { return start - 3 }
        return has("\\u002", at: start - 6) ? start - 6 : nil
    }
}

extension DigitRun {
    /// `20260301`, and so on to the second.
    var isMoment: Bool {
        guard [8, 10, 12, 14].contains(count), 1970...2099 ~= number(0..<4) else { return false }
        return 1...12 ~= number(4..<6) && 1...31 ~= number(6..<8) && (count < 10 || number(8..<10) < 24)
            && (count < 12 || number(10..<12) < 60)
    }
}
