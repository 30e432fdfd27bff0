/// Cuts a body into lines, whatever pieces it comes in.
struct LineSplitter {
    struct Line {
        var number: Int  // from 1
        var text: [UInt8]  // without its end
    }

    private var partial: [UInt8] = []
    private(set) var count = 0  // lines so far

    static let longest = 1 << 20  // bytes

    /// - Returns: The lines that end in this piece.
    /// - Throws: ``EnvelopeProblem`` for a line that is too long.
    mutating func lines(endingIn bytes: UnsafeRawBufferPointer) throws -> [Line] {
        var lines: [Line] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            partial.append(contentsOf: rest[..<end])
            lines.append(try taken())
            rest = rest[(end + 1)...]
        }
        partial.append(contentsOf: rest)
        try check()
        return lines
    }

    /// - Returns: What follows the last line end.
    mutating func last() throws -> Line? { partial.isEmpty ? nil : try taken() }

    private mutating func taken() throws -> Line {
        try check()
        count += 1
        if partial.last == 0x0d { partial.removeLast() }
        defer { partial.removeAll(keepingCapacity: true) }
        return Line(number: count, text: partial)
    }

    private func check() throws {
        guard partial.count <= Self.longest else {
            throw EnvelopeProblem(detail: "Line \(count + 1) is longer than \(Self.longest) bytes.")
        }
    }
}

/// Text, a line an event.
struct TextLineReader: EnvelopeReader {
    var source: String?
    private var lines = LineSplitter()

    init(source: String?) { self.source = source }

    mutating func consume(_ bytes: UnsafeRawBufferPointer, into batch: inout EventBatch) throws {
        for line in try lines.lines(endingIn: bytes) where !line.text.isEmpty { batch.add(line.text, source: source) }
    }

    mutating func finish(into batch: inout EventBatch) throws {
        if let line = try lines.last() { batch.add(line.text, source: source) }
    }
}
