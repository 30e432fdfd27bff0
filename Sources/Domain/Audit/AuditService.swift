import Foundation

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
    public func note(_ event: SealedEvent?) async throws { if let event { try await store.append([event]) } }

    /// What the operator did.
    public func note(_ action: AuditEvent.Action, details: [String: String] = [:]) async throws {
        try await note(ambient.event(action, of: nil, from: .commandLine, details: details))
    }

    /// Begins to put events in line. Where a former secret did so before, says so in the log, and seals its end anew:
    /// that secret's seal holds no longer.
    public func begin() async throws {
        guard ambient.audit != nil else { return }
        if let head = try await store.end().head, head.place != .origin, head.secretID != chain.secretID,
            chain.isIntact(head, "head") == true
        {
            let details = ["from": head.secretID, "to": chain.secretID]
            let origin = Origin(correlationID: "start")
            try await note(ambient.event(.secretChanged, of: nil, from: origin, details: details))
            try await store.link(atMost: Self.batch) { [self] in
                try entries(of: $0, behind: $1, acceptsFormer: true, $2)
            }
        }
        store.linkAtOnce { [self] in try entries(of: $0, behind: $1, $2) }
    }

    /// The secret that seals the log's end, where it is none of the chain's: nothing can be put in line with those.
    public func unknownSecretID() async throws -> String? {
        guard ambient.audit != nil, let head = try await store.end().head, head.place != .origin,
            chain.isIntact(head, "head") == nil
        else { return nil }
        return head.secretID
    }

    /// - Returns: Where the log ends; nil where its end is gone.
    public func end() async throws -> AuditPlace? { try await store.end().head?.place }

    /// Puts all waiting events in line.
    /// - Throws: ``AuditChain/Broken``.
    public func linkWaiting() async throws {
        while try await !store.waiting(atMost: 1).isEmpty {
            try await store.link(atMost: Self.batch) { [self] in try entries(of: $0, behind: $1, $2) }
        }
    }

    /// - Throws: ``AuditChain/Broken``.
    private func entries(
        of events: [SealedEvent], behind head: AuditHead?, acceptsFormer: Bool = false,
        _ known: ([AuditEvent]) throws -> Set<UUID>
    ) throws -> (entries: [AuditEntry], head: AuditHead) {
        try chain.require(head, acceptsFormer: acceptsFormer)  // before the work
        let opened = events.map(chain.open)
        var known = try known(opened.compactMap { $0?.event })
        let genuine = zip(events, opened).map { sealed, opened in
            // One that comes again is a copy that somebody else put there.
            guard let opened, known.insert(opened.event.id).inserted else {
                return OpenedEvent(ambient.forgery(sealed))
            }
            return opened
        }
        return try chain.entries(of: genuine, behind: head, acceptsFormer: acceptsFormer)
    }

    public func search(_ query: AuditQuery, by caller: Caller) async throws -> Page<AuditEntry> {
        try caller.requireAdmin()
        return try await store.entries(query)
    }

    /// All entries, piece by piece.
    public func export(by caller: Caller) async throws -> AuditExport {
        try caller.requireAdmin()
        try await note(ambient.event(.auditExported, by: caller))
        return AuditExport(store: store)
    }

    // MARK: Checked

    /// What is wrong with the log.
    public enum Flaw: Hashable, Sendable, CustomStringConvertible {
        case edited(sequence: Int64)
        case removed(sequence: Int64)
        case cut(after: Int64)
        case head
        case formerHead(secretID: String)
        case segment(endingAt: Int64)
        case unknownSecret(sequence: Int64, secretID: String)
        case forged(waiting: Int)
        case other(AuditPlace)
        case gone(AuditPlace)
        case triggers([String])

        public var description: String {
            switch self {
            case .edited(let sequence): "entry \(sequence) was edited, or is not in its place"
            case .removed(let sequence): "entry \(sequence) was removed"
            case .cut(let sequence): "the entries after \(sequence) were removed"
            case .head: "the end of the log was edited"
            case .formerHead(let id):
                "the end of the log was sealed with the former secret \(id): start the service with the present one, "
                    + "which seals it anew; if it had been started, the log was put back"
            case .segment(let sequence): "the seal of the segment that ends with entry \(sequence) was edited"
            case .unknownSecret(let sequence, let id):
                "entry \(sequence) was linked with the secret \(id), which is not among SECRET_KEY and SECRET_KEY_PREVIOUS"
            case .forged(let count): "of the events that wait to be put in line \(count) were written by somebody else"
            case .other(let place): "entry \(place.sequence) is not the one that was expected: the log was put back"
            case .gone(let place): "entry \(place.sequence) was taken out with its year: expect a later one"
            case .triggers(let names):
                "all entries are right, but triggers that keep the log append-only are gone or were changed, or others were "
                    + "added: \(names.joined(separator: ", "))"
            }
        }
    }

    /// What a check of the whole log found.
    public struct Verification: Hashable, Sendable {
        public var entries = 0  // that were read
        public var waiting = 0  // events that are not in line yet
        public var end = AuditPlace.origin
        public var flaw: Flaw?  // the first
    }

    /// - Parameter expected: An entry as it was seen before.
    public func verify(expecting expected: AuditPlace? = nil) async throws -> Verification {
        var found = Verification()
        found.flaw = try await firstFlaw(expected, &found)
        return found
    }

    private func firstFlaw(_ expected: AuditPlace?, _ found: inout Verification) async throws -> Flaw? {
        // The end first: what is put in line meanwhile comes behind it.
        let (head, first, last) = try await store.end()
        guard first >= 1 else { return .edited(sequence: first) }
        let waiting = try await store.waiting(atMost: Self.waitingLimit)
        found.waiting = waiting.count
        let segments = try await store.segments()
        var isPurged = true  // all so far
        for segment in segments {
            if let flaw = flaw(of: segment) { return flaw }
            guard segment.isPurged else {
                isPurged = false
                continue
            }
            guard isPurged, isOver(segment) else { return .removed(sequence: found.end.sequence + 1) }
            found.end = segment.end.place
        }
        if let expected, expected.sequence < found.end.sequence,
            !segments.contains(where: { $0.end.place == expected })
        {
            return .gone(expected)
        }
        if let expected, expected.sequence == found.end.sequence, expected != found.end { return .other(expected) }
        if let flaw = try await flawOfEntries(upTo: last, expected, &found) { return flaw }
        if let expected, expected.sequence > last { return .cut(after: last) }
        if let flaw = flaw(of: head, found.end) { return flaw }
        let forged = waiting.count { chain.open($0) == nil }
        if forged > 0 { return .forged(waiting: forged) }
        let triggers = try await store.wrongTriggers()
        return triggers.isEmpty ? nil : .triggers(triggers)
    }

    private static let waitingLimit = 100_000

    private func flaw(of segment: AuditSegment) -> Flaw? {
        switch chain.isIntact(segment.end, segment.purpose) {
        case nil: .unknownSecret(sequence: segment.end.place.sequence, secretID: segment.end.secretID)
        case false?: .segment(endingAt: segment.end.place.sequence)
        case true?: nil
        }
    }

    private func flawOfEntries(
        upTo last: Int64, _ expected: AuditPlace?, _ found: inout Verification
    ) async throws -> Flaw? {
        while found.end.sequence < last {
            let entries = try await store.entries(after: found.end.sequence, limit: Self.batch)
            if entries.isEmpty { return .cut(after: found.end.sequence) }
            for entry in entries {
                let next = found.end.sequence + 1
                guard case .success(let entry) = entry else { return .edited(sequence: next) }
                guard entry.sequence == next else { return .removed(sequence: next) }
                switch chain.isIntact(entry, behind: found.end.link) {
                case nil: return .unknownSecret(sequence: next, secretID: entry.secretID)
                case false?: return .edited(sequence: next)
                case true?: break
                }
                found.end = AuditPlace(sequence: next, link: entry.link)
                found.entries += 1
                if expected?.sequence == next, expected != found.end { return .other(found.end) }
                if next == last { return nil }
            }
        }
        return nil
    }

    private func flaw(of head: AuditHead?, _ end: AuditPlace) -> Flaw? {
        guard let head else { return .head }
        switch chain.isIntact(head, "head") {
        case nil: return .unknownSecret(sequence: head.place.sequence, secretID: head.secretID)
        case false?: return .head
        case true?: break
        }
        if head.place.sequence > end.sequence { return .cut(after: end.sequence) }
        guard head.place == end else { return .head }
        return head.place == .origin || head.secretID == chain.secretID ? nil : .formerHead(secretID: head.secretID)
    }

    // MARK: Sealed

    /// Seals the months that are over and takes out those of more than a year ago.
    /// - Returns: The ends of the months that were sealed.
    /// - Throws: ``AuditChain/Broken``.
    public func sealAndPurge() async throws -> [AuditPlace] {
        let now = ambient.now()
        var segments = try await store.segments()
        guard let thisMonth = Calendar.utc.dateInterval(of: .month, for: now)?.start else { return [] }
        var found: [AuditSegment] = []
        while let next = try await month(after: found.last ?? segments.last, before: thisMonth) { found.append(next) }
        segments += found
        // One whose time is wrong takes nothing with it that came before.
        let over = segments.prefix(while: isOver).filter { !$0.isPurged }
        if !(found.isEmpty && over.isEmpty) {
            // A seal says that all was right: what was tampered with is neither sealed nor taken out.
            guard try await verify().flaw == nil else { throw AuditChain.Broken() }
            for segment in found { try await store.insert(segment) }
        }
        for segment in over { try await store.purge(segment) }
        return found.map(\.end.place)
    }

    private func isOver(_ segment: AuditSegment) -> Bool {
        segment.to < ambient.now().addingTimeInterval(-Self.retentionDays * 86_400)
    }

    /// The next month that has entries and is over.
    private func month(after last: AuditSegment?, before thisMonth: Date) async throws -> AuditSegment? {
        guard let first = try await store.entries(after: last?.end.place.sequence ?? 0, limit: 1).first?.get(),
            let interval = Calendar.utc.dateInterval(of: .month, for: first.event.at), interval.end <= thisMonth
        else { return nil }
        var end = first
        reading: while true {
            let entries = try await store.entries(after: end.sequence, limit: Self.batch)
            if entries.isEmpty { break }
            for entry in entries {
                let entry = try entry.get()
                if entry.event.at >= interval.end { break reading }
                end = entry
            }
        }
        let place = AuditPlace(sequence: end.sequence, link: end.link)
        let purpose = AuditSegment.purpose(from: interval.start, to: interval.end)
        return AuditSegment(
            end: chain.head(place, purpose), from: interval.start, to: interval.end, isPurged: false)
    }
}

extension Ambient {
    /// What is put in line for an event that somebody else wrote.
    fileprivate func forgery(_ sealed: SealedEvent) -> AuditEvent {
        AuditEvent(
            id: newID(), at: now(), action: .eventForged, user: nil,
            details: ["content": Data(sealed.bytes.prefix(4_096)).base64EncodedString()],
            origin: Origin(correlationID: "audit"))
    }
}

/// The entries of the audit log in order, read as they are asked for; what cannot be read is left out.
public struct AuditExport: AsyncSequence, Sendable {
    let store: any AuditStore

    private static let batch = 500

    public struct AsyncIterator: AsyncIteratorProtocol {
        let store: any AuditStore
        var after: Int64 = 0

        public mutating func next() async throws -> [AuditEntry]? {
            let rows = try await store.entries(after: after, limit: AuditExport.batch)
            after = rows.last?.sequence ?? after
            return rows.isEmpty ? nil : rows.compactMap { try? $0.get() }  // 'audit verify' names the others
        }
    }

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(store: store) }
}

extension Result<AuditEntry, UnreadableEntry> {
    fileprivate var sequence: Int64 {
        switch self {
        case .success(let entry): entry.sequence
        case .failure(let error): error.sequence
        }
    }
}

extension Calendar {
    static let utc: Calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar
    }()
}
