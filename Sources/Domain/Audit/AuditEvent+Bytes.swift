import Foundation

/// An event as bytes: what waits to be put in line, and what is linked. Every field has its length before it, so that no
/// two events have the same bytes.
extension AuditEvent {
    var encoded: [UInt8] {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return bytes
    }

    func append(to bytes: inout [UInt8]) {
        bytes.reserveCapacity(bytes.count + 320)
        bytes.append(field: id)
        let microseconds = (at.timeIntervalSince1970 * 1e6).rounded()
        bytes.append(field: Int64(exactly: microseconds).map { "\($0)" })  // nothing for a time beyond all
        bytes.append(field: action.rawValue)
        bytes.append(field: user)
        bytes.append(field: key)
        bytes.append(field: resource?.type)
        bytes.append(field: resource?.id)
        bytes.append(field: address)
        bytes.append(field: correlationID)
        for (name, value) in details.sorted(by: { $0.key < $1.key }) {
            bytes.append(field: name)
            bytes.append(field: value)
        }
    }

    /// - Returns: nil for bytes that are no event.
    init?(decoding bytes: ArraySlice<UInt8>) {
        var fields = EventFields(rest: bytes)
        guard let id = fields.uuid(), let at = fields.text().flatMap({ Int64($0) }),
            let action = fields.text().flatMap({ Action(rawValue: $0) })
        else { return nil }
        let (user, key) = (fields.uuid(), fields.uuid())
        let (type, resource) = (fields.text(), fields.text())
        let address = fields.text()
        guard let correlationID = fields.text() else { return nil }
        self.init(
            id: id, at: Date(timeIntervalSince1970: Double(at) / 1e6), action: action, user: user, key: key,
            origin: Origin(address: address, correlationID: correlationID))
        if let type, let resource { self.resource = Resource(type: type, id: resource) }
        while let name = fields.text(), let value = fields.text() { details[name] = value }
    }
}

extension [UInt8] {
    /// A field with its length before it; the greatest length says that it is not there.
    mutating func append(field: String?) {
        append(length: field.map { UInt32($0.utf8.count) })
        if let field { self += field.utf8 }
    }

    mutating func append(field: UUID?) {
        append(length: field == nil ? nil : 16)
        if let field { Swift.withUnsafeBytes(of: field.uuid) { self += $0 } }
    }

    private mutating func append(length: UInt32?) {
        Swift.withUnsafeBytes(of: (length ?? .max).bigEndian) { self += $0 }
    }
}

/// The fields of an event, one after another.
struct EventFields {
    private(set) var rest: ArraySlice<UInt8>

    init(rest: ArraySlice<UInt8>) { self.rest = rest }

    /// - Returns: nil for a field that is not there.
    private mutating func next() -> ArraySlice<UInt8>? {
        guard rest.count >= 4 else { return nil }
        let length = rest.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        rest = rest.dropFirst(4)
        guard length != .max, Int(length) <= rest.count else { return nil }
        defer { rest = rest.dropFirst(Int(length)) }
        return rest.prefix(Int(length))
    }

    mutating func text() -> String? { next().map { String(decoding: $0, as: UTF8.self) } }

    mutating func uuid() -> UUID? {
        next().flatMap { bytes in
            bytes.count == 16 ? Array(bytes).withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) } : nil
        }
    }
}
