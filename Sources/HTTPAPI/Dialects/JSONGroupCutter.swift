/// Cuts JSON whose records stand in groups. Strict about the whole body, as ``JSONParser`` is about a part of it.
struct JSONGroupCutter: GroupCutter {
    /// What a value is for.
    private enum Role: Equatable {
        case object(level: Int)  // gone into; 0 is the body, 1 a group
        case list(level: Int)  // of the objects or records of this level
        case name, label, record, other
    }

    private enum Expected: Equatable {
        case value(Role)
        case valueOrEnd(Role)
        case name, nameOrEnd, commaOrEnd, end
        case colon(Role)
    }

    private let path: GroupPath<String>
    private var open: [Role] = []  // the objects and lists we are in
    private var names: [Set<String>] = []  // of the open objects' members so far
    private var expected = Expected.value(.object(level: 0))
    private var role: Role?  // of the piece that is coming
    private var piece = Piece()
    private var extent = JSONExtent()
    private var offset = 0  // bytes before

    init(_ path: GroupPath<String>) { self.path = path }

    mutating func steps(in bytes: UnsafeRawBufferPointer) throws -> [GroupStep<JSON>] {
        var steps: [GroupStep<JSON>] = []
        var position = 0
        while position < bytes.count {
            if let role {
                let rest = UnsafeRawBufferPointer(rebasing: bytes[position...])
                let (count, isComplete) = extent.scan(rest)
                piece.append(UnsafeRawBufferPointer(rebasing: rest[..<count]))
                position += count
                if isComplete { try end(role, at: offset + position, &steps) }
            } else if bytes[position].isJSONSpace {
                position += 1
            } else if try take(bytes[position], at: offset + position, &steps) {
                position += 1
            }
        }
        offset += bytes.count
        return steps
    }

    mutating func finish() throws {
        guard expected == .end else { throw problem("the body ends too early", at: offset) }
    }

    private func problem(_ detail: String, at offset: Int) -> EnvelopeProblem {
        EnvelopeProblem(detail: "The body is not JSON of this kind: byte \(offset): \(detail).")
    }

    /// Takes a byte that is not inside a piece.
    /// - Returns: Whether it is used up; if not, a piece begins with it.
    private mutating func take(_ byte: UInt8, at offset: Int, _ steps: inout [GroupStep<JSON>]) throws -> Bool {
        switch (expected, byte) {
        case (.valueOrEnd, UInt8(ascii: "]")), (.nameOrEnd, UInt8(ascii: "}")): close(&steps)
        case (.commaOrEnd, UInt8(ascii: "]")) where isInList, (.commaOrEnd, UInt8(ascii: "}")) where !isInList:
            close(&steps)
        case (.commaOrEnd, UInt8(ascii: ",")):
            if case .list(let level)? = open.last { expected = .value(element(of: level)) } else { expected = .name }
        case (.colon(let role), UInt8(ascii: ":")): expected = .value(role)
        case (.name, UInt8(ascii: "\"")), (.nameOrEnd, UInt8(ascii: "\"")): return begin(.name)
        case (.value(.object(let level)), _), (.valueOrEnd(.object(let level)), _):
            guard byte == UInt8(ascii: "{") else { throw problem("expected an object", at: offset) }
            open.append(.object(level: level))
            names.append([])
            expected = .nameOrEnd
            if level == 1 { steps.append(.begin) }
        case (.value(.list(let level)), UInt8(ascii: "[")):
            open.append(.list(level: level))
            expected = .valueOrEnd(element(of: level))
        case (.value(let role), _), (.valueOrEnd(let role), _): return begin(role)
        case (.colon, _): throw problem("expected ':'", at: offset)
        case (.name, _), (.nameOrEnd, _): throw problem("expected a member's name", at: offset)
        case (.commaOrEnd, _):
            throw problem("expected ',' or the end of \(isInList ? "a list" : "an object")", at: offset)
        case (.end, _): throw problem("expected the end", at: offset)
        }
        return true
    }

    private var isInList: Bool {
        if case .list? = open.last { true } else { false }
    }

    private func element(of level: Int) -> Role { level > path.records.count ? .record : .object(level: level) }

    private mutating func begin(_ role: Role) -> Bool {
        (self.role, piece, extent) = (role, Piece(), JSONExtent())
        return false
    }

    private mutating func close(_ steps: inout [GroupStep<JSON>]) {
        if case .object(let level)? = open.popLast() {
            names.removeLast()
            if level == 1 { steps.append(.end) }
        }
        expected = open.isEmpty ? .end : .commaOrEnd
    }

    /// Ends the piece that was coming.
    private mutating func end(_ role: Role, at offset: Int, _ steps: inout [GroupStep<JSON>]) throws {
        self.role = nil
        expected = .commaOrEnd
        guard !piece.isTooLong else {
            if role == .record { return steps.append(.tooLong(piece.bytes)) }
            throw problem("the value that ends here is longer than \(Piece.longest) bytes", at: offset)
        }
        let value: JSON
        do { value = try JSONParser.parse(piece.bytes) } catch {
            throw problem(error.detail, at: offset - piece.bytes.count + error.offset)
        }
        switch role {
        case .name:
            guard names[names.count - 1].insert(value.text ?? "").inserted else {
                throw problem("the member '\(value.text ?? "")' is given twice", at: offset)
            }
            expected = .colon(member(value.text ?? ""))
        case .label: steps.append(.label(value))
        case .record: steps.append(.record(value))
        case .list, .object: guard value == .null else { throw problem("expected an array", at: offset) }
        case .other: break
        }
    }

    /// What the value of a member of the innermost object is for.
    private func member(_ name: String) -> Role {
        guard case .object(let level)? = open.last else { return .other }
        if level == 0 { return name == path.groups ? .list(level: 1) : .other }
        if level == 1, name == path.label { return .label }
        return name == path.records[level - 1] ? .list(level: level + 1) : .other
    }
}
