/// RFC 4180 records, chunk by chunk; a record that a chunk's end cuts is read again with the next one.
struct CSVPushParser {
    private var carry: [UInt8] = []
    private(set) var line = 1
    /// Blanks before a quoted field go: spreadsheets and people write them, AWS does not.
    private var skipsBlanks = false

    /// Calls `record` with the line it starts at and its fields. - Throws: ``ParseFailure``.
    mutating func feed(_ chunk: UnsafeBufferPointer<UInt8>, record: (Int, [[UInt8]]) throws -> Void) throws {
        carry.append(contentsOf: chunk)
        let held = carry
        carry = []
        let used = try held.withUnsafeBufferPointer { try parse($0, isLast: false, record) }
        carry = used == 0 ? held : Array(held[used...])
        guard carry.count <= 4 << 20 else {
            throw ParseFailure(position: .line(line, column: ""), found: "over 4 MiB", expected: "the end of the row")
        }
    }

    /// - Returns: Whether the last line had no line end.
    mutating func finish(record: (Int, [[UInt8]]) throws -> Void) throws -> Bool {
        guard !carry.isEmpty else { return false }
        _ = try carry.withUnsafeBufferPointer { try parse($0, isLast: true, record) }
        return true
    }

    private mutating func parse(
        _ window: UnsafeBufferPointer<UInt8>, isLast: Bool, _ record: (Int, [[UInt8]]) throws -> Void
    ) throws -> Int {
        var start = 0
        while start < window.count {
            var at = start
            var lines = 1
            var fields: [[UInt8]] = []
            record: while true {
                var field: [UInt8] = []
                if skipsBlanks {
                    let text = window[at...].firstIndex { $0 != 0x20 } ?? window.count
                    if text < window.count, window[text] == UInt8(ascii: "\"") { at = text }
                }
                if at < window.count, window[at] == UInt8(ascii: "\"") {
                    guard try quoted(window, &at, &lines, &field, isLast) else { return start }
                } else {
                    let from = at
                    while at < window.count, window[at] != UInt8(ascii: ","), window[at] != 0x0A { at += 1 }
                    field = Array(window[from..<at])
                    if field.contains(UInt8(ascii: "\"")) {
                        throw ParseFailure(
                            position: .line(line, column: ""), found: ParseFailure.show(field),
                            expected: "'\"' at the beginning of a field only")
                    }
                    if at < window.count, window[at] == 0x0A || isLast, field.last == 0x0D { field.removeLast() }
                }
                fields.append(field)
                guard at < window.count else {
                    guard isLast else { return start }
                    break record
                }
                at += 1
                if window[at - 1] == 0x0A { break record }
            }
            if line == 1, fields[0].starts(with: "sep=".utf8) { skipsBlanks = true }
            try record(line, fields)
            line += lines
            start = at
        }
        return start
    }

    private func quoted(
        _ window: UnsafeBufferPointer<UInt8>, _ at: inout Int, _ lines: inout Int, _ field: inout [UInt8],
        _ isLast: Bool
    ) throws -> Bool {
        at += 1
        while true {
            let from = at
            while at < window.count, window[at] != UInt8(ascii: "\"") {
                if window[at] == 0x0A { lines += 1 }
                at += 1
            }
            field.append(contentsOf: window[from..<at])
            guard at + 1 < window.count || (isLast && at < window.count) else {
                guard isLast else { return false }
                throw ParseFailure(
                    position: .line(line, column: ""), found: "the end of the file", expected: "a closing '\"'")
            }
            at += 1
            if at < window.count, window[at] == UInt8(ascii: "\"") {
                field.append(window[at])
                at += 1
                continue
            }
            if at < window.count, window[at] == 0x0D { at += 1 }
            if at == window.count, !isLast { return false }
            guard at == window.count || window[at] == UInt8(ascii: ",") || window[at] == 0x0A else {
                throw ParseFailure(
                    position: .line(line, column: ""), found: ParseFailure.show([window[at]]),
                    expected: "',' or the end of the line after a quoted field")
            }
            return true
        }
    }
}
