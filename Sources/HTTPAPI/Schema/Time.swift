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

    init?(rfc3339 text: String) {
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
