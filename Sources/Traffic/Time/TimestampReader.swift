/// Finds the UTC minute of a timestamp in any of the notations that logs use.
///
/// Remembers the last ISO and CLF prefix up to the minute: neighbouring records mostly share it.
struct TimestampReader {
    /// For notations without a year.
    let year: Int?

    private var isoPrefix: (UInt64, UInt64) = (0, 0)
    private var isoMinute = 0
    private var clfPrefix: (UInt64, UInt64) = (0, 0)
    private var clfMinute = 0

    init(year: Int?) { self.year = year }

    /// The minute of a value that is a timestamp and nothing else, or nil.
    @inline(__always)
    mutating func minute(of value: Bytes) -> Int? {
        guard let p = value.baseAddress, value.count >= 9 else { return nil }
        if value.count >= 16, p[4] == 0x2d || p[4] == 0x2f, let (minute, used) = iso(p, value.count) {
            return used == value.count ? minute : nil
        }
        return otherMinute(p, value.count)
    }

    private mutating func otherMinute(_ p: UnsafePointer<UInt8>, _ count: Int) -> Int? {
        if count >= 20, p[2] == 0x2f, let (minute, used) = clf(p, count) { return used == count ? minute : nil }
        if p[0] &- 0x30 < 10, let minute = Self.epoch(Bytes(start: p, count: count)) { return minute }
        if count >= 15, let (minute, used) = compact(p, count) { return used == count ? minute : nil }
        guard let (minute, used) = named(p, count) else { return nil }
        return used == count ? minute : nil
    }

    /// `2015-05-17T10:05[:03[.000]][Z|±hh[:]mm]`; the separator may be a space or a tab, dashes may be slashes.
    /// - Parameter count: At least 16.
    /// - Returns: The minute and the bytes read. Without an offset the time is UTC.
    @inline(__always)
    mutating func iso(_ p: UnsafePointer<UInt8>, _ count: Int) -> (minute: Int, used: Int)? {
        let raw = UnsafeRawPointer(p)
        let prefix = (raw.loadUnaligned(as: UInt64.self), raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        if prefix != isoPrefix {
            guard let minute = Self.isoPrefixMinute(p) else { return nil }
            (isoPrefix, isoMinute) = (prefix, minute)
        }
        guard let tail = Self.tail(p + 16, count - 16) else { return nil }
        return (isoMinute - tail.offset, 16 + tail.used)
    }

    private static func isoPrefixMinute(_ p: UnsafePointer<UInt8>) -> Int? {
        guard p[4] == p[7], p[4] == 0x2d || p[4] == 0x2f, p[13] == 0x3a,
            p[10] | 0x20 == 0x74 || p[10] == 0x20 || p[10] == 0x09,
            let year = Digits.four(p), let month = Digits.two(p + 5), let day = Digits.two(p + 8),
            let hour = Digits.two(p + 11), let minute = Digits.two(p + 14)
        else { return nil }
        return CivilDate.minute(year: year, month: month, day: day, hour: hour, minute: minute)
    }

    /// Seconds, fraction and zone after `hh:mm`. A zone is only read where it cannot be the next word.
    @inline(__always)
    private static func tail(_ p: UnsafePointer<UInt8>, _ count: Int) -> (offset: Int, used: Int)? {
        var used = 0
        if count >= 3, p[0] == 0x3a {
            guard let second = Digits.two(p + 1), second <= 60 else { return nil }
            used = 3
            if used + 1 < count, p[used] == 0x2e || p[used] == 0x2c, p[used + 1] &- 0x30 < 10 {
                used += 1
                while used < count, p[used] &- 0x30 < 10 { used += 1 }
            }
        }
        guard used < count else { return (0, used) }
        if p[used] | 0x20 == 0x7a { return (0, used + 1) }
        let gap = p[used] == 0x20 ? 1 : 0
        if let zone = zone(p + used + gap, count - used - gap) { return (zone.offset, used + gap + zone.used) }
        return (0, used)
    }

    /// `+02:00`, `-0500`, `+02`, `UTC` or `GMT`.
    private static func zone(_ p: UnsafePointer<UInt8>, _ count: Int) -> (offset: Int, used: Int)? {
        guard count >= 3 else { return nil }
        if (p[0] == 0x55 && p[1] == 0x54 && p[2] == 0x43) || (p[0] == 0x47 && p[1] == 0x4d && p[2] == 0x54) {
            return (0, 3)
        }
        guard p[0] == 0x2b || p[0] == 0x2d, let hours = Digits.two(p + 1), hours <= 18 else { return nil }
        var (minutes, used) = (0, 3)
        let colon = count > 3 && p[3] == 0x3a ? 1 : 0
        if count >= 5 + colon, let read = Digits.two(p + 3 + colon), read <= 59 { (minutes, used) = (read, 5 + colon) }
        return ((p[0] == 0x2d ? -1 : 1) * (hours * 60 + minutes), used)
    }

    /// `17/May/2015:10:05:03 +0000`.
    /// - Parameter count: At least 20.
    @inline(__always)
    mutating func clf(_ p: UnsafePointer<UInt8>, _ count: Int) -> (minute: Int, used: Int)? {
        let raw = UnsafeRawPointer(p)  // the seventeenth byte, the last digit of the minute, is added apart
        let prefix = (raw.loadUnaligned(as: UInt64.self), raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        let unit = p[16] &- 0x30
        guard unit < 10, p[17] == 0x3a else { return nil }
        if prefix != clfPrefix {
            guard p[2] == 0x2f, p[6] == 0x2f, p[11] == 0x3a, p[14] == 0x3a, p[15] &- 0x30 < 6,
                let day = Digits.two(p), let month = CivilDate.month(p + 3), let year = Digits.four(p + 7),
                let hour = Digits.two(p + 12),
                let minute = CivilDate.minute(
                    year: year, month: month, day: day, hour: hour, minute: Int(p[15] &- 0x30) * 10)
            else { return nil }
            (clfPrefix, clfMinute) = (prefix, minute)
        }
        guard let tail = Self.tail(p + 17, count - 17) else { return nil }
        return (clfMinute + Int(unit) - tail.offset, 17 + tail.used)
    }
}
