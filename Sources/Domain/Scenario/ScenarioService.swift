public import Foundation

/// What users do with scenarios.
public struct ScenarioService: Sendable {
    public var store: any ScenarioStore
    public var ambient: Ambient
    public var changes: Changes

    public init(store: any ScenarioStore, ambient: Ambient = Ambient(), changes: Changes = Changes()) {
        (self.store, self.ambient, self.changes) = (store, ambient, changes)
    }

    /// - Parameter once: A name that the caller gives the creation: it makes one scenario, however often it is sent.
    /// - Throws: ``DomainError`` `.invalid`; `.forbidden` for a key that is bound to one scenario; `.conflict` where the
    ///   name has made another draft, or a scenario that was deleted.
    public func create(_ draft: Scenario.Draft, by caller: Caller, once name: String? = nil) async throws -> Scenario {
        guard caller.scenario == nil else {
            throw DomainError(.forbidden, "This key is bound to one scenario and makes no others.")
        }
        _ = try draft.checked()
        let now = ambient.now()
        let scenario = Scenario(
            id: ambient.newID(), owner: caller.user, draft: draft, createdAt: now, updatedAt: now)
        let creation = name.map { Creation(name: DeliveryKey($0), content: draft.digest) }
        let event = event(.scenarioCreated, scenario, by: caller)
        guard try await store.insert(scenario, once: creation, audit: event) else {
            return try await made(by: creation, caller)
        }
        changes.note(caller.user)
        return scenario
    }

    /// The scenario that the name has made before.
    private func made(by creation: Creation?, _ caller: Caller) async throws -> Scenario {
        guard let creation, let (id, content) = try await store.creation(creation.name, owner: caller.user) else {
            throw DomainError(.unavailable, "The request is being answered; send it again.")
        }
        guard content == creation.content else {
            throw DomainError(.conflict, "This Idempotency-Key has made another scenario.")
        }
        guard let scenario = try await store.scenario(id, owner: caller.user) else {
            throw DomainError(.conflict, "The scenario that this Idempotency-Key made was deleted.")
        }
        return scenario
    }

    private func event(_ action: AuditEvent.Action, _ scenario: Scenario, by caller: Caller) -> SealedEvent? {
        let details = [
            "name": scenario.draft.name, "status": scenario.status.rawValue, "version": "\(scenario.version)",
        ]
        return ambient.event(action, by: caller, .init("scenario", scenario.id), details: details)
    }

    /// - Throws: ``DomainError`` `.notFound`.
    public func get(_ id: UUID, by caller: Caller) async throws -> Scenario {
        guard caller.scenario == nil || caller.scenario == id,
            let scenario = try await store.scenario(id, owner: caller.user)
        else { throw DomainError.notFound("scenario") }
        return scenario
    }

    public func list(_ query: ScenarioQuery, by caller: Caller) async throws -> Page<Scenario> {
        var query = query
        query.only = caller.scenario
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
        let scenario = try await get(id, by: caller)
        try Self.match(versions, scenario)
        let event = event(.scenarioDeleted, scenario, by: caller)
        guard try await store.delete(id, owner: caller.user, versions: versions, audit: event) else {
            try Self.match(versions, try await get(id, by: caller))  // another request changed it meanwhile
            throw DomainError.notFound("scenario")
        }
        changes.note(caller.user)
    }

    /// A new draft with the same decisions and no traffic.
    public func clone(_ id: UUID, by caller: Caller, once name: String? = nil) async throws -> Scenario {
        var draft = try await get(id, by: caller).draft
        let copy = "Copy of \(draft.name)".unicodeScalars.prefix(Scenario.longestName)
        draft.name = String(String.UnicodeScalarView(copy)).trimmingCharacters(in: .whitespaces)
        return try await create(draft, by: caller, once: name)
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
            if try await store.update(scenario, audit: event(.scenarioUpdated, scenario, by: caller)) {
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

extension Scenario.Draft {
    /// Names what the user decided.
    fileprivate var digest: DeliveryKey {
        let parts = [name, description, region, workload, "\(growth)", "\(sampleRate)"] + tags
        return DeliveryKey(parts.map { "\($0.utf8.count):\($0)" }.joined())
    }
}
