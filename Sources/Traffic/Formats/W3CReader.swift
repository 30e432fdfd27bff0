import Glibc

/// CloudFront standard logs: tab-separated, columns named by `#Fields:`. The source is the host that was asked for.
///
/// Source: Amazon CloudFront developer guide, "Standard logging reference", standard log file fields.
struct W3CReader {
    private enum Column: UInt8 { case other, date, time, responseBytes, requestBytes, status, host }

    /// The layout of a file whose header was cut off: CloudFront's own, up to `cs-bytes`.
    private var columns: [Column] = [
        .date, .time, .other, .responseBytes, .other, .other, .other, .other, .status, .other, .other, .other, .other,
        .other, .other, .host, .other, .requestBytes,
    ]

    mutating func read(_ record: Bytes, into fields: inout RecordFields, clock: inout TimestampReader) -> Outcome {
        guard let base = record.baseAddress else { return .rejected(.malformed) }
        if base[0] == 0x23 {
            readDirective(record)
            return .context
        }
        let end = base + record.count
        var (p, seen) = (base, 0)
        var date: UnsafePointer<UInt8>?
        for column in columns {
            let stop = p > end ? nil : memchr(p, 0x09, end - p)
            guard p <= end else { break }
            let tab = stop.map { UnsafePointer($0.assumingMemoryBound(to: UInt8.self)) } ?? end
            let field = Bytes(start: p, count: tab - p)
            seen += 1
            switch column {
            case .other: break
            case .date: date = p
            case .time:
                // `date<TAB>time` is an ISO timestamp with a tab for a `T`.
                if let date, p - date == 11, tab - date >= 16, let (minute, used) = clock.iso(date, tab - date),
                    used == tab - date
                {
                    fields.minute = minute
                }
            case .host: fields.source = field
            case .responseBytes, .requestBytes, .status:
                guard let count = RecordFields.count(field) else { return .rejected(.malformed) }
                if column == .status { fields.status = count }
                if column == .responseBytes { fields.responseBytes = count }
                if column == .requestBytes { fields.requestBytes = count }
            }
            p = tab + 1
        }
        return seen == columns.count ? .event : .rejected(.malformed)
    }

    private mutating func readDirective(_ record: Bytes) {
        guard record.starts(with: "#Fields:".utf8) else { return }
        let names = record.dropFirst(8).split { $0 == 0x20 || $0 == 0x09 }
        guard !names.isEmpty else { return }
        var named: [Column] = names.map { name in
            switch String(decoding: name, as: UTF8.self) {
            case "date": .date
            case "time": .time
            case "sc-bytes": .responseBytes
            case "cs-bytes": .requestBytes
            case "sc-status": .status
            case "x-host-header", "cs(Host)", "cs-host": .host
            default: .other
            }
        }
        // The distribution's own name only where the host that was asked for is not logged.
        if let last = named.lastIndex(of: .host) {
            for index in named.indices where named[index] == .host && index != last { named[index] = .other }
        }
        columns = named
    }
}
