public import Foundation

/// The audit log: put in line, searched, checked, sealed.
public struct AuditService: Sendable {
    let store: any AuditStore
    let chain: AuditChain
    let ambient: Ambient

    private static let batch = 500
    /// After a year entries may go; their segment's seal stays.
    private static let retentionDays = 365.0

    public init(store: any AuditStore, chain: AuditChain, ambient: Ambient) {
        (self.store, self.chain, self.ambient) = (store, chain, ambient)
    }

    /// Writes an event that nothing else is written with.
    public func note(_ event: AuditEvent?) async throws { if let event { try await store.append([event]) } }

    /// Puts all waiting events in line.
    public func linkWaiting() async throws {
        let chain = chain
        while try await store.link(atMost: Self.batch, { try chain.entries(of: $0, behind: $1) }) == Self.batch {}
    }

    public func search(_ query: AuditQuery, by caller: Caller) async throws -> Page<AuditEntry> {
        try caller.requireAdmin()
        return try await store.entries(query)
    }

    /// All entries, piece by piece.
    public func export(by caller: Caller) throws -> AuditExport {
        try caller.requireAdmin()
        return AuditExport(store: store)
    }

    // MARK: Checked

    /// What is wrong with the log.
    public enum Flaw: Hashable, Sendable, CustomStringConvertible {
        case edited(sequence: Int64, event: UUID)
        case removed(sequence: Int64)
        case cut(after: Int64)
        case head
        case segment(endingAt: Int64)
        case unknownSecret(sequence: Int64, secretID: String)

        public var description: String {
            switch self {
            case .edited(let sequence, let event):
                "entry \(sequence) (\(event.uuidString.lowercased())) was edited, or is not in its place"
            case .removed(let sequence): "entry \(sequence) was removed"
            case .cut(let sequence): "the entries after \(sequence) were removed"
            case .head: "the end of the log was edited"
            case .segment(let sequence): "the seal of the segment that ends with entry \(sequence) was edited"
            case .unknownSecret(let sequence, let id):
                "entry \(sequence) was linked with the secret \(id), which is not among SECRET_KEY and SECRET_KEY_PREVIOUS"
            }
        }
    }

    /// - Returns: How many entries were read, and the first flaw.
    public func verify() async throws -> (entries: Int, flaw: Flaw?) {
        var (sequence, link, count) = (Int64(0), AuditChain.origin, 0)
        for segment in try await store.segments() {
            switch chain.isIntact(segment.end, segment.purpose) {
            case nil: return (0, .unknownSecret(sequence: segment.end.sequence, secretID: segment.end.secretID))
            case false?: return (0, .segment(endingAt: segment.end.sequence))
            case true?: break
            }
            guard segment.isPurged else { continue }
            guard isOver(segment) else { return (0, .removed(sequence: sequence + 1)) }
            (sequence, link) = (segment.end.sequence, segment.end.link)
        }
        while true {
            let entries = try await store.entries(after: sequence, limit: Self.batch)
            if entries.isEmpty { break }
            for entry in entries {
                if let flaw = flaw(of: entry, behind: sequence, link) { return (count, flaw) }
                (sequence, link, count) = (entry.sequence, entry.link, count + 1)
            }
        }
        return (count, try await flawOfEnd(sequence, link))
    }

    private func flaw(of entry: AuditEntry, behind sequence: Int64, _ link: [UInt8]) -> Flaw? {
        guard entry.sequence == sequence + 1 else { return .removed(sequence: sequence + 1) }
        return switch chain.isIntact(entry, behind: link) {
        case nil: .unknownSecret(sequence: entry.sequence, secretID: entry.secretID)
        case false?: .edited(sequence: entry.sequence, event: entry.event.id)
        case true?: nil
        }
    }

    private func flawOfEnd(_ sequence: Int64, _ link: [UInt8]) async throws -> Flaw? {
        guard let head = try await store.head() else { return sequence == 0 ? nil : .head }
        guard chain.isIntact(head, "head") == true else {
            return chain.isIntact(head, "head") == nil
                ? .unknownSecret(sequence: head.sequence, secretID: head.secretID) : .head
        }
        if head.sequence > sequence { return .cut(after: sequence) }
        return head.sequence == sequence && head.link == link ? nil : .head
    }

    // MARK: Sealed

    /// Seals the months that are over and takes out those of more than a year ago.
    public func sealAndPurge() async throws {
        let now = ambient.now()
        var segments = try await store.segments()
        let calendar = Calendar.utc
        guard let thisMonth = calendar.dateInterval(of: .month, for: now)?.start else { return }
        var found: [AuditSegment] = []
        while let next = try await month(after: found.last ?? segments.last, before: thisMonth) { found.append(next) }
        segments += found
        let over = segments.filter { !$0.isPurged && isOver($0) }
        guard !(found.isEmpty && over.isEmpty) else { return }
        // A seal says that all was right: what was tampered with is neither sealed nor taken out.
        guard try await verify().flaw == nil else { throw AuditChain.Broken() }
        for segment in found { try await store.insert(segment) }
        for segment in over { try await store.purge(segment) }
    }

    private func isOver(_ segment: AuditSegment) -> Bool {
        segment.to < ambient.now().addingTimeInterval(-Self.retentionDays * 86_400)
    }

    /// The next month that has entries and is over.
    private func month(after last: AuditSegment?, before thisMonth: Date) async throws -> AuditSegment? {
        guard let first = try await store.entries(after: last?.end.sequence ?? 0, limit: 1).first,
            let interval = Calendar.utc.dateInterval(of: .month, for: first.event.at), interval.end <= thisMonth
        else { return nil }
        var end = first
        reading: while true {
            let entries = try await store.entries(after: end.sequence, limit: Self.batch)
            if entries.isEmpty { break }
            for entry in entries {
                if entry.event.at >= interval.end { break reading }
                end = entry
            }
        }
        var segment = AuditSegment(
            end: AuditHead(sequence: 0, link: [], secretID: "", seal: []), from: interval.start, to: interval.end,
            isPurged: false)
        segment.end = chain.sealed(end.sequence, end.link, segment.purpose)
        return segment
    }
}

/// The entries of the audit log in order, read as they are asked for.
public struct AuditExport: AsyncSequence, Sendable {
    let store: any AuditStore

    private static let batch = 500

    public struct AsyncIterator: AsyncIteratorProtocol {
        let store: any AuditStore
        var after: Int64 = 0

        public mutating func next() async throws -> [AuditEntry]? {
            let entries = try await store.entries(after: after, limit: AuditExport.batch)
            after = entries.last?.sequence ?? after
            return entries.isEmpty ? nil : entries
        }
    }

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(store: store) }
}

extension Calendar {
    static let utc: Calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar
    }()
}
