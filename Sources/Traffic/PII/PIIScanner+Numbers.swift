/// Numbers without separators inside, and the boundaries that every number needs.
extension RecordText {
    /// Whether a number or an identifier may begin here: not inside a word, a decimal, a UUID or base64.
    func isClear(before start: Int) -> Bool {
        let previous = self[start - 1]
        switch previous {
        case 0x5f, 0x40: return false  // _ @
        case 0x2b: return !self[start - 2].isDigit && self[start - 2] > 0x20  // the space of a form
        case 0x2e, 0x2d: return !self[start - 2].isAlphanumeric  // . -
        default: return !previous.isAlphanumeric || isEscape(before: start)
        }
    }

    /// Whether the letters or digits before `start` belong to an escape: `\n`, `\u0022`, `%3D`.
    func isEscape(before start: Int) -> Bool {
        switch self[start - 1] {
        case 0x6e, 0x72, 0x74, 0x62, 0x66: if self[start - 2] == 0x5c { return true }  // n r t b f
        default: break
        }
        if self[start - 3] == 0x25 { return self[start - 2].isHex && self[start - 1].isHex }
        return self[start - 6] == 0x5c && self[start - 5] == 0x75
    }

    func isClear(after end: Int) -> Bool {
        switch self[end] {
        case 0x5f, 0x40: false
        case 0x2e, 0x2d, 0x2b: !self[end + 1].isAlphanumeric
        case let next: !next.isAlphanumeric
        }
    }
}

extension PIIScanner {
    /// A run of 8 to 19 digits.
    static func bareNumber(_ text: RecordText, _ start: Int, _ end: Int) -> PIIFinding? {
        guard text.isClear(before: start), text.isClear(after: end) else {
            return end - start == 8 ? hyphenatedDNI(text, start, end) : nil
        }
        let run = DigitRun(text, from: start, to: end)
        let kind: PIIKind? =
            switch end - start {
            case 8: isNamedPhone(run, text, start) ? .phone : nil
            case 9: nineDigits(run, text, start) ?? (isNamedPhone(run, text, start) ? .phone : nil)
            case 10: tenDigits(run, text, start)
            case 11: elevenDigits(run, text, start)
            case 12: run.isAadhaar && words(text, start).contains(.aadhaar) ? .aadhaar : cardOrPhone(run, text, start)
            case 14: run.isCNPJ && words(text, start).contains(.cnpj) ? .cnpj : cardOrPhone(run, text, start)
            case 15: run.isNIR() && !words(text, start).contains(.card) ? .nir : cardOrPhone(run, text, start)
            case 13: cardOrPhone(run, text, start)
            case 16...19: card(run, text, start)
            default: nil
            }
        return kind.map { PIIFinding($0, start, end) }
    }

    static func words(_ text: RecordText, _ start: Int) -> ContextWords { ContextWords(before: start, in: text) }

    /// Nine digits say nothing by themselves: the words before them must name the number.
    static func nineDigits(_ run: DigitRun, _ text: RecordText, _ start: Int) -> PIIKind? {
        guard run.isSSN || run.isBSN || run.isCanadianSIN || run.isTFN else { return nil }
        let words = words(text, start)
        if run.isCanadianSIN, words.contains(.sin) { return .canadianSIN }
        if run.isBSN, words.contains(.bsn) { return .bsn }
        if run.isTFN, words.contains(.tfn) || words.isSuperset(of: [.tax, .file]) { return .australianTFN }
        if run.isSSN, words.contains(.ssn), !words.contains(.sin) { return .usSSN }
        return nil
    }

    static func tenDigits(_ run: DigitRun, _ text: RecordText, _ start: Int) -> PIIKind? {
        if run.isNHS, words(text, start).contains(.nhs) { return .nhsNumber }
        return isNamedPhone(run, text, start) ? .phone : nil
    }

    static func elevenDigits(_ run: DigitRun, _ text: RecordText, _ start: Int) -> PIIKind? {
        guard run.isPESEL || run.isCPF || run.isSteuerID || run.isPartitaIVA else {
            return isNamedPhone(run, text, start) ? .phone : nil
        }
        let words = words(text, start)
        if words.contains(.pesel), run.isPESEL { return .pesel }
        if words.contains(.cpf), run.isCPF { return .cpf }
        if words.contains(.steuerID) || words.contains(.tax), run.isSteuerID { return .steuerID }
        if words.contains(.partitaIVA), run.isPartitaIVA { return .partitaIVA }
        return isNamedPhone(run, text, start) ? .phone : nil
    }

    private static func cardOrPhone(_ run: DigitRun, _ text: RecordText, _ start: Int) -> PIIKind? {
        card(run, text, start) ?? (isNamedPhone(run, text, start) ? .phone : nil)
    }

    private static func card(_ run: DigitRun, _ text: RecordText, _ start: Int) -> PIIKind? {
        guard run.isCard else { return nil }
        let words = words(text, start)
        if words.contains(.card) { return .paymentCard }
        return run.isCommonCard && !words.contains(.impersonal) ? .paymentCard : nil
    }

    /// `12345678-Z`
    private static func hyphenatedDNI(_ text: RecordText, _ start: Int, _ end: Int) -> PIIFinding? {
        guard text[end] == 0x2d, text[end + 1].isUpper, text.isClear(before: start), text.isClear(after: end + 2),
            isDNI(DigitRun(text, from: start, to: end).number(0..<8), letter: text[end + 1])
        else { return nil }
        return PIIFinding(.dni, start, end + 2)
    }

    /// The letter is the number's rest modulo 23.
    static func isDNI(_ number: Int, letter: UInt8) -> Bool {
        let letters: StaticString = "TRWAGMYFPDXBNJZSQVHLCKE"
        return letters.utf8Start[number % 23] == letter && number > 0
    }
}
