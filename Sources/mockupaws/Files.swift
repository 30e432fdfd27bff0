import Foundation
import Glibc

/// A file that cannot be opened, read or written.
struct FileProblem: Error, CustomStringConvertible {
    var path: String
    var detail: String
    var isOutput = false

    var description: String { "\(path): \(detail)" }

    static func current(_ path: String, isOutput: Bool = false) -> FileProblem {
        FileProblem(path: path, detail: String(cString: strerror(errno)), isOutput: isOutput)
    }
}

/// Input that was read and makes no sense, with its place.
struct InputProblem: Error, CustomStringConvertible {
    var description: String
}

enum Files {
    /// The whole of a small text file, or of standard input for `-`.
    static func text(_ path: String) throws -> String {
        var bytes: [UInt8] = []
        try chunks(of: path) { bytes.append(contentsOf: $0) }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw InputProblem(description: "\(path): is not UTF-8 text")
        }
        return text
    }

    /// Reads a file, or standard input for `-`, in pieces of 1 MiB.
    static func chunks(of path: String, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileProblem.current(path) }
        defer { if descriptor != STDIN_FILENO { close(descriptor) } }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
        defer { buffer.deallocate() }
        while true {
            let count = read(descriptor, buffer.baseAddress, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileProblem.current(path) }
            if count == 0 { return }
            try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }

    /// Bytes in a regular file; nil for pipes and for what is not there.
    static func size(of path: String) -> Int? {
        path == "-" ? nil : regular(path)?[.size] as? Int
    }

    /// What is known of a regular file, links followed; nil for anything else.
    private static func regular(_ path: String) -> [FileAttributeKey: Any]? {
        let target = URL(filePath: path).resolvingSymlinksInPath().path
        guard let found = try? FileManager.default.attributesOfItem(atPath: target),  // nil: it is not there
            found[.type] as? FileAttributeType == .typeRegular
        else { return nil }
        return found
    }

    /// Writes a regular file beside itself and renames, so that it is either the old one or the whole new one; follows
    /// links and keeps the mode. Anything else, such as a device or a FIFO, is written to as it is.
    static func write(_ bytes: some Collection<UInt8>, to path: String) throws {
        let former = regular(path)
        if former == nil, access(path, F_OK) == 0 { return try put(bytes, into: path) }
        let target = former == nil ? path : URL(filePath: path).resolvingSymlinksInPath().path
        let temporary = "\(target).\(getpid()).tmp"
        do {
            try put(bytes, into: temporary)
            if let mode = former?[.posixPermissions] as? Int { chmod(temporary, mode_t(mode)) }
            guard rename(temporary, target) == 0 else { throw FileProblem.current(path, isOutput: true) }
        } catch {
            unlink(temporary)
            throw FileProblem(path: path, detail: (error as? FileProblem)?.detail ?? "\(error)", isOutput: true)
        }
    }

    /// Gives a file another name, so that a loss of power takes neither what is in it nor the name.
    static func moveDurably(_ path: String, to target: String) throws {
        try synchronise(path)
        guard rename(path, target) == 0 else { throw FileProblem.current(target, isOutput: true) }
        try synchronise(URL(filePath: target).deletingLastPathComponent().path)
    }

    private static func synchronise(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileProblem.current(path, isOutput: true) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FileProblem.current(path, isOutput: true) }
    }

    /// Finds out before an hour of work that its result could not be written.
    static func requireWritable(_ path: String?) throws {
        guard let path else { return }
        var isFolder: ObjCBool = false
        let isThere = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        if isFolder.boolValue {
            throw FileProblem(path: path, detail: String(cString: strerror(EISDIR)), isOutput: true)
        }
        let place = isThere ? path : URL(filePath: path).deletingLastPathComponent().path
        guard access(place, W_OK) == 0 else { throw FileProblem.current(path, isOutput: true) }
    }

    private static func put(_ bytes: some Collection<UInt8>, into path: String) throws {
        guard let file = fopen(path, "wb") else { throw FileProblem.current(path, isOutput: true) }
        let isWritten = Array(bytes).withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) } == bytes.count
        var problem = isWritten && fflush(file) == 0 ? nil : FileProblem.current(path, isOutput: true)
        if problem == nil, fsync(fileno(file)) != 0, errno != EINVAL, errno != EROFS {  // no device or FIFO can sync
            problem = FileProblem.current(path, isOutput: true)
        }
        guard fclose(file) == 0 || problem != nil else { throw FileProblem.current(path, isOutput: true) }
        if let problem { throw problem }
    }
}
