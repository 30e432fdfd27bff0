/// CSV with a header (RFC 4180): what a column means is taken from its name, in any case. The separator is the one of
/// comma, semicolon and tab that the header has most of.
struct CSVReader {
    private let keys: KeyTable
    private var roles: [FieldRole] = []
    private(set) var separator: UInt8 = 0x2c

    init(keys: KeyTable) { self.keys = keys }

    mutating func read(_ record: Bytes, into fields: inout RecordFields, clock: inout TimestampReader) -> Outcome {
        if roles.isEmpty {
            readHeader(record)
            return .context
        }
        var count = 0
        let closed = Self.split(record, separator) { field in
            if count < roles.count, roles[count] != .none { fields.set(roles[count], field, clock: &clock) }
            count += 1
        }
        guard closed else { return .rejected(.incomplete) }
        return count == roles.count ? .event : .rejected(.malformed)
    }

    private mutating func readHeader(_ record: Bytes) {
        separator = Self.separator(of: record)
        _ = Self.split(record, separator) { name in
            let role = keys.role(of: name, depth: 1, path: [])
            guard role == .none else { return roles.append(role) }
            let lowercase = name.map { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 }
            roles.append(lowercase.withUnsafeBufferPointer { keys.role(of: $0, depth: 1, path: []) })
        }
    }

    static func separator(of header: Bytes) -> UInt8 {
        let choices: [UInt8] = [0x2c, 0x3b, 0x09]
        let counts = choices.map { choice in header.count { $0 == choice } }
        return choices[counts.firstIndex(of: counts.max() ?? 0) ?? 0]
    }

    /// Calls `body` with each field, outer quotes removed; doubled quotes stay.
    /// - Returns: Whether the last quote was closed.
    @inline(__always)
    static func split(_ record: Bytes, _ separator: UInt8, _ body: (Bytes) -> Void) -> Bool {
        guard var p = record.baseAddress else { return true }
        let end = p + record.count
        while true {
            if p < end, p[0] == 0x22 {
                let start = p + 1
                p = start
                while true {
                    while p < end, p[0] != 0x22 { p += 1 }
                    guard p < end else { return false }
                    guard p + 1 < end, p[1] == 0x22 else { break }
                    p += 2
                }
                body(Bytes(start: start, count: p - start))
                p += 1
                while p < end, p[0] != separator { p += 1 }
            } else {
                let start = p
                while p < end, p[0] != separator { p += 1 }
                body(Bytes(start: start, count: p - start))
            }
            guard p < end else { return true }
            p += 1
        }
    }
}
