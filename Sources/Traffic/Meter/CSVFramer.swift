/// Cuts CSV into records: a newline inside quotes belongs to its field.
struct CSVFramer {
    private enum State { case fieldStart, unquoted, quoted, quoteInQuoted }

    private let limit: Int
    private var line: Int
    private var recordLine: Int
    private var state = State.fieldStart
    private var stash: RecordStash

    init(options: MeterOptions) {
        limit = options.maxLineBytes
        (line, recordLine) = (options.firstLine, options.firstLine)
        stash = RecordStash(limit: limit)
    }

    mutating func consume(_ bytes: Bytes, into meter: inout RecordMeter) {
        guard let base = bytes.baseAddress else { return }
        var start = 0
        for index in 0..<bytes.count {
            let byte = bytes[index]
            step(byte)
            guard byte == 0x0a else { continue }
            line += 1
            // A quote that is never closed must not swallow the file: after the limit, lines are lines again.
            guard state != .quoted || stash.length + index - start > limit else { continue }
            emit(Bytes(start: base + start, count: index - start), &meter)
            start = index + 1
        }
        stash.append(Bytes(start: base + start, count: bytes.count - start))
    }

    mutating func finish(into meter: inout RecordMeter) {
        if stash.length > 0 { emit(Bytes(start: nil, count: 0), &meter) }
    }

    /// The header is not known yet, so all three separators open a field; that only matters for a quote after one.
    @inline(__always)
    private mutating func step(_ byte: UInt8) {
        switch (state, byte) {
        case (.quoted, 0x22): state = .quoteInQuoted
        case (.quoted, _): break
        case (.quoteInQuoted, 0x22), (.fieldStart, 0x22): state = .quoted
        case (_, 0x2c), (_, 0x3b), (_, 0x09): state = .fieldStart
        default: state = .unquoted
        }
    }

    private mutating func emit(_ part: Bytes, _ meter: inout RecordMeter) {
        let line = recordLine
        stash.take(adding: part) { record, isTooLong in
            if isTooLong { return meter.reject(.tooLong, record, line: line) }
            let count = record.last == 0x0d ? record.count - 1 : record.count
            meter.process(Bytes(start: record.baseAddress, count: count), line: line)
        }
        (state, recordLine) = (.fieldStart, self.line)
    }
}
