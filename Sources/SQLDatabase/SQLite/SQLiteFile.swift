import Foundation
import Synchronization

/// The file of a SQLite database, as far as processes must agree about it: whoever uses it holds a lock beside it, which
/// keeps others from putting another file in its place.
public final class SQLiteFile: Sendable {
    private let path: String
    private let lock: Int32
    private let seen = Mutex<(file: Identity?, log: Identity?, at: ContinuousClock.Instant)>((nil, nil, .now))

    private struct Identity: Hashable {
        var device: dev_t
        var node: ino_t

        /// - Returns: nil for what is not there. A link is none of what it leads to.
        init?(_ path: String) {
            var status = stat()
            guard lstat(path, &status) == 0 else { return nil }
            (device, node) = (status.st_dev, status.st_ino)
        }
    }

    /// - Parameter alone: Whether nobody else may use the database, or several may.
    /// - Throws: ``SQLError/unavailable(_:)`` when others use it, it is being replaced, or is a link to nothing.
    public init(path: String, alone: Bool = false) throws(SQLError) {
        // SQLite follows links once, too, and puts its log beside what they lead to.
        let end = realpath(path, nil)
        defer { free(end) }
        guard end != nil || Identity(path) == nil else { throw .unavailable("\(path) leads nowhere") }
        let path = end.map { String(cString: $0) } ?? path
        self.path = path
        lock = open(path + "-lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard lock >= 0 else { throw .unavailable("\(path)-lock: \(String(cString: strerror(errno)))") }
        guard flock(lock, (alone ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0 else {
            close(lock)
            throw .unavailable("\(path) is \(alone ? "in use" : "being restored")")
        }
    }

    deinit { close(lock) }

    /// What SQLite has opened, the database and its log, may be gone from its place: what is written then is lost.
    /// - Parameter age: How long ago one may have looked.
    /// - Throws: ``SQLError/unavailable(_:)``.
    func requireInPlace(age: Duration) throws(SQLError) {
        let now = ContinuousClock.now
        let isThere = seen.withLock { seen in
            guard seen.file == nil || now - seen.at >= age else { return true }
            let (file, log) = (Identity(path), Identity(path + "-wal"))
            guard file == seen.file ?? file, log == seen.log ?? log else { return false }
            seen = (file, log, now)
            return true
        }
        guard isThere else { throw .unavailable("\(path) was deleted or replaced; start the service anew") }
    }
}
