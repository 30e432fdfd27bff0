import Foundation
import Synchronization

/// The file of a SQLite database, as far as processes must agree about it: whoever uses it holds a lock beside it, which
/// keeps others from putting another file in its place.
public final class SQLiteFile: Sendable {
    private let path: String
    private let lock: Int32
    private let seen = Mutex<(identity: Identity?, at: ContinuousClock.Instant)>((nil, .now))

    private struct Identity: Hashable {
        var device: dev_t
        var node: ino_t
    }

    /// - Parameter alone: Whether nobody else may use the database, or several may.
    /// - Throws: ``SQLError/unavailable(_:)`` when others use it, or it is being replaced.
    public init(path: String, alone: Bool = false) throws(SQLError) {
        self.path = path
        lock = open(path + "-lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard lock >= 0 else { throw .unavailable("\(path)-lock: \(String(cString: strerror(errno)))") }
        guard flock(lock, (alone ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0 else {
            close(lock)
            throw .unavailable("\(path) is \(alone ? "in use" : "being restored")")
        }
    }

    deinit { close(lock) }

    /// What SQLite has opened may be gone from its place: what is written then is lost.
    /// - Parameter age: How long ago one may have looked.
    /// - Throws: ``SQLError/unavailable(_:)``.
    func requireInPlace(age: Duration) throws(SQLError) {
        let now = ContinuousClock.now
        let isThere = seen.withLock { seen in
            guard seen.identity == nil || now - seen.at >= age else { return true }
            var status = stat()
            guard stat(path, &status) == 0 else { return seen.identity == nil }
            let found = Identity(device: status.st_dev, node: status.st_ino)
            seen = (seen.identity ?? found, found == seen.identity ?? found ? now : seen.at)
            return found == seen.identity
        }
        guard isThere else { throw .unavailable("\(path) was deleted or replaced; start the service anew") }
    }
}
