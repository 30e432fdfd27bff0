/// Calendar arithmetic on the proleptic Gregorian calendar, UTC. No leap seconds: a second of 60 belongs to its minute.
enum CivilDate {
    static let minutesPerDay = 1440

    /// Days from 1970-01-01. Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`.
    @inline(__always)
    static func days(year: Int, month: Int, day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let era = (year >= 0 ? year : year - 399) / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// Minutes from 1970, or nil for a date or time that does not exist.
    @inline(__always)
    static func minute(year: Int, month: Int, day: Int, hour: Int, minute: Int) -> Int? {
        guard 1...12 ~= month, day >= 1, day <= daysIn(month: month, of: year), 0...23 ~= hour, 0...59 ~= minute
        else { return nil }
        return days(year: year, month: month, day: day) * minutesPerDay + hour * 60 + minute
    }

    @inline(__always)
    static func daysIn(month: Int, of year: Int) -> Int {
        if month == 2 { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28 }
        return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31
    }

    /// 1…12 for `Jan`…`Dec`, any case; nil otherwise. Reads 3 bytes.
    @inline(__always)
    static func month(_ name: UnsafePointer<UInt8>) -> Int? {
        let key = UInt32(name[0] | 0x20) << 16 | UInt32(name[1] | 0x20) << 8 | UInt32(name[2] | 0x20)
        switch key {
        case 0x6a616e: return 1
        case 0x666562: return 2
        case 0x6d6172: return 3
        case 0x617072: return 4
        case 0x6d6179: return 5
        case 0x6a756e: return 6
        case 0x6a756c: return 7
        case 0x617567: return 8
        case 0x736570: return 9
        case 0x6f6374: return 10
        case 0x6e6f76: return 11
        case 0x646563: return 12
        default: return nil
        }
    }
}
