/// Which numbers are identity or card numbers, by the issuer's own rules.
extension DigitRun {
    /// SSA: no area 000, 666 or 900–999, no group 00, no serial 0000.
    var isSSN: Bool {
        let area = number(0..<3)
        return count == 9 && area != 0 && area != 666 && area < 900 && number(3..<5) != 0 && number(5..<9) != 0
            && !allEqual && number(0..<9) != 123_456_789
    }

    /// NHS data dictionary: mod 11 with weights 10…2, a check of 10 is not issued.
    var isNHS: Bool {
        guard count == 10, !allEqual, self[0] != 0 else { return false }
        let check = 11 - weighted(0x2_3456_789a, count: 9) % 11
        return check != 10 && check % 11 == self[9]
    }

    /// Dutch 11-test: weights 9…2 and -1.
    var isBSN: Bool {
        count == 9 && number(0..<9) > 9_999_999 && !allEqual && (weighted(0x2345_6789, count: 8) - self[8]) % 11 == 0
    }

    /// Luhn; 0 and 8 are not given as a first digit.
    var isCanadianSIN: Bool { count == 9 && self[0] != 0 && self[0] != 8 && !allEqual && passesLuhn }

    /// ATO: weights 1 4 3 7 5 8 6 9 10, divisible by 11.
    var isTFN: Bool { count == 9 && !allEqual && weighted(0xa_9685_7341, count: 9) % 11 == 0 }

    /// PESEL: weights 1 3 7 9 and a date whose month carries the century.
    var isPESEL: Bool {
        guard count == 11 else { return false }
        let (month, day) = (number(2..<4), number(4..<6))
        return 1...12 ~= month % 20 && month < 93 && 1...31 ~= day && !(month % 20 == 2 && day > 29)
            && weighted(0x319_7319_731, count: 10) % 10 == (10 - self[10]) % 10
    }

    var isCPF: Bool {
        guard count == 11, !allEqual else { return false }
        return Self.checkOf(weighted(0x2_3456_789a, count: 9)) == self[9]
            && Self.checkOf(weighted(0x2_3456_789a, from: 1, count: 9)) == self[10]
    }

    var isCNPJ: Bool {
        guard count == 14, !allEqual else { return false }
        return Self.checkOf(weighted(0x2345_6789_2345, count: 12)) == self[12]
            && Self.checkOf(weighted(0x2_3456_7892_3456, count: 13)) == self[13]
    }

    /// Brazil: 11 minus the rest, two-digit results are 0.
    private static func checkOf(_ sum: Int) -> Int { sum % 11 < 2 ? 0 : 11 - sum % 11 }

    /// UIDAI: Verhoeff, first digit 2–9.
    var isAadhaar: Bool { count == 12 && self[0] > 1 && !allEqual && passesVerhoeff }

    /// BZSt: ISO 7064 mod 11,10; of the first ten digits exactly one repeats, twice or three times (not in a row).
    var isSteuerID: Bool {
        guard count == 11, self[0] != 0 else { return false }
        var times = SIMD16<UInt8>()
        for index in 0..<10 { times[self[index]] += 1 }
        var (twice, thrice) = (0, 0)
        for digit in 0..<10 {
            if times[digit] > 3 { return false }
            twice += times[digit] == 2 ? 1 : 0
            thrice += times[digit] == 3 ? 1 : 0
        }
        guard twice + thrice == 1 else { return false }
        for index in 0..<8 where self[index] == self[index + 1] && self[index] == self[index + 2] { return false }
        return passesMod11And10
    }

    /// Luhn over 11 digits; the province is 001–100, 120, 121, 888 or 999.
    var isPartitaIVA: Bool {
        guard count == 11, number(0..<7) > 0, passesLuhn else { return false }
        let province = number(7..<10)
        return 1...100 ~= province || [120, 121, 888, 999].contains(province)
    }

    /// INSEE: sex, month and department in range, key 97 minus the rest. Corsica's letters come as `corsica` 19 or 18.
    func isNIR(corsica: Int? = nil) -> Bool {
        guard count == (corsica == nil ? 15 : 14), [1, 2, 3, 4, 7, 8].contains(self[0]) else { return false }
        let month = number(3..<5)
        guard 1...12 ~= month || 20...42 ~= month || 50...99 ~= month else { return false }
        if let corsica {
            // As if 2A were 19 and 2B were 18: one million and two million less than 20.
            let body = (number(0..<5) * 100 + corsica) * 1_000_000 + number(6..<12)
            return 97 - body % 97 == number(12..<14)
        }
        return self[5] + self[6] > 0 && 97 - number(0..<13) % 97 == number(13..<15)
    }

    /// An issuer's range and length, and Luhn.
    var isCard: Bool { (isCommonCard || isMaestro) && passesLuhn && !allEqual }

    /// Cards whose bare number is telling enough. Ranges: ISO/IEC 7812 register as published by the networks.
    var isCommonCard: Bool {
        guard count >= 14, count <= 19 else { return false }
        let four = number(0..<4)
        return switch four {
        case 4000...4999: count == 16 || count == 19
        case 5100...5599, 2221...2720: count == 16
        case 3400...3499, 3700...3799: count == 15
        case 3528...3589: count >= 16
        case 3000...3059, 3095, 3600...3699, 3800...3999: count == 14 || count == 16
        case 6011, 6440...6599: count == 16 || count == 19
        case 6200...6299: count >= 16
        default: false
        }
    }

    /// Ranges as wide as half of all numbers: grouped like a card, or named one.
    var isMaestro: Bool {
        switch number(0..<min(2, count)) {
        case 50, 56...69: 12...19 ~= count
        case 40...49: count == 13  // Visa of before 2000
        default: false
        }
    }
}
