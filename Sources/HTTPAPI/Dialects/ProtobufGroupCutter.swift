/// Cuts Protocol Buffers whose records stand in groups.
struct ProtobufGroupCutter: GroupCutter {
    private enum Role { case label, record, other }

    private let path: GroupPath<Int>
    private var ends: [Int] = []  // of the messages we are in: offsets in the body
    private var offset = 0  // bytes before
    private var header: [UInt8] = []  // of the field that is coming: tag and length
    private var field: (role: Role, left: Int)?  // bytes
    private var piece = Piece()

    init(_ path: GroupPath<Int>) { self.path = path }

    mutating func steps(in bytes: UnsafeRawBufferPointer) throws -> [GroupStep<ArraySlice<UInt8>>] {
        var steps: [GroupStep<ArraySlice<UInt8>>] = []
        var position = 0
        while position < bytes.count {
            if let (role, left) = field {
                let count = min(left, bytes.count - position)
                if role != .other {
                    piece.append(UnsafeRawBufferPointer(rebasing: bytes[position..<position + count]))
                }
                (position, offset, field) = (position + count, offset + count, (role, left - count))
            } else {
                header.append(bytes[position])
                (position, offset) = (position + 1, offset + 1)
                try begin(&steps)
            }
            try endWhatIsComplete(&steps)
        }
        return steps
    }

    mutating func finish() throws {
        guard header.isEmpty, field == nil, ends.isEmpty else { throw problem("the body ends too early") }
    }

    private func problem(_ detail: String) -> EnvelopeProblem {
        EnvelopeProblem(detail: "The body is not Protocol Buffers: byte \(offset): \(detail).")
    }

    /// Begins a field once its tag and its length are there.
    private mutating func begin(_ steps: inout [GroupStep<ArraySlice<UInt8>>]) throws {
        var reader = ProtobufReader(header[...])
        let wire: (number: Int, length: Int, isBytes: Bool)?
        do { wire = try reader.header() } catch { throw problem("a field's tag or length is malformed") }
        guard let wire else { return }
        header = []
        let (end, depth) = offset.addingReportingOverflow(wire.length)
        guard !depth, end <= ends.last ?? .max else { throw problem("a field is longer than its message") }
        let level = ends.count
        let isRecords = level == 0 ? wire.number == path.groups : wire.number == path.records[level - 1]
        if wire.isBytes, isRecords, level < path.records.count {
            ends.append(end)
            if level == 0 { steps.append(.begin) }
        } else {
            piece = Piece()
            let isLabel = level == 1 && wire.number == path.label
            field = (wire.isBytes ? isRecords ? .record : isLabel ? .label : .other : .other, wire.length)
        }
    }

    private mutating func endWhatIsComplete(_ steps: inout [GroupStep<ArraySlice<UInt8>>]) throws {
        if let (role, left) = field, left == 0 {
            field = nil
            switch role {
            case .record: steps.append(piece.isTooLong ? .tooLong(piece.bytes) : .record(piece.bytes[...]))
            case .label:
                guard !piece.isTooLong else { throw problem("a label is longer than \(Piece.longest) bytes") }
                steps.append(.label(piece.bytes[...]))
            case .other: break
            }
        }
        while field == nil, header.isEmpty, ends.last == offset {
            ends.removeLast()
            if ends.isEmpty { steps.append(.end) }
        }
    }
}
