import Foundation

/// Writes files that a power cut leaves whole or not there.
enum DurableFile {
    /// Makes a folder that only its owner may look into, where there is none.
    static func makeFolder(_ path: String) throws(MailError) {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch { throw .cannotWrite(path: path, errno: errno) }
    }

    static func write(_ bytes: [UInt8], to file: String, in folder: String) throws(MailError) {
        let building = "\(folder)/.\(UUID().uuidString.lowercased()).building"
        do throws(MailError) {
            try write(bytes, to: building)
            guard rename(building, file) == 0 else { throw .cannotWrite(path: file, errno: errno) }
        } catch {
            unlink(building)
            throw error
        }
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .cannotWrite(path: folder, errno: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .cannotWrite(path: folder, errno: errno) }
    }

    private static func write(_ bytes: [UInt8], to file: String) throws(MailError) {
        let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .cannotWrite(path: file, errno: errno) }
        defer { close(descriptor) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            guard written >= 0 || errno == EINTR else { throw .cannotWrite(path: file, errno: errno) }
            rest = rest.dropFirst(max(0, written))
        }
        guard fsync(descriptor) == 0 else { throw .cannotWrite(path: file, errno: errno) }
    }
}
