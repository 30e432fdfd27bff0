/// Cuts JSON text into values: the elements of top-level arrays, and values one after the other.
///
/// Where text is damaged, it must not take the rest of the file along: a `{` where JSON allows none begins a new record,
/// and a newline inside a string ends one. An element without a comma before it is rejected, and so is the element that
/// is missing between two commas.
struct JSONFramer {
    private enum State {
        case between  // records, or before the first
        case container  // depth > 0
        case string  // inside a string, at any depth
        case escape  // after a backslash
        case scalar  // a number or a word between records
        case damaged  // up to the end of the line
    }

    /// What may come next between records.
    private enum Gap {
        case first  // a value or the end: an array has begun
        case value  // a comma was the last
        case comma  // or the end: a value was the last
        case any  // outside arrays, and where text is damaged
    }

    private var state = State.between
    private var depth = 0
    private var isInArray = false
    private var gap = Gap.any
    private var isMisplaced = false  // the record stands where a comma has to
    private var previous: UInt8 = 0  // the last byte of the record outside strings that is not blank
    private var line: Int
    private var recordLine: Int
    private var stash: RecordStash

    init(options: MeterOptions) {
        (line, recordLine) = (options.firstLine, options.firstLine)
        stash = RecordStash(limit: options.maxLineBytes)
    }

    mutating func consume(_ bytes: Bytes, into meter: inout RecordMeter) {
        guard let base = bytes.baseAddress else { return }
        let end = base + bytes.count
        var (p, start) = (base, base)  // `start`: of the record, or of what this chunk holds of it
        while p < end {
            if state == .string {
                p = JSONScan.stringBreak(p, end)
                if p == end { break }
            }
            let byte = p[0]
            if byte == 0x0a { line += 1 }
            switch state {
            case .between:
                start = p
                begin(byte, p, &meter)
            case .string: continueString(byte, start, p, &meter)
            case .escape: state = .string
            case .container where byte == 0x7b && !Self.allowsValue(previous):
                reject(Bytes(start: start, count: p - start), &meter)
                start = p
                begin(byte, p, &meter)
            case .container: continueContainer(byte, start, p, &meter)
            case .scalar where Self.endsScalar(byte), .damaged where byte == 0x0a || byte == 0x7b:
                let part = Bytes(start: start, count: p - start)
                if state == .damaged { reject(part, &meter) } else { emit(part, &meter) }
                start = p
                begin(byte, p, &meter)
            case .scalar, .damaged: break
            }
            p += 1
        }
        if state != .between { stash.append(Bytes(start: start, count: end - start)) }
    }

    mutating func finish(into meter: inout RecordMeter) {
        let rest = Bytes(start: nil, count: 0)
        switch state {
        case .between: if isInArray { reject(rest, as: .incomplete, &meter) }  // its end is missing
        case .scalar: emit(rest, &meter)
        case .damaged: reject(rest, &meter)
        case .container, .string, .escape: reject(rest, as: .incomplete, &meter)
        }
    }

    @inline(__always)
    private mutating func begin(_ byte: UInt8, _ p: UnsafePointer<UInt8>, _ meter: inout RecordMeter) {
        switch byte {
        case 0x20, 0x09, 0x0a, 0x0d: return
        case 0x2c:
            if gap == .first || gap == .value { rejectAbsent(before: p, &meter) }
            gap = .value
        case 0x5b where !isInArray: (isInArray, gap) = (true, .first)
        case 0x5d where isInArray:
            if gap == .value { rejectAbsent(before: p, &meter) }
            (isInArray, gap) = (false, .any)
        default:
            recordLine = line
            (depth, previous) = (0, byte)
            isMisplaced = isInArray && gap == .comma
            switch byte {
            case 0x7b, 0x5b: (state, depth) = (.container, 1)
            case 0x22: state = .string
            case 0x2d, 0x30...0x39, 0x61...0x7a: state = .scalar
            default: state = .damaged
            }
        }
    }

    /// `,,`, `[,` and `,]` lack an element.
    private func rejectAbsent(before p: UnsafePointer<UInt8>, _ meter: inout RecordMeter) {
        meter.reject(.malformed, Bytes(start: p, count: 1), line: line)
    }

    @inline(__always)
    private mutating func continueContainer(
        _ byte: UInt8, _ start: UnsafePointer<UInt8>, _ p: UnsafePointer<UInt8>, _ meter: inout RecordMeter
    ) {
        if byte > 0x20 { previous = byte }
        switch byte {
        case 0x22: state = .string
        case 0x7b, 0x5b: depth += 1
        case 0x7d, 0x5d:
            depth -= 1
            if depth == 0 { emit(Bytes(start: start, count: p + 1 - start), &meter) }
        default: break
        }
    }

    @inline(__always)
    private mutating func continueString(
        _ byte: UInt8, _ start: UnsafePointer<UInt8>, _ p: UnsafePointer<UInt8>, _ meter: inout RecordMeter
    ) {
        if byte == 0x5c {
            state = .escape
        } else if byte == 0x0a {
            reject(Bytes(start: start, count: p - start), &meter)
        } else if depth > 0 {
            state = .container
        } else {
            emit(Bytes(start: start, count: p + 1 - start), &meter)
        }
    }

    /// Of a `{` inside an array or object.
    private static func allowsValue(_ previous: UInt8) -> Bool {
        previous == 0x5b || previous == 0x2c || previous == 0x3a
    }

    private static func endsScalar(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x20, 0x09, 0x0a, 0x0d, 0x22, 0x2c, 0x5b, 0x5d, 0x7b, 0x7d: true
        default: false
        }
    }

    private mutating func emit(_ part: Bytes, _ meter: inout RecordMeter) {
        let (line, isMisplaced) = (recordLine, isMisplaced)
        stash.take(adding: part) { record, isTooLong in
            if isTooLong || isMisplaced {
                meter.reject(isTooLong ? .tooLong : .malformed, record, line: line)
            } else {
                meter.process(record, line: line)
            }
        }
        (state, gap) = (.between, .comma)
    }

    private mutating func reject(_ part: Bytes, as reason: RejectReason = .malformed, _ meter: inout RecordMeter) {
        let line = recordLine
        stash.take(adding: part) { record, isTooLong in
            meter.reject(isTooLong ? .tooLong : reason, record, line: line)
        }
        (state, gap) = (.between, .any)
    }
}
