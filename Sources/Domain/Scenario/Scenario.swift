public import CostModel
public import Foundation

/// Traffic, the workload it passes through, a region and assumptions.
public struct Scenario: Hashable, Sendable {
    public enum Status: String, CaseIterable, Sendable {
        case draft, running, completed, archived

        /// The moves that the state machine allows.
        public func mayBecome(_ next: Status) -> Bool {
            switch (self, next) {
            case (.draft, .running), (.running, .completed), (.completed, .running): true
            case (.draft, .archived), (.completed, .archived): true
            default: false
            }
        }
    }

    /// What a user decides of it; everything here may change, and a change prices the recorded traffic anew.
    public struct Draft: Hashable, Sendable {
        public var name = ""
        public var description = ""
        public var region = "us-east-1"
        public var tags: [String] = []
        /// JSON, as `docs/workload-format.md` says; name and region may be left out.
        public var workload = Scenario.defaultWorkload
        public var growth: Quantity = 0  // expected change of traffic: 1/5 is a fifth more; above -1
        public var sampleRate: Quantity = 1  // part of the traffic that is sent here; above 0, at most 1

        public init() {}
    }

    public var id: UUID
    public var owner: UUID
    public var draft: Draft
    public var status: Status
    public var version: Int  // counts changes; the entity tag
    public var createdAt: Date
    public var updatedAt: Date

    public init(
        id: UUID, owner: UUID, draft: Draft, status: Status = .draft, version: Int = 1, createdAt: Date, updatedAt: Date
    ) {
        (self.id, self.owner, self.draft, self.status, self.version) = (id, owner, draft, status, version)
        (self.createdAt, self.updatedAt) = (createdAt, updatedAt)
    }

    public static let longestName = 200  // characters

    /// What traffic passes through unless the user says more: a queue and a function that empties it.
    public static let defaultWorkload = #"{"steps":[{"sqs":{}},{"lambda":{"memory_mb":512,"duration_ms":100}}]}"#
}

extension Scenario.Draft {
    /// - Throws: ``DomainError`` `.invalid` naming the members that are wrong.
    public func checked() throws -> (workload: Workload, projection: Projection) {
        var problems: [DomainError.Member] = []
        func check(_ isRight: Bool, _ pointer: String, _ detail: String) {
            if !isRight { problems.append(.init(pointer: pointer, detail: detail)) }
        }
        check(!name.allSatisfy(\.isWhitespace), "/name", "is blank")
        check(tags.allSatisfy { !$0.allSatisfy(\.isWhitespace) }, "/tags", "holds a blank tag")
        check(Set(tags).count == tags.count, "/tags", "holds a tag twice")
        check(growth > -1, "/growth", "is -1 or less")
        check(sampleRate > 0 && sampleRate <= 1, "/sample_rate", "is not above 0 and at most 1")
        let projection = Projection(growth: try Quantity.one + growth, sampleRate: sampleRate)
        var workload: Workload?
        do {
            workload = try KeptWorkloads.shared.workload(self.workload, region: region)
            workload?.name = name
        } catch let error as WorkloadError {
            problems.append(.init(pointer: Self.pointer(error.field), detail: error.detail))
        }
        guard problems.isEmpty, let workload else {
            throw DomainError(.invalid, "The scenario has members that are wrong.", members: problems)
        }
        return (workload, projection)
    }

    /// `steps[0].sqs.batch` → `/workload/steps/0/sqs/batch`.
    private static func pointer(_ field: String) -> String {
        guard field != "region" else { return "/region" }
        let parts = field.replacing("[", with: ".").replacing("]", with: "").split(separator: ".")
        return (["/workload"] + parts.map { $0.replacing("~", with: "~0").replacing("/", with: "~1") })
            .joined(separator: "/")
    }
}

/// Which scenarios a list shows, and in what order.
public struct ScenarioQuery: Hashable, Sendable {
    public enum Sort: String, CaseIterable, Sendable { case createdAt = "created_at", updatedAt = "updated_at", name }

    public var statuses: [Scenario.Status] = []  // any of these; none: all
    public var region: String?
    public var tag: String?
    public var text: String?  // begins a word of the name
    public var createdFrom: Date?
    public var createdBefore: Date?
    public var sort = Sort.createdAt
    public var isDescending = true
    public var only: UUID?  // this scenario, if it is one of them
    public var page = 1  // from 1
    public var pageSize = 20  // 1–100

    public init() {}
}

public struct Page<Element: Sendable>: Sendable {
    public var items: [Element]
    public var total: Int

    public init(items: [Element], total: Int) { (self.items, self.total) = (items, total) }
}

/// What a caller names a creation by, and what it is to make.
public struct Creation: Hashable, Sendable {
    public var name: DeliveryKey
    public var content: DeliveryKey

    public init(name: DeliveryKey, content: DeliveryKey) { (self.name, self.content) = (name, content) }
}

/// Where scenarios are kept. Every call names the owner; another's scenario is not there. What is changed and the event
/// that tells of it are written together.
public protocol ScenarioStore: Sendable {
    /// - Returns: Whether it was written: a creation of the same name was not known.
    func insert(_ scenario: Scenario, once creation: Creation?, audit: SealedEvent?) async throws -> Bool
    /// - Returns: The scenario that a name has made, which may be gone, and the content it named.
    func creation(_ name: DeliveryKey, owner: UUID) async throws -> (scenario: UUID, content: DeliveryKey)?
    /// Forgets creations before a time.
    func forgetCreations(before date: Date) async throws
    func scenario(_ id: UUID, owner: UUID) async throws -> Scenario?
    /// Replaces the scenario of version `scenario.version - 1`.
    /// - Returns: Whether that version was still there.
    func update(_ scenario: Scenario, audit: SealedEvent?) async throws -> Bool
    /// Deletes a scenario with its traffic.
    /// - Returns: Whether it was there.
    func delete(_ id: UUID, owner: UUID, versions: [Int]?, audit: SealedEvent?) async throws -> Bool
    func list(_ query: ScenarioQuery, owner: UUID) async throws -> Page<Scenario>
}
