public import Domain
import Foundation
public import SQLDatabase

/// The audit log in a database. Triggers refuse to change it.
public struct SQLAuditStore: AuditStore {
    private let database: any SQLDatabase

    public init(_ database: any SQLDatabase) { self.database = database }

    private static let columns: SQL =
        "id, at, action, account, api_key, resource_type, resource_id, details, address, correlation_id"

    /// Writes an event beside what it tells of; ``link(upTo:atMost:_:)`` puts it in line.
    static func waiting(_ event: SealedEvent?) -> [SQL] {
        event.map { [waiting.insertion(of: [.blob($0.bytes)])] } ?? []
    }

    private static let waiting = DeferredInserts(into: "audit_waiting (event)", columns: 1)

    private static func values(_ entry: AuditEntry) -> [SQLValue] {
        let event = entry.event
        return [
            .integer(entry.sequence), .uuid(event.id), .integer(event.at.microseconds), .text(event.action.rawValue),
            event.user.sqlValue, event.key.sqlValue, event.resource?.type.sqlValue ?? .null,
            event.resource?.id.sqlValue ?? .null, .text(text(event.details)), event.address.sqlValue,
            .text(event.correlationID), .text(entry.secretID), .blob(entry.link),
        ]
    }

    /// JSON: `{"name":"checkout"}`.
    private static func text(_ details: [String: String]) -> String {
        guard !details.isEmpty else { return "{}" }
        let members = details.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
        return "{\(members.joined(separator: ","))}"
    }

    private static func quoted(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }) else {
            return "\"\(text)\""
        }
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

    public func append(_ events: [SealedEvent]) async throws {
        guard !events.isEmpty else { return }
        try await translated { try await database.write(events.flatMap(Self.waiting)) }
    }

    public func waiting(atMost limit: Int) async throws -> [SealedEvent] {
        let event = Self.event(database.dialect)
        return try await translated {
            try await database.read {
                try $0.all("SELECT \(sql: event) FROM audit_waiting ORDER BY id LIMIT \(limit)") {
                    SealedEvent(stored: try $0.blob(0))
                }
            }
        }
    }

    /// SQLite takes other types too, where somebody else writes them.
    private static func event(_ dialect: SQLDialect) -> SQL { SQL(text: "CAST(event AS \(dialect.blob))") }

    public func numbersWaiting() async throws -> ClosedRange<Int64>? {
        try await translated {
            try await database.read {
                try $0.first(
                    """
                    SELECT (SELECT MIN(id) FROM audit_waiting), (SELECT MAX(id) FROM audit_waiting)
                    WHERE EXISTS (SELECT 1 FROM audit_waiting)
                    """
                ) { try $0.int(0)...$0.int(1) }
            }
        }
    }

    public func link(upTo last: Int64, atMost limit: Int, _ link: @escaping AuditLinker) async throws -> Int {
        let dialect = database.dialect
        return try await translated {
            try await database.write { connection in
                // Keeps other processes from the end of the log; on SQLite one writes at a time.
                if dialect == .postgresql { try connection.execute("LOCK TABLE audit_head IN EXCLUSIVE MODE") }
                return try Self.link(upTo: last, atMost: limit, link, connection, dialect)
            }
        }
    }

    private static func link(
        upTo last: Int64, atMost limit: Int, _ link: AuditLinker, _ connection: any SQLConnection, _ dialect: SQLDialect
    ) throws -> Int {
        let waiting = try connection.all(
            """
            DELETE FROM audit_waiting
            WHERE id IN (SELECT id FROM audit_waiting WHERE id <= \(last) ORDER BY id LIMIT \(limit))
            RETURNING id, \(sql: event(dialect))
            """
        ) { (id: try $0.int(0), event: SealedEvent(stored: try $0.blob(1))) }
        guard !waiting.isEmpty else { return 0 }
        let events = waiting.sorted { $0.id < $1.id }.map(\.event)
        let (entries, head) = try link(events, try Self.head(connection)) { try known($0, connection) }
        let table: SQL = "audit_entry (sequence, \(sql: columns), secret_id, link)"
        try connection.batch(SQL.insertions(of: entries.map(values), into: table) + [update(head)])
        return waiting.count
    }

    /// - Returns: The ids of entries of the same times, and of events from before what was taken out.
    private static func known(_ events: [AuditEvent], _ connection: any SQLConnection) throws -> Set<UUID> {
        let last = try connection.first("SELECT COALESCE(MAX(at), 0) FROM audit_entry") { try $0.int(0) } ?? 0
        let times = events.map(\.at.microseconds).filter { $0 <= last }
        guard !times.isEmpty else { return [] }
        let over = try connection.first("SELECT COALESCE(MAX(ends_at), 0) FROM audit_segment WHERE purged = 1") {
            try $0.int(0)
        }
        let ids = try connection.all("SELECT id FROM audit_entry WHERE at IN (\(list: times))") { try $0.uuid(0) }
        return Set(ids).union(events.filter { $0.at.microseconds < over ?? 0 }.map(\.id))
    }

    private static func update(_ head: AuditHead) -> SQL {
        """
        UPDATE audit_head SET sequence = \(head.place.sequence), link = \(head.place.link),
            secret_id = \(head.secretID), seal = \(head.seal)
        """
    }

    private static func head(_ connection: any SQLConnection) throws -> AuditHead? {
        try connection.first("SELECT sequence, link, secret_id, seal FROM audit_head") { try? head($0, from: 0) } ?? nil
    }

    private static func head(_ row: any SQLRow, from first: Int) throws -> AuditHead {
        AuditHead(
            place: AuditPlace(sequence: try row.int(first), link: try row.blob(first + 1)),
            secretID: try row.text(first + 2), seal: try row.blob(first + 3))
    }

    public func end() async throws -> (head: AuditHead?, first: Int64, last: Int64) {
        try await translated {
            try await database.read { connection in
                let found = try connection.first(
                    """
                    SELECT head.sequence, head.link, head.secret_id, head.seal, entry.first, entry.last
                    FROM (SELECT COALESCE((SELECT MIN(sequence) FROM audit_entry), 1) AS first,
                            COALESCE((SELECT MAX(sequence) FROM audit_entry), 0) AS last) AS entry
                        LEFT JOIN audit_head AS head ON head.id = 1
                    """
                ) { row in
                    (
                        head: try? Self.head(row, from: 0), first: try row.int(4),
                        last: try row.int(5)
                    )
                }
                return found ?? (nil, 1, 0)
            }
        }
    }

    // MARK: Reading

    /// More than so many are not counted.
    private static let countLimit = 10_000

    private static let selection: SQL =
        "SELECT sequence, \(sql: columns), secret_id, link FROM audit_entry WHERE sequence > (\(sql: takenOut))"
    private static let takenOut: SQL = "SELECT COALESCE(MAX(sequence), 0) FROM audit_segment WHERE purged = 1"

    private static func entry(_ row: any SQLRow) throws -> Result<AuditEntry, UnreadableEntry> {
        let sequence = try row.int(0)
        do {
            let entry = AuditEntry(
                sequence: sequence, event: try event(row, from: 1), secretID: try row.text(11), link: try row.blob(12))
            // What is searched and shown is the row, to the byte; what is linked is the event.
            for (column, value) in values(entry).enumerated() {
                guard try row.value(column).isStored(value) else {
                    return .failure(UnreadableEntry(sequence: sequence))
                }
            }
            return .success(entry)
        } catch { return .failure(UnreadableEntry(sequence: sequence)) }
    }

    public func entries(after sequence: Int64, limit: Int) async throws -> [Result<AuditEntry, UnreadableEntry>] {
        try await translated {
            try await database.read {
                try $0.all(
                    "\(sql: Self.selection) AND sequence > \(sequence) ORDER BY sequence LIMIT \(limit)", Self.entry)
            }
        }
    }

    public func entries(_ query: AuditQuery) async throws -> Page<AuditEntry> {
        let condition = Self.condition(query)
        return try await translated {
            try await database.read { connection in
                let found = try connection.all(
                    """
                    \(sql: Self.selection) \(sql: condition)
                    ORDER BY at DESC, sequence DESC LIMIT \(query.pageSize) OFFSET \((query.page - 1) * query.pageSize)
                    """, Self.entry)
                let total = try connection.first(
                    """
                    SELECT COUNT(*) FROM (
                        SELECT 1 FROM audit_entry WHERE sequence > (\(sql: Self.takenOut)) \(sql: condition) LIMIT \(Self.countLimit)) AS found
                    """
                ) { try $0.int(0) }
                return Page(items: found.compactMap { try? $0.get() }, total: Int(total ?? 0))
            }
        }
    }

    private static func condition(_ query: AuditQuery) -> SQL {
        var condition: SQL = ""
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

    public func wrongTriggers() async throws -> [String] {
        let dialect = database.dialect
        let expected = Schema.triggers(dialect)
        let made: SQL =
            switch dialect {
            case .sqlite:
                "SELECT name, sql, '' FROM sqlite_master WHERE type = 'trigger'"
            case .postgresql:  // a rule changes what a statement does, too; in the role of a replica no trigger fires
                """
                WITH own AS (
                    SELECT oid FROM pg_class WHERE relname IN (\(list: Schema.tables(.postgresql)))
                    AND relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'audit_entry'::regclass))
                SELECT tgname::text, pg_get_triggerdef(pg_trigger.oid, true), prosrc FROM pg_trigger
                JOIN pg_proc ON pg_proc.oid = tgfoid JOIN own ON own.oid = tgrelid
                WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')
                UNION ALL SELECT rulename::text, '', '' FROM pg_rewrite JOIN own ON own.oid = ev_class
                UNION ALL SELECT 'session_replication_role', '', ''
                WHERE current_setting('session_replication_role') <> 'origin'
                """
            }
        let found = try await translated {
            try await database.read { connection in
                try connection.all(made) { row in
                    (name: try row.text(0), trigger: Schema.Trigger(try row.text(1), body: try row.text(2), dialect))
                }
            }
        }
        let wrong = found.filter { expected[$0.name] != $0.trigger }
        return (wrong.map(\.name) + Set(expected.keys).subtracting(found.map(\.name))).sorted()
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
                    // What is of another type than it was written has no seal that holds.
                    let place = AuditPlace(sequence: try row.int(0), link: [])
                    return AuditSegment(
                        end: (try? Self.head(row, from: 0)) ?? AuditHead(place: place, secretID: "", seal: []),
                        from: Date(microseconds: (try? row.int(4)) ?? 0),
                        to: Date(microseconds: (try? row.int(5)) ?? 0),
                        isPurged: try row.value(6) == .integer(1))
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
                SELECT \(end.place.sequence), \(end.place.link), \(end.secretID), \(end.seal),
                    \(segment.from.microseconds), \(segment.to.microseconds), 0
                WHERE NOT EXISTS (SELECT 1 FROM audit_segment WHERE sequence = \(end.place.sequence))
                ON CONFLICT DO NOTHING
                """
            ])
        }
    }

    /// Rows that a transaction takes out: writers wait for it.
    private static let purgeLimit: Int64 = 2_000

    public func purge(_ segment: AuditSegment) async throws {
        let end = segment.end.place.sequence
        try await translated {
            try await database.write(["UPDATE audit_segment SET purged = 1 WHERE sequence = \(end)"])
            var first = try await database.read {
                try $0.first("SELECT COALESCE(MIN(sequence), 0) FROM audit_entry") { try $0.int(0) }
            }
            while let begin = first, begin > 0, begin <= end {
                let next = min(begin + Self.purgeLimit, end + 1)
                try await database.write(["DELETE FROM audit_entry WHERE sequence < \(next)"])
                first = next
            }
        }
    }
}

extension SQLConnection {
    /// Executes a statement that changes one row at most, and writes the event where it did.
    /// - Returns: Whether it did.
    func execute(_ statement: SQL, audit: SealedEvent?) throws -> Bool {
        guard try execute(statement) == 1 else { return false }
        for statement in SQLAuditStore.waiting(audit) { try execute(statement) }
        return true
    }
}

extension SQLValue {
    /// Whether this is what the value is read as once it was written.
    fileprivate func isStored(_ value: SQLValue) -> Bool {
        switch (self, value) {
        case (.blob(let bytes), .uuid(let id)): withUnsafeBytes(of: id.uuid) { $0.elementsEqual(bytes) }
        default: self == value
        }
    }
}
