public import Domain
import Foundation
public import SQLDatabase

/// The audit log in a database. Triggers refuse to change it.
public struct SQLAuditStore: AuditStore {
    private let database: any SQLDatabase

    public init(_ database: any SQLDatabase) { self.database = database }

    private static let columns: SQL =
        "id, at, action, account, api_key, resource_type, resource_id, details, address, correlation_id"

    /// Writes an event beside what it tells of; ``link(atMost:_:)`` puts it in line.
    static func waiting(_ event: AuditEvent?) -> [SQL] {
        event.map { ["INSERT INTO audit_waiting (event) VALUES (\($0.encoded))"] } ?? []
    }

    private static func values(_ event: AuditEvent) -> SQL {
        """
        \(event.id), \(event.at.microseconds), \(event.action.rawValue), \(event.user), \(event.key),
        \(event.resource?.type), \(event.resource?.id), \(text(event.details)), \(event.address), \(event.correlationID)
        """
    }

    /// JSON: `{"name":"checkout"}`.
    private static func text(_ details: [String: String]) -> String {
        guard !details.isEmpty else { return "{}" }
        let members = details.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
        return "{\(members.joined(separator: ","))}"
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case _ where scalar.value < 0x20:
                quoted += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    private static func event(_ row: any SQLRow, from first: Int) throws -> AuditEvent {
        guard let action = AuditEvent.Action(rawValue: try row.text(first + 2)) else {
            throw SQLError.statement("unknown action in the audit log")
        }
        let origin = Origin(address: try row.optional(first + 8, row.text), correlationID: try row.text(first + 9))
        var event = AuditEvent(
            id: try row.uuid(first), at: Date(microseconds: try row.int(first + 1)), action: action,
            user: try row.optional(first + 3, row.uuid), key: try row.optional(first + 4, row.uuid), origin: origin)
        if let type = try row.optional(first + 5, row.text), let id = try row.optional(first + 6, row.text) {
            event.resource = .init(type: type, id: id)
        }
        event.details = try JSONDecoder().decode([String: String].self, from: Data(try row.text(first + 7).utf8))
        return event
    }

    public func append(_ events: [AuditEvent]) async throws {
        guard !events.isEmpty else { return }
        try await translated { try await database.write(events.flatMap(Self.waiting)) }
    }

    public func link(
        atMost limit: Int,
        _ link: @escaping @Sendable ([AuditEvent], AuditHead?) throws -> (entries: [AuditEntry], head: AuditHead)?
    ) async throws -> Int {
        // The table lock keeps other processes from the end of the log; SQLite's is the only one that writes.
        let isAlone = database.dialect == .sqlite
        return try await translated {
            try await database.write { connection in
                if !isAlone { try connection.execute("LOCK TABLE audit_head IN EXCLUSIVE MODE") }
                let waiting = try connection.all(
                    """
                    DELETE FROM audit_waiting WHERE id IN (SELECT id FROM audit_waiting ORDER BY id LIMIT \(limit))
                    RETURNING id, event
                    """
                ) { row in
                    guard let event = AuditEvent(decoding: try row.blob(1)) else {
                        throw SQLError.statement("a waiting audit event cannot be read")
                    }
                    return (id: try row.int(0), event: event)
                }
                let events = waiting.sorted { $0.id < $1.id }.map(\.event)
                guard let (entries, head) = try link(events, try Self.head(connection)) else { return waiting.count }
                try connection.batch(
                    entries.map { entry in
                        """
                        INSERT INTO audit_entry (sequence, \(sql: Self.columns), secret_id, link)
                        VALUES (\(entry.sequence), \(sql: Self.values(entry.event)), \(entry.secretID), \(entry.link))
                        """
                    } + [
                        """
                        INSERT INTO audit_head (id, sequence, link, secret_id, seal)
                        VALUES (1, \(head.sequence), \(head.link), \(head.secretID), \(head.seal))
                        ON CONFLICT (id) DO UPDATE SET sequence = excluded.sequence, link = excluded.link,
                            secret_id = excluded.secret_id, seal = excluded.seal
                        """
                    ])
                return waiting.count
            }
        }
    }

    private static func head(_ connection: any SQLConnection) throws -> AuditHead? {
        let stored = try connection.first("SELECT sequence, link, secret_id, seal FROM audit_head WHERE id = 1") {
            try Self.head($0, from: 0)
        }
        guard stored == nil else { return stored }
        // A log without its end, but with entries: an end that no seal fits.
        return try connection.first("SELECT sequence, link, secret_id FROM audit_entry ORDER BY sequence DESC LIMIT 1")
        {
            AuditHead(sequence: try $0.int(0), link: try $0.blob(1), secretID: try $0.text(2), seal: [])
        }
    }

    private static func head(_ row: any SQLRow, from first: Int) throws -> AuditHead {
        AuditHead(
            sequence: try row.int(first), link: try row.blob(first + 1), secretID: try row.text(first + 2),
            seal: try row.blob(first + 3))
    }

    public func head() async throws -> AuditHead? {
        try await translated { try await database.read(Self.head) }
    }

    // MARK: Reading

    /// More than so many are not counted.
    private static let countLimit = 10_000

    private static let selection: SQL = "SELECT sequence, secret_id, link, \(sql: columns) FROM audit_entry"

    private static func entry(_ row: any SQLRow) throws -> AuditEntry {
        AuditEntry(
            sequence: try row.int(0), event: try event(row, from: 3), secretID: try row.text(1), link: try row.blob(2))
    }

    public func entries(after sequence: Int64, limit: Int) async throws -> [AuditEntry] {
        try await translated {
            try await database.read {
                try $0.all(
                    "\(sql: Self.selection) WHERE sequence > \(sequence) ORDER BY sequence LIMIT \(limit)", Self.entry)
            }
        }
    }

    public func entries(_ query: AuditQuery) async throws -> Page<AuditEntry> {
        let condition = Self.condition(query)
        return try await translated {
            try await database.read { connection in
                let found = try connection.all(
                    """
                    \(sql: Self.selection) WHERE \(sql: condition)
                    ORDER BY sequence DESC LIMIT \(query.pageSize) OFFSET \((query.page - 1) * query.pageSize)
                    """, Self.entry)
                let total = try connection.first(
                    """
                    SELECT COUNT(*) FROM (
                        SELECT 1 FROM audit_entry WHERE \(sql: condition) LIMIT \(Self.countLimit)) AS found
                    """
                ) { try $0.int(0) }
                return Page(items: found, total: Int(total ?? 0))
            }
        }
    }

    private static func condition(_ query: AuditQuery) -> SQL {
        var condition: SQL = "sequence > 0"
        func and(_ more: SQL) { condition = "\(sql: condition) AND \(sql: more)" }
        if !query.actions.isEmpty { and("action IN (\(list: query.actions.map(\.rawValue)))") }
        if let user = query.user { and("account = \(user)") }
        if let resource = query.resourceID { and("resource_id = \(resource)") }
        if let address = query.address { and("address = \(address)") }
        if let id = query.correlationID { and("correlation_id = \(id)") }
        if let from = query.from { and("at >= \(from.microseconds)") }
        if let before = query.before { and("at < \(before.microseconds)") }
        return condition
    }

    // MARK: Segments

    public func segments() async throws -> [AuditSegment] {
        try await translated {
            try await database.read { connection in
                try connection.all(
                    """
                    SELECT sequence, link, secret_id, seal, begins_at, ends_at, purged FROM audit_segment
                    ORDER BY sequence
                    """
                ) { row in
                    AuditSegment(
                        end: try Self.head(row, from: 0), from: Date(microseconds: try row.int(4)),
                        to: Date(microseconds: try row.int(5)), isPurged: try row.int(6) == 1)
                }
            }
        }
    }

    public func insert(_ segment: AuditSegment) async throws {
        let end = segment.end
        try await translated {
            try await database.write([
                """
                INSERT INTO audit_segment (sequence, link, secret_id, seal, begins_at, ends_at, purged)
                VALUES (\(end.sequence), \(end.link), \(end.secretID), \(end.seal), \(segment.from.microseconds),
                    \(segment.to.microseconds), \(segment.isPurged ? 1 : 0))
                ON CONFLICT DO NOTHING
                """
            ])
        }
    }

    public func purge(_ segment: AuditSegment) async throws {
        try await translated {
            try await database.write([
                "UPDATE audit_segment SET purged = 1 WHERE sequence = \(segment.end.sequence)",
                "DELETE FROM audit_entry WHERE sequence <= \(segment.end.sequence)",
            ])
        }
    }
}

extension SQLConnection {
    /// Executes a statement that changes one row at most, and writes the event where it did.
    /// - Returns: Whether it did.
    func execute(_ statement: SQL, audit: AuditEvent?) throws -> Bool {
        guard try execute(statement) == 1 else { return false }
        for statement in SQLAuditStore.waiting(audit) { try execute(statement) }
        return true
    }
}
