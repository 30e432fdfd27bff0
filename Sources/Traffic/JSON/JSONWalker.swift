/// Walks a JSON value once: checks its structure and hands the fields that matter to ``RecordFields``. Builds nothing.
///
/// Strings are not decoded: neither escapes nor UTF-8 are checked, and control characters pass, as they do in the
/// shippers that carry such records.
struct JSONWalker {
    static let depthLimit = 64

    private let keys: KeyTable
    private var path: [Bytes]

    /// Where the value of the timestamp began, from the record's start; only after ``findTimestamp(in:into:clock:)``.
    private(set) var timestampOffset = -1

    init(options: MeterOptions) {
        keys = KeyTable(options: options)
        path = [Bytes](repeating: Bytes(start: nil, count: 0), count: keys.hasPaths ? Self.depthLimit + 1 : 0)
    }

    /// - Returns: What is wrong with the record, or nil.
    mutating func walk(
        _ record: Bytes, into fields: inout RecordFields, clock: inout TimestampReader
    ) -> RejectReason? {
        walk(record, into: &fields, clock: &clock, stopAtTimestamp: false)
    }

    /// Walks only as far as the timestamp; what follows is not checked.
    mutating func findTimestamp(
        in record: Bytes, into fields: inout RecordFields, clock: inout TimestampReader
    ) -> RejectReason? {
        timestampOffset = -1
        return walk(record, into: &fields, clock: &clock, stopAtTimestamp: true)
    }

    @inline(__always)
    private mutating func walk(
        _ record: Bytes, into fields: inout RecordFields, clock: inout TimestampReader, stopAtTimestamp: Bool
    ) -> RejectReason? {
        guard let start = record.baseAddress else { return .incomplete }
        let end = start + record.count
        var p = start
        var depth = 0
        var objects: UInt64 = 0  // bit n: level n is an object
        var role = FieldRole.none
        while true {
            // A value begins at `p`.
            guard JSONScan.skipSpace(&p, end) else { return .incomplete }
            var expectsKey = false
            switch p[0] {
            case 0x22:
                guard let close = JSONScan.stringEnd(p + 1, end) else { return .incomplete }
                if role != .none {
                    fields.set(role, Bytes(start: p + 1, count: close - p - 1), clock: &clock)
                    if stopAtTimestamp, fields.minute != ProfileBuilder.untimed {
                        timestampOffset = p + 1 - start
                        return nil
                    }
                }
                p = close + 1
            case 0x7b, 0x5b:  // { [
                guard depth < Self.depthLimit else { return .tooDeep }
                let isObject = p[0] == 0x7b
                objects = isObject ? objects | 1 << UInt64(depth) : objects & ~(1 << UInt64(depth))
                depth += 1
                p += 1
                guard JSONScan.skipSpace(&p, end) else { return .incomplete }
                guard p[0] == (isObject ? 0x7d : 0x5d) else {
                    role = .none
                    if !isObject { continue }
                    expectsKey = true
                    break
                }
                depth -= 1
                p += 1
            default:
                guard let after = JSONScan.scalarEnd(p, end) else { return .malformed }
                if role != .none {
                    fields.set(role, Bytes(start: p, count: after - p), clock: &clock)
                    if stopAtTimestamp, fields.minute != ProfileBuilder.untimed {
                        timestampOffset = p - start
                        return nil
                    }
                }
                p = after
            }
            while !expectsKey {
                // A value ended just before `p`.
                guard JSONScan.skipSpace(&p, end) else { return depth == 0 ? nil : .incomplete }
                guard depth > 0 else { return .malformed }
                let isObject = objects >> UInt64(depth - 1) & 1 == 1
                if p[0] == 0x2c {
                    p += 1
                    guard JSONScan.skipSpace(&p, end) else { return .incomplete }
                    role = .none
                    expectsKey = isObject
                    if !isObject { break }
                } else {
                    guard p[0] == (isObject ? 0x7d : 0x5d) else { return .malformed }
                    depth -= 1
                    p += 1
                }
            }
            guard expectsKey else { continue }
            guard p[0] == 0x22 else { return .malformed }
            guard let close = JSONScan.stringEnd(p + 1, end) else { return .incomplete }
            let key = Bytes(start: p + 1, count: close - p - 1)
            p = close + 1
            guard JSONScan.skipSpace(&p, end) else { return .incomplete }
            guard p[0] == 0x3a else { return .malformed }
            p += 1
            if keys.hasPaths { path[depth - 1] = key }
            role = keys.role(of: key, depth: depth, path: path)
        }
    }
}
