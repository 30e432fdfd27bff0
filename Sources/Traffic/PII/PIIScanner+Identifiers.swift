/// Identity numbers with letters in them, and IBANs.
extension PIIScanner {
    /// Eight digits and a letter, or `X`, `Y`, `Z` for 0, 1, 2 in front of seven.
    static func nineCharacterDNI(_ text: RecordText, _ start: Int, _ end: Int) -> PIIFinding? {
        guard text[end - 1].isUpper else { return nil }
        var number = 0
        let first = text[start]
        if first &- 0x58 < 3 {
            number = Int(first - 0x58)
        } else if first.isDigit {
            number = first.digit
        } else {
            return nil
        }
        for index in start + 1..<end - 1 {
            guard text[index].isDigit else { return nil }
            number = number * 10 + text[index].digit
        }
        guard isDNI(number, letter: text[end - 1]), text.isClear(before: start), text.isClear(after: end) else {
            return nil
        }
        return PIIFinding(.dni, start, end)
    }

    /// `X-1234567-L`
    static func hyphenatedNIE(_ text: RecordText, _ start: Int) -> PIIFinding? {
        guard text[start] &- 0x58 < 3, text[start + 1] == 0x2d, text[start + 9] == 0x2d, text[start + 10].isUpper else {
            return nil
        }
        var number = Int(text[start] - 0x58)
        for index in start + 2..<start + 9 {
            guard text[index].isDigit else { return nil }
            number = number * 10 + text[index].digit
        }
        guard isDNI(number, letter: text[start + 10]), text.isClear(before: start), text.isClear(after: start + 11)
        else { return nil }
        return PIIFinding(.dni, start, start + 11)
    }

    /// `RSSMRA85T10A562S`: digits may be written as letters where two persons would collide (omocodia).
    static func codiceFiscale(_ text: RecordText, _ start: Int, _ end: Int) -> PIIFinding? {
        let months: StaticString = "ABCDEHLMPRST"
        let substitutes: StaticString = "LMNPQRSTUV"
        var sum = 0
        var digits = SIMD16<UInt8>()  // the digit at each place that holds one
        for place in 0..<16 {
            var byte = text[start + place]
            if byte.isLetter { byte &= 0xdf }
            if place == 15 {
                guard byte.isUpper, sum % 26 == Int(byte - 0x41) else { return nil }
                break
            }
            let isNumeric = place == 6 || place == 7 || place == 9 || place == 10 || place > 11 && place < 15
            if isNumeric {
                if byte.isDigit {
                    digits[place] = byte - 0x30
                } else {
                    guard let digit = (0..<10).first(where: { substitutes.utf8Start[$0] == byte }) else { return nil }
                    digits[place] = UInt8(digit)
                }
            } else {
                guard byte.isUpper else { return nil }
            }
            let value = byte.isDigit ? byte.digit : Int(byte - 0x41)
            sum += place % 2 == 1 ? value : oddValues[value]
        }
        let day = Int(digits[9]) * 10 + Int(digits[10])
        let month = text[start + 8] & 0xdf
        guard 1...31 ~= day || 41...71 ~= day, (0..<12).contains(where: { months.utf8Start[$0] == month }),
            text.isClear(before: start), text.isClear(after: end)
        else { return nil }
        return PIIFinding(.codiceFiscale, start, end)
    }

    /// What a character counts at odd places, by digit or by letter's place in the alphabet.
    private static let oddValues = [
        1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
    ]

    /// `IT` and the eleven digits.
    static func italianVAT(_ text: RecordText, _ start: Int, _ end: Int) -> PIIFinding? {
        guard text[start] == 0x49, text[start + 1] == 0x54 else { return nil }
        let run = DigitRun(text, from: start, to: end)
        guard run.isPartitaIVA, text.isClear(before: start), text.isClear(after: end) else { return nil }
        return PIIFinding(.partitaIVA, start, end)
    }

    /// French number of someone born in Corsica, without spaces.
    static func corsicanNIR(_ text: RecordText, _ start: Int, _ end: Int) -> PIIFinding? {
        for index in start..<end where index != start + 6 { guard text[index].isDigit else { return nil } }
        guard text[start + 6] &- 0x41 < 2, isNIR(text, start, end, letter: text[start + 6]),
            text.isClear(before: start), text.isClear(after: end)
        else { return nil }
        return PIIFinding(.nir, start, end)
    }

    /// Two letters, two digits, and as many characters as the country has, in one piece or in fours. Most of a number in
    /// small letters has to be digits: other words of small letters and digits are many.
    static func iban(_ text: RecordText, _ start: Int) -> PIIFinding? {
        guard text[start].isLetter, text[start + 1].isLetter, text[start + 2].isDigit, text[start + 3].isDigit
        else { return nil }
        let country = UInt16(text[start] & 0xdf) << 8 | UInt16(text[start + 1] & 0xdf)
        let isSmall = !text[start].isUpper
        guard text[start + 1].isUpper != isSmall else { return nil }
        var digits = 2
        guard text.isClear(before: start), let length = ibanLengths[country] else {
            return nil
        }
        let separator = text[start + 4]
        let gap = text.gap(separator, at: start + 4)
        var (index, taken, rest) = (start + 4, 4, 0)
        while taken < length {
            if gap > 0, taken % 4 == 0 {
                guard text.gap(separator, at: index) == gap else { return nil }
                index += gap
            }
            let byte = text[index]
            guard byte.isDigit || byte.isLetter && byte.isUpper != isSmall else { return nil }
            if byte.isDigit { digits += 1 }
            rest = byte.isDigit ? (rest * 10 + byte.digit) % 97 : (rest * 100 + Int(byte & 0xdf) - 55) % 97
            index += 1
            taken += 1
        }
        for offset in 0..<2 { rest = (rest * 100 + Int(text[start + offset] & 0xdf) - 55) % 97 }
        rest = (rest * 100 + text[start + 2].digit * 10 + text[start + 3].digit) % 97
        // Hexadecimal words begin like the numbers of countries whose accounts are digits.
        let needed = text[start].isHex && text[start + 1].isHex ? length - 2 : length / 2 + 1
        guard rest == 1, !isSmall || digits >= needed, text.isClear(after: index) || gap > 0 && text[index] == 0x2b
        else { return nil }
        return PIIFinding(.iban, start, index)
    }

    /// Characters by country: SWIFT IBAN registry, release 99 (2024).
    private static let ibanLengths: [UInt16: Int] = {
        let registry =
            "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 "
            + "ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 "
            + "LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 "
            + "PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 "
            + "VG24 XK20 YE30"
        var result: [UInt16: Int] = [:]
        for entry in registry.split(separator: " ") {
            let name = Array(entry.utf8)
            result[UInt16(name[0]) << 8 | UInt16(name[1])] = name[2].digit * 10 + name[3].digit
        }
        return result
    }()
}
