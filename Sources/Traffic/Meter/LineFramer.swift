import Glibc

/// Cuts input into lines at LF; a CR before it goes too. Lines inside one chunk are not copied.
struct LineFramer {
    private let limit: Int
    private var line: Int
    private var carry: [UInt8] = []
    private var isOverlong = false

    init(options: MeterOptions) { (limit, line) = (options.maxLineBytes, options.firstLine) }

    mutating func consume(_ bytes: Bytes, into meter: inout RecordMeter) {
        guard var p = bytes.baseAddress else { return }
        let end = p + bytes.count
        if !carry.isEmpty || isOverlong {
            guard let newline = Self.newline(p, end) else { return stash(p, end) }
            stash(p, newline)
            p = newline + 1
            finishCarried(&meter)
        }
        while p < end {
            guard let newline = Self.newline(p, end) else { return stash(p, end) }
            emit(Bytes(start: p, count: newline - p), &meter)
            p = newline + 1
        }
    }

    mutating func finish(into meter: inout RecordMeter) {
        if !carry.isEmpty || isOverlong { finishCarried(&meter) }
    }

    @inline(__always)
    private static func newline(
        _ p: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
    ) -> UnsafePointer<UInt8>? {
        memchr(p, 0x0a, end - p).map { UnsafePointer($0.assumingMemoryBound(to: UInt8.self)) }
    }

    /// Keeps the beginning of a line for the next chunk; of a line that is too long, only what an excerpt shows.
    private mutating func stash(_ p: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) {
        guard !isOverlong else { return }
        if carry.count + (end - p) > limit {
            carry.append(contentsOf: Bytes(start: p, count: min(end - p, Redaction.excerptBytes)))
            carry = Array(carry.prefix(Redaction.excerptBytes))
            isOverlong = true
        } else {
            carry.append(contentsOf: Bytes(start: p, count: end - p))
        }
    }

    private mutating func finishCarried(_ meter: inout RecordMeter) {
        let whole = carry
        if isOverlong {
            whole.withUnsafeBufferPointer { meter.reject(.tooLong, $0, line: line) }
            line += 1
        } else {
            whole.withUnsafeBufferPointer { emit($0, &meter) }
        }
        carry.removeAll(keepingCapacity: true)
        isOverlong = false
    }

    @inline(__always)
    private mutating func emit(_ bytes: Bytes, _ meter: inout RecordMeter) {
        if bytes.count > limit {
            meter.reject(.tooLong, bytes, line: line)
        } else {
            let count = bytes.count > 0 && bytes[bytes.count - 1] == 0x0d ? bytes.count - 1 : bytes.count
            meter.process(Bytes(start: bytes.baseAddress, count: count), line: line)
        }
        line += 1
    }
}
