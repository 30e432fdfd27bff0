import Crypto
public import Foundation

/// What users do with scenarios.
public struct ScenarioService: Sendable {
    public var store: any ScenarioStore
    public var ambient: Ambient
    public var changes: Changes

    public init(store: any ScenarioStore, ambient: Ambient = Ambient(), changes: Changes = Changes()) {
        (self.store, self.ambient, self.changes) = (store, ambient, changes)
    }

    /// - Parameter idempotencyKey: The same key of the same user makes one scenario, however often it is sent.
    /// - Throws: ``DomainError`` `.invalid`; `.forbidden` for a key that is bound to one scenario; `.conflict` where the
    ///   idempotency key made another draft.
    public func create(
        _ draft: Scenario.Draft, by caller: Caller, idempotencyKey: String? = nil
    ) async throws -> Scenario {
        guard caller.scenario == nil else {
            throw DomainError(.forbidden, "This key is bound to one scenario and makes no others.")
        }
        _ = try draft.checked()
        let now = ambient.now()
        let id = idempotencyKey.map { UUID(named: $0, by: caller.user) } ?? ambient.newID()
        let scenario = Scenario(id: id, owner: caller.user, draft: draft, createdAt: now, updatedAt: now)
        if idempotencyKey != nil, let known = try await known(scenario) { return known }
        do { try await store.insert(scenario) } catch {
            if idempotencyKey != nil, let known = try await known(scenario) { return known }  // made meanwhile
            throw error
        }
        changes.note(caller.user)
        return scenario
    }

    /// The scenario that an idempotency key made before.
    private func known(_ scenario: Scenario) async throws -> Scenario? {
        guard let known = try await store.scenario(scenario.id, owner: scenario.owner) else { return nil }
        guard known.draft == scenario.draft || known.version > 1 else {
            throw DomainError(.conflict, "This Idempotency-Key has made another scenario.")
        }
        return known
    }

    /// - Throws: ``DomainError`` `.notFound`.
    public func get(_ id: UUID, by caller: Caller) async throws -> Scenario {
        guard caller.scenario == nil || caller.scenario == id,
            let scenario = try await store.scenario(id, owner: caller.user)
        else { throw DomainError.notFound("scenario") }
        return scenario
    }

    public func list(_ query: ScenarioQuery, by caller: Caller) async throws -> Page<Scenario> {
        if let only = caller.scenario {
            let scenario = try await store.scenario(only, owner: caller.user)
            return Page(items: scenario.map { [$0] } ?? [], total: scenario == nil ? 0 : 1)
        }
        return try await store.list(query, owner: caller.user)
    }

    /// Changes what the user decides.
    /// - Parameter versions: Those that the caller would change; nil does not ask.
    /// - Throws: ``DomainError`` `.notFound`, `.invalid`, `.preconditionFailed`, `.conflict` for an archived scenario.
    public func update(
        _ id: UUID, versions: [Int]?, by caller: Caller, _ change: (inout Scenario.Draft) throws -> Void
    ) async throws -> Scenario {
        try await changing(id, versions: versions, by: caller) { scenario in
            guard scenario.status != .archived else {
                throw DomainError(.conflict, "An archived scenario is read-only.")
            }
            try change(&scenario.draft)
            _ = try scenario.draft.checked()
        }
    }

    /// Moves a scenario through its states; a move to the state it is in changes nothing.
    /// - Throws: ``DomainError`` `.notFound`; `.conflict` for a move that the state machine does not know.
    public func move(
        _ id: UUID, to next: Scenario.Status, by caller: Caller
    ) async throws -> Scenario {
        try await changing(id, versions: nil, by: caller) { scenario in
            if scenario.status == next { return }
            guard scenario.status.mayBecome(next) else {
                throw DomainError(.conflict, "A scenario that is \(scenario.status) cannot become \(next).")
            }
            scenario.status = next
        }
    }

    /// - Throws: ``DomainError`` `.notFound`, `.preconditionFailed`.
    public func delete(_ id: UUID, versions: [Int]? = nil, by caller: Caller) async throws {
        try Self.match(versions, try await get(id, by: caller))
        guard try await store.delete(id, owner: caller.user, versions: versions) else {
            try Self.match(versions, try await get(id, by: caller))  // another request changed it meanwhile
            throw DomainError.notFound("scenario")
        }
        changes.note(caller.user)
    }

    /// A new draft with the same decisions and no traffic.
    public func clone(_ id: UUID, by caller: Caller, idempotencyKey: String? = nil) async throws -> Scenario {
        var draft = try await get(id, by: caller).draft
        let copy = "Copy of \(draft.name)".unicodeScalars.prefix(Scenario.longestName)
        draft.name = String(String.UnicodeScalarView(copy)).trimmingCharacters(in: .whitespaces)
        return try await create(draft, by: caller, idempotencyKey: idempotencyKey)
    }

    /// Reads, changes and writes. Another request may be faster: who names a version is told so, who names none wants the
    /// change made to whatever is there.
    private func changing(
        _ id: UUID, versions: [Int]?, by caller: Caller, _ change: (inout Scenario) throws -> Void
    ) async throws -> Scenario {
        for _ in 0..<Self.attempts {
            let before = try await get(id, by: caller)
            try Self.match(versions, before)
            var scenario = before
            try change(&scenario)
            if scenario == before { return before }
            scenario.version += 1
            scenario.updatedAt = ambient.now()
            if try await store.update(scenario) {
                changes.note(scenario.owner)
                return scenario
            }
        }
        throw DomainError(.conflict, "Other requests keep changing the scenario; try again.")
    }

    private static let attempts = 100

    private static func match(_ versions: [Int]?, _ scenario: Scenario) throws {
        guard versions?.contains(scenario.version) != false else {
            throw DomainError(.preconditionFailed, "The scenario is at version \(scenario.version).")
        }
    }
}

extension UUID {
    /// RFC 9562, version 8: from a user's idempotency key.
    fileprivate init(named key: String, by user: UUID) {
        var hash = SHA256()
        withUnsafeBytes(of: user.uuid) { hash.update(bufferPointer: $0) }
        hash.update(data: Array(key.utf8))
        var bytes = Array(hash.finalize().prefix(16))
        bytes[6] = bytes[6] & 0x0f | 0x80
        bytes[8] = bytes[8] & 0x3f | 0x80
        self = bytes.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
    }
}
