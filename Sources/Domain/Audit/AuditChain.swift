public import AccessControl
import Crypto
import Foundation

/// An event in its place in the audit log.
public struct AuditEntry: Hashable, Sendable {
    public var sequence: Int64  // from 1, without gaps
    public var event: AuditEvent
    public var secretID: String  // of the secret whose key made the links
    public var link: [UInt8]  // HMAC-SHA256 over this entry and the link before

    public init(sequence: Int64, event: AuditEvent, secretID: String, link: [UInt8]) {
        (self.sequence, self.event, self.secretID, self.link) = (sequence, event, secretID, link)
    }
}

/// Where the audit log ends. Its seal shows that nothing was cut off.
public struct AuditHead: Hashable, Sendable {
    public var sequence: Int64
    public var link: [UInt8]
    public var secretID: String
    public var seal: [UInt8]

    public init(sequence: Int64, link: [UInt8], secretID: String, seal: [UInt8]) {
        (self.sequence, self.link, self.secretID, self.seal) = (sequence, link, secretID, seal)
    }
}

/// Links the entries of the audit log with keys that whoever can write to the database does not have.
public struct AuditChain: Sendable {
    private let current: SecretKey
    private let keys: [String: SymmetricKey]  // by the id of their secret

    /// - Parameter previous: Secrets that made earlier links.
    public init(current: SecretKey, previous: [SecretKey] = []) {
        self.current = current
        keys = Dictionary(
            ([current] + previous).map { ($0.id, $0.derived("audit")) }, uniquingKeysWith: { first, _ in first })
    }

    /// What the first entry is linked to.
    public static let origin = [UInt8](repeating: 0, count: 32)

    /// The end of the log is not as it was written: what follows would hide that.
    public struct Broken: Error, CustomStringConvertible {
        public var description: String { "the end of the audit log was edited; 'mockupaws audit verify' says more" }
    }

    /// Puts events behind the head.
    /// - Throws: ``Broken``.
    public func entries(
        of events: [AuditEvent], behind head: AuditHead?
    ) throws -> (entries: [AuditEntry], head: AuditHead)? {
        if let head, isIntact(head, "head") != true { throw Broken() }
        var (sequence, link) = (head?.sequence ?? 0, head?.link ?? Self.origin)
        let entries = events.map { event in
            sequence += 1
            var entry = AuditEntry(sequence: sequence, event: event, secretID: current.id, link: [])
            link = mac(Self.bytes(of: entry, behind: link), current.id) ?? []
            entry.link = link
            return entry
        }
        return entries.isEmpty ? nil : (entries, sealed(sequence, link, "head"))
    }

    /// A head, or the end of a segment, with its seal.
    public func sealed(_ sequence: Int64, _ link: [UInt8], _ purpose: String) -> AuditHead {
        let seal = mac(Self.bytes(purpose, sequence, link), current.id) ?? []
        return AuditHead(sequence: sequence, link: link, secretID: current.id, seal: seal)
    }

    /// - Returns: Whether the entry is as it was written, behind this link; nil without the key that made the link.
    public func isIntact(_ entry: AuditEntry, behind link: [UInt8]) -> Bool? {
        mac(Self.bytes(of: entry, behind: link), entry.secretID).map { $0 == entry.link }
    }

    public func isIntact(_ head: AuditHead, _ purpose: String) -> Bool? {
        mac(Self.bytes(purpose, head.sequence, head.link), head.secretID).map { $0 == head.seal }
    }

    private func mac(_ bytes: [UInt8], _ secretID: String) -> [UInt8]? {
        keys[secretID].map { Array(HMAC<SHA256>.authenticationCode(for: bytes, using: $0)) }
    }

    private static func bytes(of entry: AuditEntry, behind link: [UInt8]) -> [UInt8] {
        var bytes = bytes("entry", entry.sequence, link)
        bytes.append(field: entry.secretID)
        return bytes + entry.event.encoded
    }

    private static func bytes(_ purpose: String, _ sequence: Int64, _ link: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(field: purpose)
        withUnsafeBytes(of: sequence.bigEndian) { bytes += $0 }
        return bytes + link
    }
}
