#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// A file descriptor, closed with the value. Every failure is a ``PriceStoreError`` `.io` that names the path.
struct File: ~Copyable {
    enum Mode { case read, append, truncate, update }

    let path: String
    let descriptor: Int32

    init(_ path: String, _ mode: Mode) throws {
        let flags: Int32
        switch mode {
        case .read: flags = O_RDONLY
        case .append: flags = O_WRONLY | O_CREAT | O_APPEND
        case .truncate: flags = O_WRONLY | O_CREAT | O_TRUNC
        case .update: flags = O_RDWR | O_CREAT
        }
        self.path = path
        descriptor = open(path, flags | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Self.failure(path, "open") }
    }

    deinit { close(descriptor) }

    static func failure(_ path: String, _ operation: String) -> PriceStoreError {
        .io(path: path, operation: operation, reason: String(cString: strerror(errno)))
    }

    /// - Returns: Bytes read, 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        while true {
            #if canImport(Glibc)
                let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            #else
                let count = Darwin.read(descriptor, buffer.baseAddress, buffer.count)
            #endif
            if count >= 0 { return count }
            guard errno == EINTR else { throw Self.failure(path, "read") }
        }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        while !rest.isEmpty {
            #if canImport(Glibc)
                let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            #else
                let count = Darwin.write(descriptor, rest.baseAddress, rest.count)
            #endif
            if count < 0 {
                guard errno == EINTR else { throw Self.failure(path, "write") }
                continue
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    var size: Int {
        get throws {
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { throw Self.failure(path, "stat") }
            return Int(status.st_size)
        }
    }

    /// What is written survives a power cut once this returns.
    func synchronise() throws {
        guard fsync(descriptor) == 0 else { throw Self.failure(path, "fsync") }
    }

    /// Waits for, or with `waiting: false` tries, the exclusive lock that ends with the descriptor (or the process).
    func lock(waiting: Bool = true) throws -> Bool {
        while flock(descriptor, LOCK_EX | (waiting ? 0 : LOCK_NB)) != 0 {
            if errno == EWOULDBLOCK { return false }
            guard errno == EINTR else { throw Self.failure(path, "lock") }
        }
        return true
    }
}

extension File {
    static func read(_ path: String) throws -> [UInt8] {
        let file = try File(path, .read)
        let size = try file.size
        return try [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            while count < size {
                let part = try file.read(
                    into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[count...]))
                if part == 0 { break }
                count += part
            }
        }
    }

    /// Writes and synchronises a new file.
    static func write(_ bytes: [UInt8], to path: String) throws {
        let file = try File(path, .truncate)
        try bytes.withUnsafeBytes { try file.write($0) }
        try file.synchronise()
    }

    static func remove(_ path: String) throws {
        guard unlink(path) == 0 || errno == ENOENT else { throw failure(path, "remove") }
    }

    static func rename(_ path: String, to other: String) throws {
        #if canImport(Glibc)
            let result = Glibc.rename(path, other)
        #else
            let result = Darwin.rename(path, other)
        #endif
        guard result == 0 else { throw failure(path, "rename to \(other)") }
    }

    /// The same file under a second name; a copy where the file system has no hard links.
    static func link(_ path: String, _ other: String) throws {
        #if canImport(Glibc)
            let result = Glibc.link(path, other)
        #else
            let result = Darwin.link(path, other)
        #endif
        if result != 0 { try write(read(path), to: other) }
    }
}

/// Directories: made, listed in order, synchronised, removed.
enum Directory {
    static func make(_ path: String) throws {
        if mkdir(path, 0o755) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw File.failure(path, "make directory")
        }
        try make(String(path[..<slash]))
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw File.failure(path, "make directory") }
    }

    enum Kind { case file, directory, link, other }

    static func kind(_ path: String, followingLinks: Bool = true) -> Kind? {
        var status = stat()
        guard (followingLinks ? stat(path, &status) : lstat(path, &status)) == 0 else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .directory
        case S_IFLNK: return .link
        default: return .other
        }
    }

    /// Names in byte order; empty where there is no such directory.
    static func names(_ path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var result: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { result.append(name) }
        }
        return result.sorted()
    }

    static func synchronise(_ path: String) throws { try File(path, .read).synchronise() }

    static func remove(_ path: String) {
        if kind(path, followingLinks: false) == .directory {
            for name in names(path) { remove(path + "/" + name) }
            rmdir(path)
        } else {
            unlink(path)
        }
    }

    static func readLink(_ path: String) -> String? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = buffer.withUnsafeMutableBytes { raw in
            raw.baseAddress.map { readlink(path, $0.assumingMemoryBound(to: CChar.self), raw.count) } ?? -1
        }
        return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }

    static func symlink(_ target: String, at path: String) throws {
        #if canImport(Glibc)
            let result = Glibc.symlink(target, path)
        #else
            let result = Darwin.symlink(target, path)
        #endif
        guard result == 0 else { throw File.failure(path, "link") }
    }

    /// A name from a remote file as one path component: letters, digits, `-` and `_` stay, every other byte is `%XX`.
    static func component(_ name: String) -> String {
        var result = ""
        for byte in name.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"):
                result.unicodeScalars.append(UnicodeScalar(byte))
            default: result += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
        }
        return result.isEmpty ? "%" : result
    }
}
