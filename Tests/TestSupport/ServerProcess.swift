public import Foundation

/// A server for tests that cannot outlive the test process: a shell holds it and ends it when its own input closes,
/// which happens on `stop`, on exit and on a crash alike.
public final class ServerProcess: Sendable {
    public struct DidNotStart: Error { public var log: String }

    private let shell: Process
    private let input: FileHandle
    public let logPath: String

    /// - Parameters:
    ///   - arguments: Program and arguments.
    ///   - signal: What ends it in an orderly way.
    ///   - logPath: Where its output goes.
    ///   - isReady: Asked every 20 ms for at most 30 s.
    public init(
        _ arguments: [String], endedBy signal: String = "TERM", logPath: String, isReady: () -> Bool
    ) throws {
        self.logPath = logPath
        shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        let script =
            #"log=$1; signal=$2; shift 2; "$@" >"$log" 2>&1 & server=$!; cat >/dev/null; kill -"$signal" $server; wait"#
        shell.arguments = ["-c", script, "sh", logPath, signal] + arguments
        let pipe = Pipe()
        shell.standardInput = pipe
        shell.standardOutput = FileHandle.nullDevice
        shell.standardError = FileHandle.nullDevice
        input = pipe.fileHandleForWriting
        _ = fcntl(input.fileDescriptor, F_SETFD, FD_CLOEXEC)  // or another child would keep it open
        try shell.run()
        for _ in 0..<1500 {
            if isReady() { return }
            Thread.sleep(forTimeInterval: 0.02)
        }
        stop()
        throw DidNotStart(log: (try? String(contentsOfFile: logPath, encoding: .utf8)) ?? "")
    }

    public func stop() {
        try? input.close()  // closed already when stopped twice
        shell.waitUntilExit()
    }
}

extension Process {
    /// Runs to the end, without holding a thread that the tests' own servers need.
    public func runToEnd() async throws {
        let _: Void = try await withCheckedThrowingContinuation { ended in
            terminationHandler = { _ in ended.resume() }
            do { try run() } catch { ended.resume(throwing: error) }
        }
    }
}

/// One folder for all of this process, which goes with it.
private let allFolders: String = {
    let path = NSTemporaryDirectory() + "mockupaws-tests-\(getpid())"
    atexit { try? FileManager.default.removeItem(atPath: allFolders) }  // what is left is in a temporary folder
    return path
}()

/// A new folder that any user may enter.
public func temporaryFolder(_ name: String) throws -> String {
    let path = allFolders + "/\(name)-\(UUID().uuidString)"
    try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o777])
    return path
}
