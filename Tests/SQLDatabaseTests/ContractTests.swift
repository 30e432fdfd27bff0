import Foundation
import SQLDatabase
import TestSupport
import Testing

/// What every driver promises.
@Suite struct SQLDatabaseContract {
    static let table = Migration(1, "items") { dialect in
        [
            """
            CREATE TABLE item (
                id \(dialect.uuid) PRIMARY KEY, number \(dialect.integer) NOT NULL UNIQUE, name TEXT,
                bytes \(dialect.blob), share \(dialect.real), is_open \(dialect.bool),
                CONSTRAINT positive CHECK (number > 0))
            """,
            "CREATE TABLE part (item \(dialect.uuid) NOT NULL REFERENCES item (id), size \(dialect.integer))",
        ]
    }

    private struct Found: Equatable {
        var id: UUID, number: Int64, name: String, bytes: [UInt8], share: Double, isOpen: Bool
    }

    private func database(_ backend: DatabaseBackend) async throws -> any SQLDatabase {
        let database = try backend.make()
        try await database.migrate([Self.table], at: Date(timeIntervalSince1970: 1_700_000_000))
        return database
    }

    /// SQLite takes a NUL in text, and bytes that are none.
    @Test func textIsReadWholeOrNotAtAll() async throws {
        let database = try await database(.sqlite)
        let text = try await database.read {
            try $0.first("SELECT 'a' || char(0) || 'b', '', 'é'") { row in
                [try row.text(0), try row.text(1), try row.text(2)]
            }
        }
        #expect(text == ["a\0b", "", "é"])
        let bound = try await database.read {
            try $0.first("SELECT \("a\0b"), length(CAST(\("a\0b") AS BLOB))") { (try $0.text(0), try $0.int(1)) }
        }
        #expect(bound?.0 == "a\0b" && bound?.1 == 3)
        await #expect(throws: SQLError.statement("column 0 is not UTF-8")) {
            try await database.read { try $0.first("SELECT CAST(x'61ff' AS TEXT)") { try $0.text(0) } }
        }
        await database.close()
    }

    /// Many at once share what they can; each group is done or not, alone.
    @Test(arguments: DatabaseBackend.allCases)
    func groupsOfStatementsAreAtomic(backend: DatabaseBackend) async throws {
        let database = try await database(backend)
        func item(_ number: Int) -> SQL { "INSERT INTO item (id, number) VALUES (\(UUID()), \(number))" }
        let outcomes = await withTaskGroup(of: (Int, Bool).self) { tasks in
            for number in 1...300 {
                tasks.addTask {
                    // Every third group breaks a rule with its last statement, every seventh is long.
                    var group = [item(10 * number), item(10 * number + 1)]
                    if number % 7 == 0 { group += (2..<9).map { item(10 * number + $0) } }
                    if number % 3 == 0 { group.append(item(number % 2 == 0 ? -1 : 10 * number)) }
                    do {
                        let changes = try await database.write(group)
                        return (number, changes == group.map { _ in 1 })
                    } catch SQLError.constraint { return (number, false) } catch {
                        Issue.record(error)
                        return (number, false)
                    }
                }
            }
            return await tasks.reduce(into: [Int: Bool]()) { $0[$1.0] = $1.1 }
        }
        #expect(outcomes.allSatisfy { number, isDone in isDone == (number % 3 != 0) })
        let numbers = try await database.read { try $0.all("SELECT number FROM item") { Int(try $0.int(0)) } }
        #expect(Set(numbers.map { $0 / 10 }) == Set((1...300).filter { $0 % 3 != 0 }))
        let many = (0..<600).map { item(10_000 + $0) }
        #expect(try await database.write(many).count == 600)
        await database.close()
    }

    /// What is inserted at the end of a commit comes with its write, or not at all.
    @Test(arguments: DatabaseBackend.allCases)
    func deferredInsertsAreAtomic(backend: DatabaseBackend) async throws {
        struct Refused: Error {}
        let database = try await database(backend)
        let parts = DeferredInserts(into: "part (item, size)", columns: 2)
        await withTaskGroup { tasks in
            for number in 1...300 {
                tasks.addTask {
                    let id = UUID()
                    let item: SQL = "INSERT INTO item (id, number) VALUES (\(id), \(number))"
                    let group = [item] + (0..<number % 4).map { parts.insertion(of: [id.sqlValue, $0.sqlValue]) }
                    do {
                        switch number % 5 {
                        case 0: try await database.write(group + ["INSERT INTO item (id, number) VALUES (\(id), 0)"])
                        case 1: #expect(try await database.write(group) == group.map { _ in 1 })
                        default:
                            try await database.write { connection in
                                for statement in group { #expect(try connection.execute(statement) == 1) }
                                if number % 5 == 2 { throw Refused() }
                            }
                        }
                        #expect(number % 5 != 0 && number % 5 != 2)
                    } catch { #expect(number % 5 == 0 || error is Refused) }
                }
            }
        }
        let found = try await database.read {
            try $0.all("SELECT number, size FROM part JOIN item ON item.id = part.item ORDER BY number, size") {
                [Int(try $0.int(0)), Int(try $0.int(1))]
            }
        }
        let numbers = (1...300).filter { $0 % 5 != 0 && $0 % 5 != 2 }
        #expect(found == numbers.flatMap { number in (0..<number % 4).map { [number, $0] } })
        let count = try await database.read { try $0.first("SELECT COUNT(*) FROM part") { Int(try $0.int(0)) } }
        #expect(count == found.count)
        await database.close()
    }

    /// Who shares a commit with a row that is refused is not told that their own was.
    @Test func aDeferredInsertThatFailsIsNobodysFault() async throws {
        let database = try await database(.sqlite)
        let parts = DeferredInserts(into: "part (item, size)", columns: 2)
        func item(_ number: Int) -> SQL { "INSERT INTO item (id, number) VALUES (\(UUID()), \(number))" }
        let done = try await withThrowingTaskGroup(of: Int?.self) { tasks in
            for number in 1...100 {
                tasks.addTask {
                    let orphan = [parts.insertion(of: [UUID().sqlValue, .null])]
                    do {
                        try await database.write([item(number)] + (number % 10 == 0 ? orphan : []))
                        return number
                    } catch SQLError.unavailable { return nil }
                }
            }
            return try await tasks.reduce(into: Set()) { $0.formUnion([$1].compactMap(\.self)) }
        }
        let found = try await database.read { try $0.all("SELECT number FROM item") { Int(try $0.int(0)) } }
        #expect(Set(found) == done && !done.contains { $0 % 10 == 0 })
        try await database.write([item(1_000)])
        await database.close()
    }

    @Test(arguments: DatabaseBackend.allCases)
    func everyTypeComesBackAsItWent(backend: DatabaseBackend) async throws {
        let database = try await database(backend)
        let (id, bytes) = (UUID(), (0...255).map { UInt8($0) } + [0, 0])
        try await database.write { connection in
            try connection.execute(
                """
                INSERT INTO item (id, number, name, bytes, share, is_open)
                VALUES (\(id), \(Int64.max), \("naïve 'quote' $1 — 🚀"), \(bytes), \(0.1), \(true))
                """)
            try connection.execute("INSERT INTO item (id, number, name) VALUES (\(UUID()), \(1), \(String?.none))")
        }
        let found = try await database.read { connection in
            try connection.first("SELECT id, number, name, bytes, share, is_open FROM item WHERE id = \(id)") { row in
                Found(
                    id: try row.uuid(0), number: try row.int(1), name: try row.text(2), bytes: try row.blob(3),
                    share: try row.real(4), isOpen: try row.bool(5))
            }
        }
        #expect(
            found
                == Found(
                    id: id, number: .max, name: "naïve 'quote' $1 — 🚀", bytes: bytes, share: 0.1, isOpen: true))
        let empty = try await database.read { connection in
            try connection.all("SELECT name, bytes, share FROM item WHERE number = \(1)") { row in
                [try row.optional(0, row.text) == nil, try row.isNull(1), try row.isNull(2)]
            }
        }
        #expect(empty == [[true, true, true]])
        try await database.write([
            "UPDATE item SET name = \(""), bytes = \([UInt8]()) WHERE number = \(1)"
        ])
        let nothing = try await database.read { connection in
            try connection.all("SELECT name, bytes FROM item WHERE number = \(1)") { row in
                try row.text(0).isEmpty && row.blob(1).isEmpty
            }
        }
        #expect(nothing == [true])  // which is not NULL
        await database.close()
    }

    @Test(arguments: DatabaseBackend.allCases)
    func valuesAreBoundNotPasted(backend: DatabaseBackend) async throws {
        let database = try await database(backend)
        let hostile = "x'); DROP TABLE item; --"
        let (condition, numbers): (SQL, [Int]) = ("name = \(hostile) AND number < \(10)", [3, 4, 5])
        let count = try await database.write { connection in
            for number in 1...5 {
                try connection.execute(
                    "INSERT INTO item (id, number, name) VALUES (\(UUID()), \(number), \(hostile))")
            }
            return try connection.first(
                "SELECT COUNT(*) FROM item WHERE number > \(1) AND \(sql: condition) AND number IN (\(list: numbers))"
            ) { try $0.int(0) }
        }
        #expect(count == 3)
        // Nothing stands for a value that is not there.
        do {
            try await database.write { try $0.execute(SQL(text: "DELETE FROM item WHERE number = $1")) }
            Issue.record("a value was missing")
        } catch let error as SQLError {
            let statement = SQLError.statement("takes 1 values, not 0: DELETE FROM item WHERE number = $1")
            #expect(backend == .postgresql || error == statement)
        }
        await database.close()
    }

    @Test(arguments: DatabaseBackend.allCases)
    func anErrorTakesEverythingBack(backend: DatabaseBackend) async throws {
        struct Refused: Error {}
        let database = try await database(backend)
        await #expect(throws: Refused.self) {
            try await database.write { connection in
                try connection.execute("INSERT INTO item (id, number) VALUES (\(UUID()), \(1))")
                throw Refused()
            }
        }
        let count = try await database.read { try $0.first("SELECT COUNT(*) FROM item") { try $0.int(0) } }
        #expect(count == 0)
        await database.close()
    }

    @Test(arguments: DatabaseBackend.allCases)
    func theSchemasRulesAreNamed(backend: DatabaseBackend) async throws {
        let database = try await database(backend)
        /// The kind of rule that refused, and its name.
        func refusal(_ sql: SQL) async -> (SQLError.Constraint?, name: String) {
            do { try await database.write { try $0.execute(sql) } } catch SQLError.constraint(let kind, let name) {
                return (kind, name)
            } catch { Issue.record(error) }
            return (nil, "")
        }
        let id = UUID()
        try await database.write { try $0.execute("INSERT INTO item (id, number) VALUES (\(id), \(7))") }
        let again = await refusal("INSERT INTO item (id, number) VALUES (\(UUID()), \(7))")
        #expect(again.0 == .unique)
        #expect(again.name.contains("number"))
        #expect(await refusal("INSERT INTO item (id, number) VALUES (\(id), \(8))").0 == .unique)
        let negative = await refusal("INSERT INTO item (id, number) VALUES (\(UUID()), \(-1))")
        #expect(negative == (.check, "positive"))
        #expect(await refusal("INSERT INTO part VALUES (\(UUID()), \(1))").0 == .foreignKey)
        let missing = await refusal("INSERT INTO item (id, number) VALUES (\(UUID()), NULL)")
        #expect(missing.0 == .notNull)
        #expect(missing.name.contains("number"))
        do {
            try await database.read { try $0.execute("SELEKT 1") }
            Issue.record("no syntax error")
        } catch SQLError.statement(let text) { #expect(text.contains("SELEKT")) }
        await database.close()
    }

    @Test(arguments: DatabaseBackend.allCases)
    func concurrentWritesAllCountAndFailAlone(backend: DatabaseBackend) async throws {
        let database = try await database(backend)
        let accepted = await withTaskGroup(of: Bool.self) { group in
            for number in 1...400 {
                group.addTask {
                    do {
                        try await database.write { connection in
                            try connection.execute(
                                "INSERT INTO item (id, number) VALUES (\(UUID()), \(number % 200 + 1))")
                        }
                        return true
                    } catch { return false }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(accepted == 200)
        let count = try await database.read { try $0.first("SELECT COUNT(*) FROM item") { try $0.int(0) } }
        #expect(count == 200)
        await database.close()
    }

    @Test(arguments: DatabaseBackend.allCases)
    func countersNeverLoseAnIncrement(backend: DatabaseBackend) async throws {
        let database = try await database(backend)
        let id = UUID()
        try await database.write { try $0.execute("INSERT INTO item (id, number) VALUES (\(id), \(1))") }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<100 {
                group.addTask {
                    _ = try await database.write {
                        try $0.execute("UPDATE item SET number = number + 1 WHERE id = \(id)")
                    }
                }
            }
            try await group.waitForAll()
        }
        let number = try await database.read { try $0.first("SELECT number FROM item") { try $0.int(0) } }
        #expect(number == 101)
        await database.close()
    }

    @Test(arguments: DatabaseBackend.allCases)
    func aBatchAnswersForEachStatementAndFailsAsOne(backend: DatabaseBackend) async throws {
        let database = try await database(backend)
        let inserts = (1...600).map { SQL("INSERT INTO item (id, number) VALUES (\(UUID()), \($0))") }
        let changes = try await database.write { connection in
            try connection.batch(inserts + ["UPDATE item SET name = \("x") WHERE number <= \(10)"])
        }
        #expect(changes == [Int](repeating: 1, count: 600) + [10])
        await #expect(throws: SQLError.self) {
            try await database.write { connection in
                try connection.batch([
                    "INSERT INTO item (id, number) VALUES (\(UUID()), \(1001))",
                    "INSERT INTO item (id, number) VALUES (\(UUID()), \(1))",
                    "INSERT INTO item (id, number) VALUES (\(UUID()), \(1002))",
                ])
            }
        }
        let count = try await database.read { try $0.first("SELECT COUNT(*) FROM item") { try $0.int(0) } }
        #expect(count == 600)
        await database.close()
    }

    /// A constraint that is looked at when the transaction ends makes its commit fail, not a statement.
    @Test func aCommitThatFailsIsTold() async throws {
        let database = try DatabaseBackend.postgresql.make()
        _ = try await database.write(["CREATE TABLE late (id INTEGER UNIQUE DEFERRABLE INITIALLY DEFERRED)"])
        _ = try await database.write(["INSERT INTO late VALUES (1)"])
        let outcomes = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 1...40 {  // those that wait together go through one pipeline
                group.addTask {
                    do {
                        _ = try await database.write(["INSERT INTO late VALUES (\(number % 2 == 0 ? 1 : number + 1))"])
                        return true
                    } catch SQLError.constraint(.unique, _) { return false }
                }
            }
            return try await group.reduce(into: [Bool]()) { $0.append($1) }
        }
        let count = try await database.read { try $0.first("SELECT COUNT(*) FROM late") { try $0.int(0) } }
        #expect(outcomes.count(where: { $0 }) == 20 && count == 21)
        await #expect(throws: SQLError.self) {
            try await database.write { connection in
                _ = try? connection.execute("INSERT INTO nowhere VALUES (1)")  // passed over
                return true
            }
        }
        await database.close()
    }

    @Test(arguments: DatabaseBackend.allCases)
    func anotherProgramsDatabaseIsLeftAlone(backend: DatabaseBackend) async throws {
        let database = try backend.make()
        try await database.write(["CREATE TABLE other (a INTEGER)"])
        await #expect(throws: SQLError.otherTables("other")) {
            try await database.migrate([Self.table], at: Date())
        }
        #expect(try await database.schemaVersion() == 0)
        try await database.write(["DROP TABLE other"])
        #expect(try await database.migrate([Self.table], at: Date()).count == 1)
        try await database.write(["CREATE TABLE other (a INTEGER)"])  // beside ours it may be
        #expect(try await database.migrate([Self.table], at: Date()).isEmpty)
        await database.close()
    }

    @Test(arguments: DatabaseBackend.allCases)
    func migrationsRunOnceHoweverManyProcessesStart(backend: DatabaseBackend) async throws {
        let database = try backend.make()
        let steps = [Self.table, Migration(2, "colour") { _ in ["ALTER TABLE item ADD COLUMN colour TEXT"] }]
        let applied = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<8 { group.addTask { try await database.migrate(steps, at: Date()).count } }
            return try await group.reduce(0, +)
        }
        #expect(applied == 2)
        await #expect(throws: SQLError.newerSchema(found: 2, known: 1)) {
            try await database.migrate([Self.table], at: Date())
        }
        let broken = Migration(3, "broken") { _ in ["ALTER TABLE item ADD COLUMN size TEXT", "ALTER TABLE nowhere"] }
        await #expect(throws: SQLError.self) { try await database.migrate(steps + [broken], at: Date()) }
        let versions = try await database.read { connection in
            try connection.all("SELECT version FROM schema_migration ORDER BY version") { try $0.int(0) }
        }
        #expect(versions == [1, 2])
        await #expect(throws: SQLError.self) { try await database.read { try $0.execute("SELECT size FROM item") } }
        await database.close()
    }
}
