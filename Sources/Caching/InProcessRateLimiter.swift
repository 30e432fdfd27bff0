public import Foundation
import Synchronization

/// Rate limits within this process, exact however many ask at once. A call takes well under 2 µs and waits for nothing,
/// so it is no `async` one.
///
/// It keeps at most ``maximumKeys``. Keys that have made up for what they took are forgotten in passing; when that does
/// not help, so are those that are nearest to it, which gives them what little they lacked.
public final class InProcessRateLimiter: RateLimiter {
    public static let maximumKeys = 200_000
    private static let shardCount = 64

    private let shards: [Shard]

    public init() {
        shards = (0..<Self.shardCount).map { _ in Shard(capacity: Self.maximumKeys / Self.shardCount) }
    }

    public func take(_ cost: Int, from key: String, limit: RateLimit, at now: Date) -> RateDecision {
        shard(of: key).take(cost, from: key, limit: limit, at: Instant(now), mayOwe: false)
    }

    @discardableResult
    public func charge(_ cost: Int, to key: String, limit: RateLimit, at now: Date) -> RateDecision {
        shard(of: key).take(cost, from: key, limit: limit, at: Instant(now), mayOwe: true)
    }

    /// Keys that are remembered.
    public var keyCount: Int { shards.reduce(0) { $0 + $1.count } }

    private func shard(of key: String) -> Shard {
        shards[Int(UInt(bitPattern: key.hashValue) % UInt(Self.shardCount))]  // seeded anew by each process
    }
}

/// Some of the keys, behind a lock of their own.
private final class Shard: Sendable {
    private struct State {
        var arrivals: [String: Instant] = [:]
        var nextSweep = 64  // keys
    }

    private let capacity: Int
    private let state = Mutex(State())

    init(capacity: Int) { self.capacity = capacity }

    var count: Int { state.withLock { $0.arrivals.count } }

    func take(_ cost: Int, from key: String, limit: RateLimit, at now: Instant, mayOwe: Bool) -> RateDecision {
        state.withLock { state in
            if let index = state.arrivals.index(forKey: key) {
                return VirtualScheduling.take(
                    cost, of: &state.arrivals.values[index], limit: limit, at: now, mayOwe: mayOwe)
            }
            var arrival = now
            let decision = VirtualScheduling.take(cost, of: &arrival, limit: limit, at: now, mayOwe: mayOwe)
            if arrival > now {
                if state.arrivals.count >= state.nextSweep { sweep(&state, at: now) }
                state.arrivals[key] = arrival
            }
            return decision
        }
    }

    /// Called each time that the keys may have doubled since the last, so that a call bears a constant share of it.
    private func sweep(_ state: inout State, at now: Instant) {
        state.arrivals = state.arrivals.filter { $0.value > now }
        if state.arrivals.count > capacity * 3 / 4 {
            let nearestFirst = state.arrivals.sorted { $0.value < $1.value }
            state.arrivals = Dictionary(
                uniqueKeysWithValues: nearestFirst[(nearestFirst.count / 4)...].map { ($0, $1) })
        }
        state.nextSweep = min(max(64, state.arrivals.count * 2), capacity)
    }
}
