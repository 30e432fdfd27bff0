import Traffic

/// Cuts a body into lines, whatever pieces it comes in.
struct LineSplitter {
    struct Line {
        var number: Int  // from 1
        var text: [UInt8]  // without its end
        var isTooLong = false  // then the text is its beginning
    }

    private var partial: [UInt8] = []
    private var isTooLong = false
    private(set) var count = 0  // lines so far

    static let longest = 1 << 20  // bytes

    /// - Returns: The lines that end in this piece.
    mutating func lines(endingIn bytes: UnsafeRawBufferPointer) -> [Line] {
        var lines: [Line] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            append(rest[..<end])
            lines.append(taken())
            rest = rest[(end + 1)...]
        }
        append(rest)
        return lines
    }

    /// - Returns: What follows the last line end.
    mutating func last() -> Line? { partial.isEmpty ? nil : taken() }

    private mutating func append(_ part: Slice<UnsafeRawBufferPointer>) {
        let room = Self.longest + 1 - partial.count  // with a CR that does not count
        partial.append(contentsOf: part.prefix(room))
        isTooLong = isTooLong || part.count > room
    }

    private mutating func taken() -> Line {
        count += 1
        if partial.last == 0x0d { partial.removeLast() }
        defer {
            partial.removeAll(keepingCapacity: true)
            isTooLong = false
        }
        return Line(number: count, text: partial, isTooLong: isTooLong || partial.count > Self.longest)
    }
}

/// Text, a line an event.
struct TextLineReader: EnvelopeReader {
    var source: String?
    private var lines = LineSplitter()

    init(source: String?) { self.source = source }

    mutating func consume(_ bytes: UnsafeRawBufferPointer, into batch: inout EventBatch) throws {
        for line in lines.lines(endingIn: bytes) where !line.text.isEmpty { add(line, to: &batch) }
    }

    mutating func finish(into batch: inout EventBatch) throws {
        if let line = lines.last() { add(line, to: &batch) }
    }

    private func add(_ line: LineSplitter.Line, to batch: inout EventBatch) {
        if line.isTooLong { batch.reject(line.text, as: .tooLong) } else { batch.add(line.text, source: source) }
    }
}
