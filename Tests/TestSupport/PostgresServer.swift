import Foundation
import Synchronization

/// A PostgreSQL of the tests' own in a temporary folder, on a free loopback port.
public final class PostgresServer: Sendable {
    /// One for the whole run; tests make databases in it. Those that stop their server start their own.
    public static let shared = Result { try PostgresServer() }

    public let port = freePort()
    private let folder: String
    private let process = Mutex<ServerProcess?>(nil)
    private let databases = Atomic(0)

    public init() throws {
        folder = try temporaryFolder("postgresql")
        let initdb = [
            "initdb", "-D", folder + "/data", "-A", "trust", "-U", "postgres", "-N", "-E", "UTF8", "--locale=C",
        ]
        try run(asServer(initdb))
        try start()
    }

    deinit {
        stop()
        try? FileManager.default.removeItem(atPath: folder)  // what is left in /tmp harms nobody
    }

    public func start() throws {
        let settings = ["fsync=off", "listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=500"]
        let postgres = ["postgres", "-D", folder + "/data", "-p", "\(port)"] + settings.flatMap { ["-c", $0] }
        let ready = ["pg_isready", "-q", "-h", "127.0.0.1", "-p", "\(port)"]
        let server = try ServerProcess(asServer(postgres), endedBy: "INT", logPath: folder + "/log") {
            (try? run(asServer(ready))) != nil
        }
        process.withLock { $0 = server }
    }

    /// Ends the server at once, as a crash of its machine would for its clients.
    public func stop() {
        let server = process.withLock { process in
            defer { process = nil }
            return process
        }
        server?.stop()
    }

    /// The URL of a new, empty database.
    public func newDatabase() throws -> String {
        let name = "test_\(databases.add(1, ordering: .relaxed).newValue)"
        // A locale of people's: what depends on it should not work by chance.
        let locale = ["--template=template0", "--encoding=UTF8", "--locale-provider=icu", "--icu-locale=en-US"]
        try run(asServer(["createdb", "-h", "127.0.0.1", "-p", "\(port)", "-U", "postgres"] + locale + [name]))
        return "postgresql://postgres@127.0.0.1:\(port)/\(name)"
    }
}

/// PostgreSQL refuses to run as root.
private func asServer(_ arguments: [String]) -> [String] {
    let versions = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []  // none: in PATH
    let newest = versions.max { (Double($0) ?? 0) < (Double($1) ?? 0) }
    let program = newest.map { "/usr/lib/postgresql/\($0)/bin/\(arguments[0])" } ?? arguments[0]
    let user = geteuid() == 0 ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : []
    return user + [program] + arguments.dropFirst()
}

private struct CommandFailed: Error { var command: [String], output: String }

private func run(_ command: [String]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    process.currentDirectoryURL = URL(fileURLWithPath: "/tmp")
    let output = Pipe()
    (process.standardOutput, process.standardError) = (output, output)
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CommandFailed(command: command, output: text) }
}
