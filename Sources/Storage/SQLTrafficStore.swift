public import Domain
public import Foundation
public import SQLDatabase
import Synchronization
import Traffic

/// Traffic in a database: one row for each scenario, hour of arrival and writer.
///
/// A writer is a lane of one process, so that no two processes change a row, and on PostgreSQL deliveries of one process
/// seldom wait for each other. A delivery reads its row, adds, and writes it back in one transaction. A row that has become
/// large is left as it is, and the lane goes on with another one.
public final class SQLTrafficStore: TrafficStore {
    private let database: any SQLDatabase
    private let process: Int64
    private let next = Atomic<Int64>(0)
    private let rows = Mutex<[Place: Int64]>([:])  // how many are full, where any is

    /// Where a lane writes.
    private struct Place: Hashable {
        var scenario: UUID
        var hour: Int64
        var lane: Int64
    }

    private static let lanes: Int64 = 4
    private static let forgottenAtOnce = 5_000  // keys

    /// - Parameter process: A number that no other process that writes has.
    public init(_ database: any SQLDatabase, process: Int64 = .random(in: 0..<(1 << 40))) {
        (self.database, self.process) = (database, process)
    }

    /// A row beyond this is full: each delivery reads and writes its row.
    private static let fullBytes = 128 << 10
    private static let placesLimit = 10_000

    private func writer(_ place: Place) -> Int64 {
        (process << 22) | (rows.withLock { $0[place] ?? 0 } & 0xf_ffff) << 2 | place.lane
    }

    private func note(_ size: Int, at place: Place) {
        guard size > Self.fullBytes else { return }
        rows.withLock { rows in
            if rows.count >= Self.placesLimit { rows = rows.filter { $0.key.hour >= place.hour } }
            rows[place, default: 0] += 1
        }
    }

    public func append(_ batch: IngestBatch) async throws -> Bool {
        let lane = database.dialect == .sqlite ? 0 : next.add(1, ordering: .relaxed).newValue % Self.lanes
        let hour = Int64(batch.receivedAt.timeIntervalSince1970 / 3600)
        let place = Place(scenario: batch.scenario, hour: hour, lane: lane)
        let (writer, dialect) = (writer(place), database.dialect)
        let lock: SQL = database.dialect == .sqlite ? "" : "FOR UPDATE"
        do {
            let size = try await translated {
                try await database.write { connection in
                    try Self.check(batch.scenario, connection, dialect)
                    try Self.claim(batch, connection)
                    let size = try Self.add(batch, hour, writer, lock, connection)
                    try Self.keep(batch.samples, of: batch.scenario, connection)
                    return size
                }
            }
            note(size, at: place)
            return true
        } catch is KnownKeys {
            return false
        }
    }

    /// A key was claimed before; ends the transaction.
    private struct KnownKeys: Error {}

    /// Holds the scenario's status to the end of the transaction; SQLite's is the only one that writes.
    private static func check(
        _ scenario: UUID, _ connection: any SQLConnection, _ dialect: SQLDialect
    ) throws {
        let lock: SQL = dialect == .sqlite ? "" : "FOR SHARE"
        let found = try connection.first("SELECT status FROM scenario WHERE id = \(scenario) \(sql: lock)") {
            Scenario.Status(rawValue: try $0.text(0))
        }
        guard let status = found ?? nil else { throw DomainError.notFound("scenario") }
        guard status == .running else { throw DomainError.notRunning(status) }
    }

    /// - Returns: The size of the row, in bytes.
    private static func add(
        _ batch: IngestBatch, _ hour: Int64, _ writer: Int64, _ lock: SQL, _ connection: any SQLConnection
    ) throws -> Int {
        let segment: SQL = "scenario = \(batch.scenario) AND hour = \(hour) AND writer = \(writer)"
        func stored() throws -> [UInt8]? {
            try connection.first("SELECT profile FROM traffic_segment WHERE \(sql: segment) \(sql: lock)") {
                try $0.blob(0)
            }
        }
        let fresh = batch.profile.encoded()
        guard let known = try stored() ?? (try begin(batch, fresh, hour, writer, connection) ? nil : stored()) else {
            return fresh.count
        }
        let profile = batch.profile.merging(try TrafficProfile(decoding: known)).encoded()
        try connection.execute(
            "UPDATE traffic_segment SET revision = revision + 1, profile = \(profile) WHERE \(sql: segment)")
        return profile.count
    }

    private static func keep(
        _ samples: [KeptSample], of scenario: UUID, _ connection: any SQLConnection
    ) throws {
        guard !samples.isEmpty else { return }
        let rows = samples.map { sample -> SQL in
            """
            INSERT INTO event_sample (scenario, id, received_at, minute, bytes, text)
            VALUES (\(scenario), \(sample.id), \(sample.receivedAt.microseconds), \(sample.event.minute),
                \(sample.event.bytes), \(sample.event.text))
            """
        }
        let old: SQL = """
            DELETE FROM event_sample WHERE scenario = \(scenario) AND id <= (
                SELECT id FROM event_sample WHERE scenario = \(scenario)
                ORDER BY id DESC LIMIT 1 OFFSET \(KeptSample.limit))
            """
        try connection.batch(rows + [old])
    }

    public func samples(of scenario: UUID) async throws -> [KeptSample] {
        try await translated {
            try await database.read { connection in
                try connection.all(
                    """
                    SELECT id, received_at, minute, bytes, text FROM event_sample WHERE scenario = \(scenario)
                    ORDER BY id DESC LIMIT \(KeptSample.limit)
                    """
                ) { row in
                    KeptSample(
                        id: try row.uuid(0), receivedAt: Date(microseconds: try row.int(1)),
                        event: EventSample(
                            minute: try row.optional(2, row.int).map { Int($0) }, bytes: Int(try row.int(3)),
                            text: try row.text(4)))
                }
            }
        }
    }

    /// - Throws: ``KnownKeys``.
    private static func claim(_ batch: IngestBatch, _ connection: any SQLConnection) throws {
        guard !batch.keys.isEmpty else { return }
        // All in one order: two transactions that claim the same keys wait for each other once, and not both ways.
        let keys = batch.keys.sorted()
        let claimed = try connection.execute(
            """
            \(sql: Self.table(of: keys))
            INSERT INTO delivery (scenario, delivery_key, received_at)
            SELECT \(batch.scenario), delivery_key, \(batch.receivedAt.microseconds) FROM given WHERE true
            ON CONFLICT DO NOTHING
            """)
        guard claimed == batch.keys.count else { throw KnownKeys() }
    }

    /// Keys as a table, `given (delivery_key)`: one blob is bound, whatever their number.
    private static func table(of keys: [DeliveryKey]) -> SQL {
        """
        WITH RECURSIVE place (i) AS (
            SELECT CAST(0 AS BIGINT) UNION ALL SELECT i + 1 FROM place WHERE i + 1 < \(keys.count)),
        given (delivery_key) AS (
            SELECT substr(\(keys.flatMap(\.bytes)), CAST(i * \(DeliveryKey.size) + 1 AS INTEGER), 16) FROM place)
        """
    }

    public func claimed(_ keys: [DeliveryKey], of scenario: UUID) async throws -> Set<DeliveryKey> {
        guard !keys.isEmpty else { return [] }
        return try await translated {
            try await database.read { connection in
                Set(
                    try connection.all(
                        """
                        \(sql: Self.table(of: keys))
                        SELECT delivery_key FROM given
                        WHERE EXISTS (
                            SELECT 1 FROM delivery d
                            WHERE d.scenario = \(scenario) AND d.delivery_key = given.delivery_key)
                        """
                    ) { DeliveryKey(stored: try $0.blob(0)) })
            }
        }
    }

    /// Writes the first delivery of a segment.
    /// - Returns: Whether there was still no such row; if not, another transaction has just written it.
    private static func begin(
        _ batch: IngestBatch, _ profile: [UInt8], _ hour: Int64, _ writer: Int64, _ connection: any SQLConnection
    ) throws -> Bool {
        try connection.execute(
            """
            INSERT INTO traffic_segment (scenario, hour, writer, revision, profile)
            VALUES (\(batch.scenario), \(hour), \(writer), 1, \(profile)) ON CONFLICT DO NOTHING
            """) == 1
    }

    public func revisions(of scenario: UUID) async throws -> [TrafficSegment.Key: Int64] {
        try await translated {
            try await database.read { connection in
                let rows = try connection.all(
                    "SELECT hour, writer, revision FROM traffic_segment WHERE scenario = \(scenario)"
                ) { (TrafficSegment.Key(hour: try $0.int(0), writer: try $0.int(1)), try $0.int(2)) }
                return Dictionary(uniqueKeysWithValues: rows)
            }
        }
    }

    public func segments(of scenario: UUID, keys: [TrafficSegment.Key]) async throws -> [TrafficSegment] {
        try await translated {
            try await database.read { connection in
                try keys.compactMap { key in
                    try connection.first(
                        """
                        SELECT revision, profile FROM traffic_segment
                        WHERE scenario = \(scenario) AND hour = \(key.hour) AND writer = \(key.writer)
                        """
                    ) { row in
                        TrafficSegment(
                            key: key, revision: try row.int(0), profile: try TrafficProfile(decoding: try row.blob(1)))
                    }
                }
            }
        }
    }

    public func forgetKeys(before date: Date) async throws {
        let before = date.microseconds
        var forgotten = Self.forgottenAtOnce
        while forgotten == Self.forgottenAtOnce {  // each in a transaction of its own: others write in between
            forgotten = try await translated {
                try await database.write {
                    try $0.execute(
                        """
                        DELETE FROM delivery WHERE (scenario, delivery_key) IN (
                            SELECT scenario, delivery_key FROM delivery WHERE received_at < \(before)
                            ORDER BY received_at LIMIT \(Self.forgottenAtOnce))
                        """)
                }
            }
            await Task.yield()
        }
    }
}
