/// Any text. The minute comes from a timestamp at the start of the line, bare or in square brackets.
enum LinesReader {
    static func read(_ record: Bytes, into fields: inout RecordFields, clock: inout TimestampReader) -> Outcome {
        guard var p = record.baseAddress else { return .event }
        let end = p + record.count
        if p[0] == 0x5b { p += 1 }
        let count = end - p
        let read: (minute: Int, used: Int)?
        if count >= 16, p[0] &- 0x30 < 10, let iso = clock.iso(p, count) {
            read = iso
        } else if count >= 20, p[2] == 0x2f {
            read = clock.clf(p, count)
        } else {
            read = clock.named(p, count)
        }
        if let read, p + read.used == end || !isWord(p[read.used]) { fields.minute = read.minute }
        return .event
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26
    }
}
