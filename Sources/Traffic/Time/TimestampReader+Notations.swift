extension TimestampReader {
    /// Seconds, milliseconds, microseconds or nanoseconds since 1970, by magnitude; decimals are allowed.
    ///
    /// 10¹¹ s is the year 5138 and 10¹¹ ms is March 1973: the ranges do not meet for logs of this century.
    static func epoch(_ value: Bytes) -> Int? {
        var digits = 0
        while digits < value.count, value[digits] &- 0x30 < 10 { digits += 1 }
        guard digits >= 9, let whole = Digits.whole(Bytes(rebasing: value[..<digits])) ?? nanoseconds(value, digits)
        else { return nil }
        if digits < value.count {
            guard value[digits] == 0x2e, value[(digits + 1)...].allSatisfy({ $0 &- 0x30 < 10 }) else { return nil }
        }
        switch whole {
        case ..<100_000_000_000: return whole / 60
        case ..<100_000_000_000_000: return whole / 60_000
        case ..<100_000_000_000_000_000: return whole / 60_000_000
        default: return whole / 60_000_000_000
        }
    }

    /// 19 digits: nanoseconds after September 2001.
    private static func nanoseconds(_ value: Bytes, _ digits: Int) -> Int? {
        guard digits == 19, let high = Digits.whole(Bytes(rebasing: value[..<18])), high < 900_000_000_000_000_000
        else { return nil }
        return high * 10 + Int(value[18] &- 0x30)
    }

    /// `20150517T100503Z`.
    func compact(_ p: UnsafePointer<UInt8>, _ count: Int) -> (minute: Int, used: Int)? {
        guard p[8] | 0x20 == 0x74, let year = Digits.four(p),
            let month = Digits.two(p + 4), let day = Digits.two(p + 6),
            let hour = Digits.two(p + 9), let minute = Digits.two(p + 11), Digits.two(p + 13) != nil,
            let result = CivilDate.minute(year: year, month: month, day: day, hour: hour, minute: minute)
        else { return nil }
        return (result, count > 15 && p[15] | 0x20 == 0x7a ? 16 : 15)
    }

    /// Notations that spell the month: RFC 3164 `Jun 14 15:16:01`, asctime `Sun Dec 04 04:47:44 2005` and
    /// RFC 1123 `Sun, 04 Dec 2005 04:47:44 GMT`.
    func named(_ p: UnsafePointer<UInt8>, _ count: Int) -> (minute: Int, used: Int)? {
        guard count >= 15 else { return nil }
        if let (minute, used) = rfc3164(p, count) { return (minute, used) }
        if count >= 24, p[3] == 0x20, p[19] == 0x20, let year = Digits.four(p + 20),
            let (minute, _) = monthDayTime(p + 4, year: year)
        {
            return (minute, 24)
        }
        guard count >= 29, p[3] == 0x2c, p[4] == 0x20, p[7] == 0x20, let day = Digits.two(p + 5),
            let month = CivilDate.month(p + 8), let year = Digits.four(p + 12), p[19] == 0x3a,
            let hour = Digits.two(p + 17), let minute = Digits.two(p + 20), p[26] == 0x47, p[27] == 0x4d, p[28] == 0x54,
            let result = CivilDate.minute(year: year, month: month, day: day, hour: hour, minute: minute)
        else { return nil }
        return (result, 29)
    }

    /// `Jun 14 15:16:01` or `Jun  4 15:16:01`, in ``year``.
    /// - Returns: nil for the minute's sake when no year was given; ``isRFC3164(_:_:)`` still knows the notation.
    func rfc3164(_ p: UnsafePointer<UInt8>, _ count: Int) -> (minute: Int, used: Int)? {
        guard let year, count >= 15 else { return nil }
        return monthDayTime(p, year: year)
    }

    static func isRFC3164(_ p: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        // A leap year: 29 February is well-formed whatever the year turns out to be.
        count >= 15 && TimestampReader(year: 2000).monthDayTime(p, year: 2000) != nil
    }

    /// Reads 15 bytes.
    private func monthDayTime(_ p: UnsafePointer<UInt8>, year: Int) -> (minute: Int, used: Int)? {
        guard p[3] == 0x20, p[6] == 0x20, p[9] == 0x3a, p[12] == 0x3a, let month = CivilDate.month(p),
            let day = p[4] == 0x20 && p[5] &- 0x30 < 10 ? Int(p[5] &- 0x30) : Digits.two(p + 4),
            let hour = Digits.two(p + 7), let minute = Digits.two(p + 10),
            let second = Digits.two(p + 13), second <= 60,
            let result = CivilDate.minute(year: year, month: month, day: day, hour: hour, minute: minute)
        else { return nil }
        return (result, 15)
    }
}
