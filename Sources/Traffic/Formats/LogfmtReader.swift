/// `key=value key="quoted value" flag`. The first word must be a pair; words without `=` are flags.
enum LogfmtReader {
    static func read(
        _ record: Bytes, keys: KeyTable, into fields: inout RecordFields, clock: inout TimestampReader
    ) -> Outcome {
        guard var p = record.baseAddress else { return .rejected(.malformed) }
        let end = p + record.count
        var pairs = 0
        while p < end {
            if p[0] == 0x20 || p[0] == 0x09 {
                p += 1
                continue
            }
            let start = p
            while p < end, p[0] > 0x20, p[0] != 0x3d, p[0] != 0x22 { p += 1 }
            let key = Bytes(start: start, count: p - start)
            guard p < end, p[0] == 0x3d, !key.isEmpty else {
                // A flag, or a stray quote.
                guard pairs > 0, !key.isEmpty, p == end || p[0] <= 0x20 else { return .rejected(.malformed) }
                continue
            }
            p += 1
            guard let value = value(&p, end) else { return .rejected(.incomplete) }
            fields.set(keys.role(of: key, depth: 1, path: []), value, clock: &clock)
            pairs += 1
        }
        return pairs > 0 ? .event : .rejected(.malformed)
    }

    /// nil when a quoted value is not closed.
    @inline(__always)
    private static func value(_ p: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Bytes? {
        if p < end, p[0] == 0x22 {
            guard let close = JSONScan.stringEnd(p + 1, end) else { return nil }
            defer { p = close + 1 }
            return Bytes(start: p + 1, count: close - p - 1)
        }
        let start = p
        while p < end, p[0] > 0x20 { p += 1 }
        return Bytes(start: start, count: p - start)
    }
}
