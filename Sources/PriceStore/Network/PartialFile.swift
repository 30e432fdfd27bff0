internal import Crypto

/// What has arrived of one URL, with what proves that the rest belongs to it. One process at a time; a second one waits.
final class PartialFile {
    private let path: String
    private let validatorPath: String
    private let lock: File
    private var validator = ""
    private var size = 0

    init(url: String, directory: String) throws {
        try Directory.make(directory)
        path = directory + "/" + hexadecimal(SHA256.hash(data: Array(url.utf8)).prefix(16)) + ".part"
        validatorPath = path + ".validator"
        lock = try File(path + ".lock", .update)
        _ = try lock.lock()
    }

    /// Hands out what an earlier run left. - Returns: Its size in bytes; 0 where it cannot be continued.
    func replay(into take: (UnsafeRawBufferPointer) throws -> Void) throws -> Int {
        guard Directory.kind(path) == .file, Directory.kind(validatorPath) == .file else { return 0 }
        validator = String(decoding: try File.read(validatorPath), as: UTF8.self)
        let former = try File(path, .read)
        size = 0
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
        defer { buffer.deallocate() }
        while case let count = try former.read(into: buffer), count > 0 {
            size += count
            try take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
        return size
    }

    /// Without a validator a server's second answer cannot be told from another file's: `Range` alone, within one run, is refused.
    func resumeHeaders(from offset: Int) -> [String] {
        validator.isEmpty ? [] : ["Range: bytes=\(offset)-", "If-Range: \(validator)"]
    }

    func isWhole(_ total: Int?) -> Bool { total == size && size > 0 && !validator.isEmpty }

    /// Weak ETags (`W/…`) do not promise equal bytes; the date then serves.
    func begin(etag: String, lastModified: String) throws {
        discard()
        validator = etag.isEmpty || etag.hasPrefix("W/") ? lastModified : etag
        if !validator.isEmpty { try File.write(Array(validator.utf8), to: validatorPath) }
    }

    func append(_ bytes: UnsafeRawBufferPointer) throws {
        try File(path, .append).write(bytes)
        size += bytes.count
    }

    func discard() {
        Directory.remove(path)
        Directory.remove(validatorPath)
        size = 0
    }
}
