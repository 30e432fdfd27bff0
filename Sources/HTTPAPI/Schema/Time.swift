import Foundation

extension Date {
    /// RFC 3339 with microseconds, as far as they are not 0, in UTC.
    var rfc3339: String {
        let microseconds = Int64((timeIntervalSince1970 * 1_000_000).rounded())
        let (seconds, fraction) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        var time = time_t(seconds - (fraction < 0 ? 1 : 0))
        var parts = tm()
        gmtime_r(&time, &parts)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let year = "\(parts.tm_year + 1900)"
        let zeros = String(repeating: "0", count: max(0, 4 - year.count))
        let day = "\(zeros)\(year)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
        let clock = "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
        let rest = (fraction + 1_000_000) % 1_000_000
        guard rest != 0 else { return "\(day)T\(clock)Z" }
        return "\(day)T\(clock).\(String(rest + 1_000_000).dropFirst())Z"
    }

    /// RFC 9110's IMF-fixdate: `Thu, 31 Dec 2026 00:00:00 GMT`.
    var httpDate: String {
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        var time = time_t(timeIntervalSince1970.rounded(.down))
        var parts = tm()
        gmtime_r(&time, &parts)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let date = "\(two(parts.tm_mday)) \(months[Int(parts.tm_mon)]) \(parts.tm_year + 1900)"
        let clock = "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
        return "\(days[Int(parts.tm_wday)]), \(date) \(clock) GMT"
    }

    private static func days(of month: Int, _ year: Int) -> Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    init?(rfc3339 text: String) {
        let day = text.prefix(10).split(separator: "-").compactMap { Int($0) }
        guard day.count == 3, 1...12 ~= day[1], 1...Self.days(of: day[1], day[0]) ~= day[2] else { return nil }
        for style in [
            Date.ISO8601FormatStyle(includingFractionalSeconds: false), .init(includingFractionalSeconds: true),
        ] {
            if let date = try? style.parse(text) {  // the next notation, or nil
                self = date
                return
            }
        }
        return nil
    }
}
