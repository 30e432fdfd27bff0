import App
import ArgumentParser
import Domain
import Foundation
import SQLDatabase
import Storage

/// The database file of the settings; PostgreSQL has tools of its own.
private func sqlitePath(_ options: SettingsOptions) throws -> String {
    guard case .sqlite(let path) = try options.settings.database else {
        throw ValidationError("DATABASE_URL is PostgreSQL: use pg_dump and pg_restore")
    }
    return path
}

/// Whether a database file is whole, and its schema known.
/// - Parameter name: The file that errors are about, where it is a copy of one.
private func check(_ path: String, named name: String? = nil) async throws {
    let name = name ?? path
    let (version, problems): (Int, [String])
    do {
        let database = try SQLiteDatabase(path: path, readers: 1)
        version = try await database.schemaVersion()
        problems = try await database.read { try $0.all("PRAGMA integrity_check") { try $0.text(0) } }
        await database.close()
    } catch { throw InputProblem(description: "\(name): is no database that can be read: \(error)") }
    guard problems == ["ok"] else {
        let first = problems.first?.split(separator: "\n").first ?? ""
        throw InputProblem(description: "\(name): damaged: \(first)")
    }
    let known = Schema.migrations.last?.version ?? 0
    guard 1...known ~= version else {
        throw InputProblem(description: "\(name): has schema version \(version), this program knows 1 to \(known)")
    }
}

struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Copy the SQLite database while the service runs, and verify the copy.")

    @Argument(help: "The file to write; it must not be there.")
    var file: String

    @OptionGroup var settings: SettingsOptions

    func run() async throws {
        let path = try sqlitePath(settings)
        guard access(path, R_OK) == 0 else { throw FileProblem.current(path) }
        guard access(file, F_OK) != 0 else {
            throw FileProblem(path: file, detail: "is there already", isOutput: true)
        }
        try Files.requireWritable(file)
        let building = "\(file).\(getpid()).tmp"
        defer { for end in ["", "-wal", "-shm", "-lock"] { unlink(building + end) } }
        let database = try SQLiteDatabase(path: path, readers: 1)
        do { try await database.backUp(to: building) } catch {
            await database.close()
            throw error
        }
        await database.close()
        try await check(building)
        try Files.moveDurably(building, to: file)
        try StandardOutput.write("\(file): \(Files.size(of: file) ?? 0) bytes, verified\n")
    }
}

struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Put a backup in the place of the SQLite database; stop the service first.",
        discussion:
            "The backup is verified before anything changes. The former database is kept beside, as NAME.former-TIME.")

    @Argument(help: "The backup.")
    var file: String

    @OptionGroup var settings: SettingsOptions

    func run() async throws {
        let path = try sqlitePath(settings)
        guard access(file, R_OK) == 0 else { throw FileProblem.current(file) }
        let building = "\(path).\(getpid()).tmp"
        defer { for end in ["", "-wal", "-shm", "-lock"] { unlink(building + end) } }
        guard Files.size(of: file) != nil else { throw FileProblem(path: file, detail: "is no file", isOutput: false) }
        do { try FileManager.default.copyItem(atPath: file, toPath: building) } catch {
            throw FileProblem(path: building, detail: "cannot be written: \(error)", isOutput: true)
        }
        try await check(building, named: file)
        try replace(path, by: building)
        try StandardOutput.write("\(path): restored from \(file)\n")
        do {
            try await withServices(settings) { server in
                try await server.audit.note(
                    .databaseRestored, details: ["file": URL(fileURLWithPath: file).lastPathComponent])
            }
        } catch let problem as ServerSettings.Problem where problem.name == "SECRET_KEY" {
            StandardError.write("Warning: the audit log does not say so: \(problem)\n")
        }
    }

    private func replace(_ path: String, by building: String) throws {
        let alone: SQLiteFile
        do { alone = try SQLiteFile(path: path, alone: true) } catch {
            throw FileProblem(path: path, detail: "is in use: stop the service first", isOutput: true)
        }
        try withExtendedLifetime(alone) {
            try keepFormer(path)
            try Files.moveDurably(building, to: path)
        }
    }

    /// Each under a name of its own: whoever restores twice may want what was there before the first.
    private func keepFormer(_ path: String) throws {
        let time = Date().formatted(
            Date.ISO8601FormatStyle(dateSeparator: .omitted, timeSeparator: .omitted, includingFractionalSeconds: true))
        for end in ["", "-wal", "-shm"] where access(path + end, F_OK) == 0 {
            guard rename(path + end, "\(path).former-\(time)\(end)") == 0 else {
                throw FileProblem.current(path + end, isOutput: true)
            }
        }
    }
}
