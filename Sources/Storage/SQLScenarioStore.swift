import CostModel
public import Domain
public import Foundation
public import SQLDatabase

/// Scenarios in a database.
public struct SQLScenarioStore: ScenarioStore {
    private let database: any SQLDatabase

    public init(_ database: any SQLDatabase) {
        self.database = database
    }

    public func insert(_ scenario: Scenario, once creation: Creation?, audit: SealedEvent?) async throws -> Bool {
        try await translated {
            let draft = scenario.draft
            let row: SQL = """
                INSERT INTO scenario (id, owner, name, description, region, workload, growth, sample_rate, status,
                    version, created_at, updated_at, search)
                VALUES (\(scenario.id), \(scenario.owner), \(draft.name), \(draft.description), \(draft.region),
                    \(draft.workload), \(draft.growth.description), \(draft.sampleRate.description), \(scenario.status.rawValue),
                    \(scenario.version), \(scenario.createdAt.microseconds), \(scenario.updatedAt.microseconds),
                    \(Self.folded("\(draft.name) \(draft.description)")))
                """
            let claim = creation.map { creation -> SQL in
                """
                INSERT INTO creation (owner, name, content, scenario, created_at)
                VALUES (\(scenario.owner), \(creation.name.bytes), \(creation.content.bytes), \(scenario.id),
                    \(scenario.createdAt.microseconds))
                """
            }
            do {
                try await database.write(
                    [claim].compactMap(\.self) + [row] + Self.tags(scenario) + SQLAuditStore.waiting(audit))
                return true
            } catch SQLError.constraint(.unique, _) where creation != nil { return false }
        }
    }

    public func creation(_ name: DeliveryKey, owner: UUID) async throws -> (scenario: UUID, content: DeliveryKey)? {
        try await translated {
            try await database.read {
                try $0.first(
                    "SELECT scenario, content FROM creation WHERE owner = \(owner) AND name = \(name.bytes)"
                ) { (try $0.uuid(0), DeliveryKey(stored: try $0.blob(1))) }
            }
        }
    }

    public func forgetCreations(before date: Date) async throws {
        try await translated {
            try await database.write(["DELETE FROM creation WHERE created_at < \(date.microseconds)"])
        }
    }

    /// Text as it is searched: in small letters, of any alphabet. SQLite knows those of English only.
    private static func folded(_ text: String) -> String {
        text.precomposedStringWithCanonicalMapping.lowercased()
    }

    private static func tags(_ scenario: Scenario) -> [SQL] {
        scenario.draft.tags.enumerated().map { position, tag in
            "INSERT INTO scenario_tag (scenario, tag, position) VALUES (\(scenario.id), \(tag), \(position))"
        }
    }

    private static let columns: SQL = """
        SELECT id, owner, name, description, region, workload, growth, sample_rate, status, version, created_at,
            updated_at
        FROM scenario
        """

    private static func scenario(_ row: any SQLRow) throws -> Scenario {
        var draft = Scenario.Draft()
        draft.name = try row.text(2)
        draft.description = try row.text(3)
        draft.region = try row.text(4)
        draft.workload = try row.text(5)
        draft.growth = try Quantity(try row.text(6))
        draft.sampleRate = try Quantity(try row.text(7))
        guard let status = Scenario.Status(rawValue: try row.text(8)) else {
            throw SQLError.statement("unknown status in scenario")
        }
        return Scenario(
            id: try row.uuid(0), owner: try row.uuid(1), draft: draft, status: status, version: Int(try row.int(9)),
            createdAt: Date(microseconds: try row.int(10)), updatedAt: Date(microseconds: try row.int(11)))
    }

    /// Fills the tags of several scenarios with one statement.
    private static func withTags(_ scenarios: [Scenario], _ connection: any SQLConnection) throws -> [Scenario] {
        guard !scenarios.isEmpty else { return [] }
        var tags: [UUID: [String]] = [:]
        try connection.query(
            """
            SELECT scenario, tag FROM scenario_tag WHERE scenario IN (\(list: scenarios.map(\.id)))
            ORDER BY scenario, position
            """
        ) { row in tags[try row.uuid(0), default: []].append(try row.text(1)) }
        return scenarios.map { scenario in
            var scenario = scenario
            scenario.draft.tags = tags[scenario.id] ?? []
            return scenario
        }
    }

    public func scenario(_ id: UUID, owner: UUID) async throws -> Scenario? {
        try await translated {
            try await database.read { connection in
                let found = try connection.all(
                    "\(sql: Self.columns) WHERE id = \(id) AND owner = \(owner)", Self.scenario)
                return try Self.withTags(found, connection).first
            }
        }
    }

    public func update(_ scenario: Scenario, audit: SealedEvent?) async throws -> Bool {
        try await translated {
            try await database.write { connection in
                let draft = scenario.draft
                let changed = try connection.execute(
                    """
                    UPDATE scenario
                    SET name = \(draft.name), description = \(draft.description), region = \(draft.region),
                        workload = \(draft.workload), growth = \(draft.growth.description), sample_rate = \(draft.sampleRate.description),
                        status = \(scenario.status.rawValue), version = \(scenario.version),
                        updated_at = \(scenario.updatedAt.microseconds),
                        search = \(Self.folded("\(draft.name) \(draft.description)"))
                    WHERE id = \(scenario.id) AND owner = \(scenario.owner) AND version = \(scenario.version - 1)
                    """)
                guard changed == 1 else { return false }
                try connection.batch(
                    ["DELETE FROM scenario_tag WHERE scenario = \(scenario.id)"] + Self.tags(scenario)
                        + SQLAuditStore.waiting(audit))
                return true
            }
        }
    }

    public func delete(_ id: UUID, owner: UUID, versions: [Int]?, audit: SealedEvent?) async throws -> Bool {
        let version: SQL = versions.map { "AND version IN (\(list: $0))" } ?? ""
        return try await translated {
            try await database.write {
                try $0.execute(
                    "DELETE FROM scenario WHERE id = \(id) AND owner = \(owner) \(sql: version)", audit: audit)
            }
        }
    }

    public func list(_ query: ScenarioQuery, owner: UUID) async throws -> Page<Scenario> {
        try await translated {
            try await database.read { connection in
                let condition = Self.condition(query, owner: owner)
                let column: SQL =
                    switch query.sort {
                    case .createdAt: "created_at"
                    case .updatedAt: "updated_at"
                    case .name: "name"
                    }
                let direction: SQL = query.isDescending ? "DESC" : "ASC"
                let found = try connection.all(
                    """
                    \(sql: Self.columns) WHERE \(sql: condition)
                    ORDER BY \(sql: column) \(sql: direction), id \(sql: direction)
                    LIMIT \(query.pageSize) OFFSET \((query.page - 1) * query.pageSize)
                    """, Self.scenario)
                let total = try connection.first("SELECT COUNT(*) FROM scenario WHERE \(sql: condition)") {
                    try $0.int(0)
                }
                return Page(items: try Self.withTags(found, connection), total: Int(total ?? 0))
            }
        }
    }

    private static func condition(_ query: ScenarioQuery, owner: UUID) -> SQL {
        var condition: SQL = "owner = \(owner)"
        if !query.statuses.isEmpty {
            condition = "\(sql: condition) AND status IN (\(list: query.statuses.map(\.rawValue)))"
        }
        if let only = query.only { condition = "\(sql: condition) AND id = \(only)" }
        if let region = query.region { condition = "\(sql: condition) AND region = \(region)" }
        if let tag = query.tag {
            condition = """
                \(sql: condition) AND EXISTS (
                    SELECT 1 FROM scenario_tag WHERE scenario_tag.scenario = scenario.id AND tag = \(tag))
                """
        }
        if let text = query.text {
            condition = "\(sql: condition) AND search LIKE \(SQL.containing(folded(text))) ESCAPE '!'"
        }
        if let from = query.createdFrom { condition = "\(sql: condition) AND created_at >= \(from.microseconds)" }
        if let before = query.createdBefore {
            condition = "\(sql: condition) AND created_at < \(before.microseconds)"
        }
        return condition
    }
}
