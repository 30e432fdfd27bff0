public import Foundation

/// Which entries of the audit log are shown, the newest first.
public struct AuditQuery: Hashable, Sendable {
    public var actions: [AuditEvent.Action] = []  // any of these
    public var user: UUID?
    public var resourceID: String?
    public var address: String?
    public var correlationID: String?
    public var from: Date?
    public var before: Date?
    public var page = 1  // from 1
    public var pageSize = 20  // 1–100

    public init() {}
}

/// Entries that are over and were taken out, up to and with one.
public struct AuditSegment: Hashable, Sendable {
    public var end: AuditHead  // its last entry, sealed
    public var from: Date
    public var to: Date
    public var isPurged: Bool

    public init(end: AuditHead, from: Date, to: Date, isPurged: Bool) {
        (self.end, self.from, self.to, self.isPurged) = (end, from, to, isPurged)
    }

    /// What its seal is for: this stretch of time.
    var purpose: String { "segment \(Int64(from.timeIntervalSince1970)) \(Int64(to.timeIntervalSince1970))" }
}

/// Where the audit log is kept. Stores write events beside what they change; they wait there until they are put in line.
public protocol AuditStore: Sendable {
    /// Writes events that nothing else is written with. They are durable when it returns.
    func append(_ events: [AuditEvent]) async throws
    /// Puts waiting events, the oldest first, behind the head, in one transaction.
    /// - Returns: How many.
    func link(
        atMost limit: Int,
        _ link: @escaping @Sendable ([AuditEvent], AuditHead?) throws -> (entries: [AuditEntry], head: AuditHead)?
    ) async throws -> Int
    func entries(_ query: AuditQuery) async throws -> Page<AuditEntry>
    /// - Returns: Entries after a place, in order.
    func entries(after sequence: Int64, limit: Int) async throws -> [AuditEntry]
    func head() async throws -> AuditHead?

    func segments() async throws -> [AuditSegment]
    func insert(_ segment: AuditSegment) async throws
    /// Takes the entries of a segment out.
    func purge(_ segment: AuditSegment) async throws
}
