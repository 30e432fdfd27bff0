import Glibc

/// Apache and nginx access logs, common and combined: `host ident user [time] "request" status bytes …`.
///
/// What follows the bytes is free, so combined logs with further fields and API Gateway's CLF are read too.
/// Source: Apache HTTP Server, "Log Files", Access Log; nginx, `ngx_http_log_module`, `combined`.
enum ApacheReader {
    static func read(_ record: Bytes, into fields: inout RecordFields, clock: inout TimestampReader) -> Outcome {
        guard let base = record.baseAddress else { return .rejected(.malformed) }
        let end = base + record.count
        guard let bracket = memchr(base, 0x5b, record.count) else { return .rejected(.malformed) }
        let open = UnsafePointer(bracket.assumingMemoryBound(to: UInt8.self))
        guard open - base >= 2, open[-1] == 0x20, let closing = memchr(open, 0x5d, end - open) else {
            return .rejected(.malformed)
        }
        let close = UnsafePointer(closing.assumingMemoryBound(to: UInt8.self))
        let time = Bytes(start: open + 1, count: close - open - 1)
        if time.count >= 20, let (minute, used) = clock.clf(open + 1, time.count), used == time.count {
            fields.minute = minute
        } else if let minute = clock.minute(of: time) {
            fields.minute = minute
        }
        guard end - close > 2, close[1] == 0x20, close[2] == 0x22 else { return .rejected(.malformed) }
        var cursor = FieldCursor(close + 2, end)
        guard cursor.next() != nil, let status = cursor.next(), let bytes = cursor.next(),
            let code = RecordFields.count(status), code < 1000, let sent = RecordFields.count(bytes)
        else { return .rejected(.malformed) }
        (fields.status, fields.responseBytes) = (code, sent)
        return .event
    }
}
