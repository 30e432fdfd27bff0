import Foundation
import Traffic

/// MessagePack, as Fluent Bit sends it: maps one after another, each by itself, or in an array after its time.
struct MessagePackReader: EnvelopeReader {
    private var extent = MessagePackExtent()
    private var piece = Piece()
    private var elements = 0  // of an array of records, still to come
    private var offset = 0  // of the piece, in the body

    mutating func consume(_ bytes: UnsafeRawBufferPointer, into batch: inout EventBatch) throws {
        var rest = bytes
        while !rest.isEmpty {
            let (count, part) = try extent.scan(rest, entersArrays: elements == 0)
            piece.append(UnsafeRawBufferPointer(rebasing: rest[..<count]))
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            switch part {
            case .incomplete: break
            case .arrayBegins(let count):
                elements = count
                begin()
            case .complete:
                elements = max(0, elements - 1)
                try end(into: &batch)
            }
        }
    }

    mutating func finish(into batch: inout EventBatch) throws {
        guard piece.bytes.isEmpty, elements == 0 else {
            throw EnvelopeProblem(detail: "The body is not MessagePack: it ends inside a value.")
        }
    }

    private mutating func begin() {
        offset += piece.bytes.count
        (extent, piece) = (MessagePackExtent(), Piece())
    }

    private mutating func end(into batch: inout EventBatch) throws {
        defer { begin() }
        guard !piece.isTooLong else {
            batch.reject(piece.bytes, as: .tooLong)
            return
        }
        var values = MessagePackValues(piece.bytes, offset: offset)
        while let value = try values.next() { try add(value, to: &batch) }
    }

    private func add(_ value: JSON, to batch: inout EventBatch) throws {
        switch value {
        case .object: batch.add(value.compact, as: .object)
        case .array(let elements):
            if elements.count == 2, case .object = elements[1], let seconds = Self.time(elements[0]) {
                batch.add(elements[1].compact, as: .object, minute: Minute.of(seconds: seconds))
            } else {
                for element in elements { try add(element, to: &batch) }
            }
        default: throw EnvelopeProblem(detail: "A record is not a map.")
        }
    }

    /// Seconds, or Fluent Bit's `[seconds, metadata]`.
    private static func time(_ value: JSON) -> Double? {
        switch value {
        case .number(let digits): Double(digits)
        case .array(let elements): elements.first.flatMap(time)
        default: nil
        }
    }
}

/// MessagePack values as JSON.
private struct MessagePackValues {
    private let bytes: [UInt8]
    private let offset: Int  // of the bytes in the body
    private var position = 0

    private static let deepest = 64

    init(_ bytes: [UInt8], offset: Int) { (self.bytes, self.offset) = (bytes, offset) }

    /// - Returns: nil at the end.
    /// - Throws: ``EnvelopeProblem``.
    mutating func next() throws -> JSON? { position < bytes.count ? try value(depth: 0) : nil }

    private var problem: EnvelopeProblem {
        EnvelopeProblem(detail: "The body is not MessagePack: byte \(offset + position).")
    }

    private mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
        guard count <= bytes.count - position else { throw problem }
        defer { position += count }
        return bytes[position..<position + count]
    }

    private mutating func unsigned(_ size: Int) throws -> UInt64 {
        try take(size).reduce(0) { $0 << 8 | UInt64($1) }
    }

    private mutating func length(_ size: Int) throws -> Int { Int(try unsigned(size)) }

    private mutating func signed(_ size: Int) throws -> Int64 {
        let unused = UInt64(64 - 8 * size)
        return Int64(bitPattern: try unsigned(size) << unused) >> Int64(unused)
    }

    private mutating func value(depth: Int) throws -> JSON {
        guard depth < Self.deepest else { throw EnvelopeProblem(detail: "A value is nested too deep.") }
        let tag = UInt8(try unsigned(1))
        switch tag {
        case 0x00...0x7f: return .number(String(tag))
        case 0x80...0x8f: return try map(Int(tag & 0x0f), depth)
        case 0x90...0x9f: return try list(Int(tag & 0x0f), depth)
        case 0xa0...0xbf: return try text(Int(tag & 0x1f))
        case 0xc0: return .null
        case 0xc2: return false
        case 0xc3: return true
        case 0xc4, 0xc5, 0xc6:
            let data = try take(try length(1 << Int(tag - 0xc4)))
            return .string(String(validating: data, as: UTF8.self) ?? Data(data).base64EncodedString())
        case 0xc7, 0xc8, 0xc9: return try extended(try length(1 << Int(tag - 0xc7)))
        case 0xca: return number(Double(Float(bitPattern: UInt32(try unsigned(4)))))
        case 0xcb: return number(Double(bitPattern: try unsigned(8)))
        case 0xcc...0xcf: return .number(String(try unsigned(1 << Int(tag - 0xcc))))
        case 0xd0...0xd3: return .number(String(try signed(1 << Int(tag - 0xd0))))
        case 0xd4...0xd8: return try extended(1 << Int(tag - 0xd4))
        case 0xd9, 0xda, 0xdb: return try text(try length(1 << Int(tag - 0xd9)))
        case 0xdc, 0xdd: return try list(try length(2 << Int(tag - 0xdc)), depth)
        case 0xde, 0xdf: return try map(try length(2 << Int(tag - 0xde)), depth)
        case 0xe0...0xff: return .number(String(Int8(bitPattern: tag)))
        default: throw problem
        }
    }

    private func number(_ double: Double) -> JSON { double.isFinite ? .number("\(double)") : .null }

    private mutating func text(_ count: Int) throws -> JSON {
        .string(String(decoding: try take(count), as: UTF8.self))
    }

    private mutating func list(_ count: Int, _ depth: Int) throws -> JSON {
        var elements: [JSON] = []
        for _ in 0..<count { elements.append(try value(depth: depth + 1)) }
        return .array(elements)
    }

    private mutating func map(_ count: Int, _ depth: Int) throws -> JSON {
        var members: [JSON.Member] = []
        for _ in 0..<count {
            let key = try value(depth: depth + 1)
            let name = key.text ?? String(decoding: key.compact, as: UTF8.self)
            members.append(JSON.Member(name: name, value: try value(depth: depth + 1)))
        }
        return .object(members)
    }

    /// Fluentd's event time (type 0: seconds and nanoseconds) as seconds; any other as base64.
    private mutating func extended(_ count: Int) throws -> JSON {
        let type = try unsigned(1)
        let data = try take(count)
        guard type == 0, count == 8 else { return .string(Data(data).base64EncodedString()) }
        let (seconds, nanoseconds) = (data.prefix(4), data.suffix(4))
        let whole = Double(seconds.reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
        return .number(String(whole + Double(nanoseconds.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }) / 1e9))
    }
}
