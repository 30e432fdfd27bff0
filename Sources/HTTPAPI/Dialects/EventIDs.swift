import Domain
import Synchronization
import Traffic

/// The keys of events that have an id and a time of their own. The same id with other content is another event: `id` may
/// be an order's, or a user's.
final class EventIDs: Sendable {
    private struct State {
        var keys: [DeliveryKey] = []
        var seen: Set<DeliveryKey> = []
        var known: Set<DeliveryKey> = []
        var leftOut = 0
        var isOff = false
    }

    private let state = Mutex(State())

    var keys: [DeliveryKey] { state.withLock(\.keys) }
    var isEmpty: Bool { state.withLock(\.keys.isEmpty) }
    /// Events that came twice, or had come before.
    var leftOut: Int { state.withLock(\.leftOut) }

    /// Whether an event is to be metered; its key is kept then.
    func admit(_ event: UnsafeBufferPointer<UInt8>) -> Bool {
        state.withLock { state in
            guard !state.isOff else { return true }
            let key = DeliveryKey(UnsafeRawBufferPointer(event))
            guard !state.known.contains(key), state.seen.insert(key).inserted else {
                state.leftOut += 1
                return false
            }
            state.keys.append(key)
            return true
        }
    }

    /// From now on all events are admitted, without a key.
    func turnOff() { state.withLock { $0.isOff = true } }

    /// Begins anew, without these events.
    func restart(without known: Set<DeliveryKey>) {
        state.withLock {
            $0 = State()
            $0.known = known
        }
    }
}
