/// Syslog messages, RFC 5424 and RFC 3164 (also with an ISO timestamp, as rsyslog writes it). The source is the host.
enum SyslogReader {
    static func read(_ record: Bytes, into fields: inout RecordFields, clock: inout TimestampReader) -> Outcome {
        guard let base = record.baseAddress else { return .rejected(.malformed) }
        let end = base + record.count
        var p = base
        if p[0] == 0x3c {
            guard let after = priorityEnd(p, end) else { return .rejected(.malformed) }
            p = after
            if end - p >= 2, p[0] == 0x31, p[1] == 0x20 { return read5424(FieldCursor(p + 2, end), &fields, &clock) }
        }
        return read3164(p, end, &fields, &clock)
    }

    /// The byte after `<0>`…`<191>`.
    private static func priorityEnd(
        _ p: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
    ) -> UnsafePointer<UInt8>? {
        var (q, value) = (p + 1, 0)
        while q < end, q - p <= 3, q[0] &- 0x30 < 10 {
            value = value * 10 + Int(q[0] &- 0x30)
            q += 1
        }
        return q < end && q[0] == 0x3e && q > p + 1 && value <= 191 ? q + 1 : nil
    }

    /// `TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA [MSG]`, each `-` when absent.
    private static func read5424(
        _ cursor: FieldCursor, _ fields: inout RecordFields, _ clock: inout TimestampReader
    ) -> Outcome {
        var cursor = cursor
        guard let time = cursor.next(), let host = cursor.next(), cursor.next() != nil, cursor.next() != nil,
            cursor.next() != nil, cursor.p < cursor.end, cursor.p[0] == 0x2d || cursor.p[0] == 0x5b
        else { return .rejected(.malformed) }
        if let minute = clock.minute(of: time) {
            fields.minute = minute
        } else if time.count != 1 || time[0] != 0x2d {
            return .rejected(.malformed)
        }
        if host.count > 1 || host.first != 0x2d { fields.source = host }
        return .event
    }

    private static func read3164(
        _ p: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ fields: inout RecordFields,
        _ clock: inout TimestampReader
    ) -> Outcome {
        var used = 0
        if TimestampReader.isRFC3164(p, end - p) {
            used = 15
            if let (minute, _) = clock.rfc3164(p, end - p) { fields.minute = minute }
        } else if end - p >= 16, let read = clock.iso(p, end - p) {
            used = read.used
            fields.minute = read.minute
        }
        guard used > 0, end - p > used + 1, p[used] == 0x20 else { return .rejected(.malformed) }
        var cursor = FieldCursor(p + used + 1, end)
        guard let host = cursor.next(), !host.isEmpty, cursor.p < end else { return .rejected(.malformed) }
        fields.source = host
        return .event
    }
}
