import Foundation

/// The audit log: put in line, searched, checked, sealed.
public struct AuditService: Sendable {
    let store: any AuditStore
    let chain: AuditChain
    let ambient: Ambient

    static let batch = 500

    public init(store: any AuditStore, chain: AuditChain, ambient: Ambient) {
        (self.store, self.chain, self.ambient) = (store, chain, ambient)
    }

    /// Writes an event that nothing else is written with.
    public func note(_ event: SealedEvent?) async throws { if let event { try await store.append([event]) } }

    /// What the operator did.
    public func note(_ action: AuditEvent.Action, details: [String: String] = [:]) async throws {
        try await note(ambient.event(action, of: nil, from: .commandLine, details: details))
    }

    /// Where a former secret put events in line before, says so in the log, and seals its end anew: that secret's seal
    /// holds no longer.
    public func begin() async throws {
        guard ambient.audit != nil else { return }
        if let head = try await store.end().head, head.place != .origin, head.secretID != chain.secretID,
            chain.isIntact(head, "head") == true
        {
            let details = ["from": head.secretID, "to": chain.secretID]
            let origin = Origin(correlationID: "start")
            try await note(ambient.event(.secretChanged, of: nil, from: origin, details: details))
            try await store.link(upTo: .max, atMost: Self.batch) { [self] in
                try entries(of: $0, behind: $1, acceptsFormer: true, $2)
            }
        }
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

    /// Puts waiting events in line.
    /// - Parameter last: The number of the last, of all by default.
    /// - Throws: ``AuditChain/Broken``.
    public func linkWaiting(upTo last: Int64 = .max) async throws {
        var linked = try await store.numbersWaiting() == nil ? 0 : Self.batch  // who only reads may run this
        while linked == Self.batch {
            linked = try await store.link(upTo: last, atMost: Self.batch) { [self] in
                try entries(of: $0, behind: $1, $2)
            }
        }
    }

    /// Puts in line what is due: requests go before, as long as the pace says.
    /// - Throws: ``AuditChain/Broken``.
    public func linkDue(_ pace: inout LinkingPace) async throws {
        if let last = pace.due(try await store.numbersWaiting()) { try await linkWaiting(upTo: last) }
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
