/// Cuts syslog into messages by their octet counts: `120 <34>1 …`, as TCP and TLS transports frame it.
///
/// Source: RFC 6587 section 3.4.1, RFC 5425 section 4.3. Line numbers count messages.
struct OctetFramer {
    private enum State {
        case count  // reading the digits before a message
        case message  // `remaining` bytes of it are still to come
        case damaged  // up to the end of the line
    }

    private var state = State.count
    private var remaining = 0
    private var line: Int
    private var stash: RecordStash

    init(options: MeterOptions) {
        line = options.firstLine
        stash = RecordStash(limit: options.maxLineBytes)
    }

    /// Whether text begins with a count and a priority.
    static func begins(_ text: Bytes) -> Bool {
        let rest = text.drop { $0 &- 0x30 < 10 }
        return 1...9 ~= text.count - rest.count && rest.starts(with: [0x20, 0x3c]) && text.first != 0x30
    }

    mutating func consume(_ bytes: Bytes, into meter: inout RecordMeter) {
        var (index, start) = (0, 0)
        while index < bytes.count {
            let byte = bytes[index]
            switch state {
            case .count:
                if byte &- 0x30 < 10, remaining < 100_000_000 {
                    remaining = remaining * 10 + Int(byte &- 0x30)
                } else if byte == 0x20, remaining > 0 {
                    state = .message
                } else if remaining > 0 || (byte != 0x0a && byte != 0x0d) {
                    // The digits are not kept: an excerpt begins with what follows them.
                    (state, start) = (.damaged, index)
                    continue
                }
                index += 1
                start = index
            case .message:
                let taken = min(remaining, bytes.count - index)
                index += taken
                remaining -= taken
                if remaining == 0 { end(Bytes(rebasing: bytes[start..<index]), nil, &meter) }
            case .damaged:
                index += 1
                if byte == 0x0a { end(Bytes(rebasing: bytes[start..<(index - 1)]), .malformed, &meter) }
            }
        }
        if state != .count { stash.append(Bytes(rebasing: bytes[start...])) }
    }

    mutating func finish(into meter: inout RecordMeter) {
        guard state != .count || remaining > 0 else { return }
        end(Bytes(start: nil, count: 0), state == .damaged ? .malformed : .incomplete, &meter)
    }

    private mutating func end(_ part: Bytes, _ reason: RejectReason?, _ meter: inout RecordMeter) {
        let line = line
        stash.take(adding: part) { record, isTooLong in
            if let reason = isTooLong ? .tooLong : reason {
                meter.reject(reason, record, line: line)
            } else {
                meter.process(record, line: line)
            }
        }
        (state, remaining) = (.count, 0)
        self.line += 1
    }
}
