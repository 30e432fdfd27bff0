public import AccessControl
import Crypto
import Foundation

/// An event in its place in the audit log.
public struct AuditEntry: Hashable, Sendable {
    public var sequence: Int64  // from 1, without gaps
    public var event: AuditEvent
    public var secretID: String  // of the secret whose key made the link
    public var link: [UInt8]  // HMAC-SHA256 over this entry and the link before

    public init(sequence: Int64, event: AuditEvent, secretID: String, link: [UInt8]) {
        (self.sequence, self.event, self.secretID, self.link) = (sequence, event, secretID, link)
    }
}

/// An event as it waits to be put in line: its bytes behind a seal, so that only who has the secret can make one.
public struct SealedEvent: Hashable, Sendable {
    public let bytes: [UInt8]

    public init(stored bytes: [UInt8]) { self.bytes = bytes }
}

/// An event with its bytes.
struct OpenedEvent {
    var event: AuditEvent
    var bytes: ArraySlice<UInt8>

    init(event: AuditEvent, bytes: ArraySlice<UInt8>) { (self.event, self.bytes) = (event, bytes) }
    init(_ event: AuditEvent) { self.init(event: event, bytes: event.encoded[...]) }
}

/// Where the audit log ends. Its seal shows that nothing was cut off.
public struct AuditHead: Hashable, Sendable {
    public var place: AuditPlace
    public var secretID: String
    public var seal: [UInt8]

    public init(place: AuditPlace, secretID: String, seal: [UInt8]) {
        (self.place, self.secretID, self.seal) = (place, secretID, seal)
    }
}

/// An entry's place and link, as `12:9f3c…`: kept elsewhere, it shows that the log was not put back to an earlier state.
public struct AuditPlace: Hashable, Sendable, LosslessStringConvertible {
    public var sequence: Int64
    public var link: [UInt8]

    public init(sequence: Int64, link: [UInt8]) { (self.sequence, self.link) = (sequence, link) }

    /// Before the first entry.
    public static let origin = AuditPlace(sequence: 0, link: [UInt8](repeating: 0, count: 32))

    /// - Returns: nil for what is no place.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let sequence = Int64(parts[0]), sequence >= 0,
            let link = [UInt8](hexadecimal: parts[1]),
            link.count == 32
        else { return nil }
        self.init(sequence: sequence, link: link)
    }

    public var description: String { "\(sequence):\(link.hexadecimal)" }
}

/// Links the entries of the audit log with keys that whoever can write to the database does not have.
public struct AuditChain: Sendable {
    private let current: (id: String, key: HMAC<SHA256>)  // begun with the key, which is half of a short HMAC's work
    private let eventSeal: HMAC<SHA256>  // of the current key, begun with what comes before an event
    private let keys: [String: HMAC<SHA256>]  // by the id of their secret

    /// - Parameter previous: Secrets that made earlier links.
    public init(current: SecretKey, previous: [SecretKey] = []) {
        let secrets = [current] + previous
        keys = Dictionary(
            secrets.map { ($0.id, HMAC<SHA256>(key: $0.derived("audit"))) }, uniquingKeysWith: { first, _ in first })
        let key = HMAC<SHA256>(key: current.derived("audit"))
        (self.current, eventSeal) = ((current.id, key), Self.updated(key, Self.bytes("event")))
    }

    /// Of the secret that links.
    var secretID: String { current.id }

    /// The end of the log is not as it was written: what follows would hide that.
    public struct Broken: Error, CustomStringConvertible {
        public var description: String { "the end of the audit log was edited; 'mockupaws audit verify' says more" }
    }

    // MARK: Events

    /// An event that waits to be put in line.
    public func sealed(_ event: AuditEvent) -> SealedEvent {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(512)
        bytes.append(field: current.id)
        let seal = bytes.count..<bytes.count + 32
        bytes += repeatElement(0, count: seal.count)
        event.append(to: &bytes)
        var code = eventSeal
        bytes.withUnsafeMutableBytes { bytes in
            code.update(data: UnsafeRawBufferPointer(rebasing: bytes[seal.upperBound...]))
            code.finalize().withUnsafeBytes { bytes[seal].copyBytes(from: $0) }
        }
        return SealedEvent(stored: bytes)
    }

    /// - Returns: nil for one that was not sealed with a key of the chain.
    func open(_ sealed: SealedEvent) -> OpenedEvent? {
        var fields = EventFields(rest: sealed.bytes[...])
        guard let key = fields.text().flatMap({ keys[$0] }) else { return nil }
        let (seal, bytes) = (fields.rest.prefix(32), fields.rest.dropFirst(32))
        guard Self.mac(Self.bytes("event") + bytes, key).elementsEqual(seal), let event = AuditEvent(decoding: bytes)
        else { return nil }
        return OpenedEvent(event: event, bytes: bytes)
    }

    // MARK: Entries

    /// Puts events behind the head.
    /// - Parameter acceptsFormer: Whether a former secret may have sealed the head.
    /// - Throws: ``Broken``.
    func entries(
        of events: [OpenedEvent], behind head: AuditHead?, acceptsFormer: Bool = false
    ) throws -> (entries: [AuditEntry], head: AuditHead) {
        let head = try require(head, acceptsFormer: acceptsFormer)
        var (sequence, link) = (head.place.sequence, head.place.link)
        let entries = events.map { opened in
            sequence += 1
            link = Self.mac(Self.bytes(sequence, current.id, behind: link) + opened.bytes, current.key)
            return AuditEntry(sequence: sequence, event: opened.event, secretID: current.id, link: link)
        }
        return (entries, self.head(AuditPlace(sequence: sequence, link: link), "head"))
    }

    /// A head that entries can be put behind.
    /// - Throws: ``Broken``.
    @discardableResult
    func require(_ head: AuditHead?, acceptsFormer: Bool) throws -> AuditHead {
        guard let head, isIntact(head, "head") == true,
            acceptsFormer || head.place == .origin || head.secretID == current.id
        else { throw Broken() }
        return head
    }

    /// A head, or the end of a segment, with its seal.
    func head(_ place: AuditPlace, _ purpose: String) -> AuditHead {
        AuditHead(
            place: place, secretID: current.id, seal: Self.mac(Self.bytes(purpose, place), current.key))
    }

    /// - Returns: Whether the entry is as it was written, behind this link; nil without the key that made the link.
    func isIntact(_ entry: AuditEntry, behind link: [UInt8]) -> Bool? {
        keys[entry.secretID].map { key in
            Self.mac(Self.bytes(entry.sequence, entry.secretID, behind: link) + entry.event.encoded, key) == entry.link
        }
    }

    /// A log without entries has nothing to seal.
    func isIntact(_ head: AuditHead, _ purpose: String) -> Bool? {
        if head.place == .origin, purpose == "head" { return true }
        return keys[head.secretID].map { Self.mac(Self.bytes(purpose, head.place), $0) == head.seal }
    }

    private static func mac(_ bytes: [UInt8], _ key: HMAC<SHA256>) -> [UInt8] { Array(updated(key, bytes).finalize()) }

    private static func updated(_ key: HMAC<SHA256>, _ bytes: [UInt8]) -> HMAC<SHA256> {
        var code = key
        bytes.withUnsafeBytes { code.update(data: $0) }
        return code
    }

    // MARK: Bytes

    private static func bytes(_ sequence: Int64, _ secretID: String, behind link: [UInt8]) -> [UInt8] {
        var bytes = bytes("entry", AuditPlace(sequence: sequence, link: link))
        bytes.append(field: secretID)
        return bytes
    }

    private static func bytes(_ purpose: String, _ place: AuditPlace) -> [UInt8] {
        var bytes = bytes(purpose)
        withUnsafeBytes(of: place.sequence.bigEndian) { bytes += $0 }
        return bytes + place.link
    }

    private static func bytes(_ purpose: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(512)
        bytes.append(field: purpose)
        return bytes
    }
}
