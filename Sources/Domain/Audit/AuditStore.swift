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
    var purpose: String { Self.purpose(from: from, to: to) }

    static func purpose(from: Date, to: Date) -> String {
        "segment \(Int64(from.timeIntervalSince1970)) \(Int64(to.timeIntervalSince1970))"
    }
}

/// An entry whose row cannot be read, or is not as it would be written.
public struct UnreadableEntry: Error {
    public var sequence: Int64

    public init(sequence: Int64) { self.sequence = sequence }
}

/// Puts sealed events, the oldest first, behind the head. `known` tells which are in the log already.
public typealias AuditLinker =
    @Sendable (
        _ events: [SealedEvent], _ head: AuditHead?, _ known: ([AuditEvent]) throws -> Set<UUID>
    ) throws -> (entries: [AuditEntry], head: AuditHead)

/// Where the audit log is kept. Stores write events beside what they change; they wait there until they are put in line.
public protocol AuditStore: Sendable {
    /// Writes events that nothing else is written with. They are durable when it returns.
    func append(_ events: [SealedEvent]) async throws
    /// - Returns: The events that wait to be put in line, the oldest first.
    func waiting(atMost limit: Int) async throws -> [SealedEvent]
    /// - Returns: The numbers of the oldest and the newest of them; once none waits they may begin anew. nil for none.
    func numbersWaiting() async throws -> ClosedRange<Int64>?
    /// Puts waiting events behind the head, the oldest first, in one transaction.
    /// - Parameter last: The number of the last that may be put there.
    /// - Returns: How many were.
    @discardableResult
    func link(upTo last: Int64, atMost limit: Int, _ link: @escaping AuditLinker) async throws -> Int
    /// Entries, those of the latest time first; what cannot be read, or is of a segment that was taken out, is left out.
    func entries(_ query: AuditQuery) async throws -> Page<AuditEntry>
    /// - Returns: Entries after a place and after the segments that were taken out, in order.
    func entries(after sequence: Int64, limit: Int) async throws -> [Result<AuditEntry, UnreadableEntry>]
    /// - Returns: The head, and the first and the last entry's place, of one moment; 1 and 0 for an empty log.
    func end() async throws -> (head: AuditHead?, first: Int64, last: Int64)

    /// - Returns: The triggers of the log's tables that are gone, are others than they were made, or are somebody else's.
    func wrongTriggers() async throws -> [String]

    func segments() async throws -> [AuditSegment]
    func insert(_ segment: AuditSegment) async throws
    /// Takes the entries of a segment out, and what is left of earlier ones, some at a time.
    func purge(_ segment: AuditSegment) async throws
}
