public import Foundation
import Synchronization

/// Counts what this process changes of each user's data, so that answers can be kept until the next change.
public final class Changes: Sendable {
    private let counts = Mutex<[UUID: Int]>([:])

    public init() {}

    public func note(_ user: UUID) { counts.withLock { $0[user, default: 0] += 1 } }

    public func count(of user: UUID) -> Int { counts.withLock { $0[user] ?? 0 } }
}
