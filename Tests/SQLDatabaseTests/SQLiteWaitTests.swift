import Foundation
import SQLDatabase
import TestSupport
import Testing

@Suite struct SQLiteWaitTests {
    @Test func aReadWaitsForAConnectionOnlySoLong() async throws {
        let database = try SQLiteDatabase(
            path: temporaryFolder("wait") + "/test.db", readers: 1, waitSeconds: 0.2)
        let slow = await HeldConnection(database, isWriting: false)
        await #expect(throws: SQLError.unavailable("no connection was free within 0.2 s")) {
            try await database.read { _ in }
        }
        try await slow.end()
        let value = try await database.read { try $0.first("SELECT \(7)") { try $0.int(0) } }
        #expect(value == 7)
        await database.close()
    }

    @Test func aWriteWaitsForItsTransactionOnlySoLong() async throws {
        let database = try SQLiteDatabase(path: temporaryFolder("wait") + "/test.db", waitSeconds: 0.2)
        let slow = await HeldConnection(database)
        for _ in 0..<2 {
            await #expect(throws: SQLError.unavailable("no transaction began within 0.2 s")) {
                try await database.write { _ in }
            }
        }
        try await slow.end()
        #expect(try await database.write { try $0.execute("CREATE TABLE t (a INTEGER)") } == 0)
        await database.close()
    }

    /// No longer than for a turn, and not one after the other.
    @Test func aWriteWaitsForAnotherProcessOnlySoLong() async throws {
        let path = try temporaryFolder("wait") + "/test.db"
        let (database, other) = try (SQLiteDatabase(path: path, waitSeconds: 0.2), SQLiteDatabase(path: path))
        let patient = try SQLiteDatabase(path: path, waitSeconds: 600)
        try await other.write(["CREATE TABLE t (a INTEGER)"])
        let slow = await HeldConnection(other)
        for _ in 0..<2 {
            await #expect(throws: SQLError.unavailable("no transaction began within 0.2 s")) {
                try await database.write { _ in }
            }
        }
        let waits = Task { try await patient.write(["INSERT INTO t VALUES (1)"]) }
        try await Task.sleep(for: .seconds(1.2))  // SQLite gives up twice
        try await slow.end()
        #expect(try await waits.value == [1])
        for database in [database, other, patient] { await database.close() }
    }
}

@Suite struct SQLiteFileTests {
    /// GRDB takes it back to `NORMAL`, which can lose with the power what was answered.
    @Test func commitsAreOnTheDiskBeforeTheyAreAnswered() async throws {
        let database = try SQLiteDatabase(path: try temporaryFolder("durable") + "/test.db")
        let found = try await database.write { connection in
            try connection.first("SELECT synchronous, journal_mode FROM pragma_synchronous, pragma_journal_mode") {
                [try $0.value(0), try $0.value(1)]
            }
        }
        #expect(found == [.integer(2), .text("wal")])
        await database.close()
    }

    /// It is prepared once: who asks anew takes the rows from who still reads.
    @Test func aStatementWhoseRowsAreReadIsNotAskedAnew() async throws {
        let database = try SQLiteDatabase(path: try temporaryFolder("nested") + "/test.db")
        try await database.read { connection in
            func rows(_ depth: Int) throws {
                try connection.query("SELECT \("text") UNION ALL SELECT 'more'") { _ in
                    if depth > 0 { try rows(depth - 1) }
                }
            }
            try rows(0)
            #expect(throws: SQLError.self) { try rows(1) }
            try rows(0)
        }
        await database.close()
    }

    /// A file that became read-only may be writable again: nobody asked for the wrong thing.
    @Test func whatCannotBeWrittenNowIsUnavailable() async throws {
        let database = try SQLiteDatabase(path: try temporaryFolder("read-only") + "/test.db")
        try await database.write { try $0.execute("PRAGMA query_only = TRUE") }
        await #expect(throws: SQLError.unavailable("attempt to write a readonly database")) {
            try await database.write(["CREATE TABLE a (b INTEGER)"])
        }
        await database.close()
    }

    /// What is written to a file that is gone from its place is lost, or in a log that nobody will look for.
    @Test(arguments: ["rm $D", "mv $D $D.old; ln -s $D.old $D", "cp $D $D.new; mv $D.new $D", "rm $D-wal"])
    func nothingIsWrittenOutOfPlace(script: String) async throws {
        let path = try temporaryFolder("place") + "/test.db"
        let database = try SQLiteDatabase(path: path)
        try await database.write(["CREATE TABLE a (b INTEGER)"])
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = ["-ec", script]
        shell.environment = ["D": path, "PATH": "/usr/bin:/bin"]
        try shell.run()
        shell.waitUntilExit()
        #expect(shell.terminationStatus == 0)
        await #expect(throws: SQLError.unavailable("\(path) was deleted or replaced; start the service anew")) {
            try await database.write(["INSERT INTO a VALUES (1)"])
        }
        await database.close()
    }

    /// A link to the database is as good as its name.
    @Test func aLinkLeadsToTheDatabase() async throws {
        let folder = try temporaryFolder("link")
        let first = try SQLiteDatabase(path: folder + "/test.db")
        try FileManager.default.createSymbolicLink(
            atPath: folder + "/link.db", withDestinationPath: folder + "/test.db")
        let second = try SQLiteDatabase(path: folder + "/link.db")
        try await first.write(["CREATE TABLE a (b INTEGER)"])
        try await second.write(["INSERT INTO a VALUES (1)"])
        #expect(throws: SQLError.self) { try SQLiteFile(path: folder + "/link.db", alone: true) }
        for database in [first, second] { await database.close() }
    }

    /// It would be another database once its link leads somewhere.
    @Test func aLinkToNothingIsRefused() throws {
        let path = try temporaryFolder("link") + "/test.db"
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: path + ".gone")
        #expect(throws: SQLError.unavailable("\(path) leads nowhere")) { try SQLiteDatabase(path: path) }
    }

    /// A database has addresses and hashes of passwords.
    @Test func newFilesAreTheirOwnersAlone() async throws {
        let path = try temporaryFolder("private") + "/test.db"
        let database = try SQLiteDatabase(path: path)
        try await database.write(["CREATE TABLE a (b INTEGER)"])
        for end in ["", "-wal", "-shm"] {
            let mode = try FileManager.default.attributesOfItem(atPath: path + end)[.posixPermissions] as? Int
            #expect(mode == 0o600, "\(end)")
        }
        await database.close()
    }
}
