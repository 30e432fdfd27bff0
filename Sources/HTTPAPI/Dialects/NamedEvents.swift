import Domain
import Synchronization
import Traffic

/// Events with an id and a time of their own, which wait until the store has said which of them it knows. The same id with
/// other content is another event: `id` may be an order's, or a user's.
final class NamedEvents: Sendable {
    private let waiting = Mutex(EventBatch())

    var batch: EventBatch { waiting.withLock { $0 } }

    func add(_ event: UnsafeBufferPointer<UInt8>) {
        waiting.withLock { _ = $0.add(event, as: .object, key: DeliveryKey(UnsafeRawBufferPointer(event))) }
    }

    /// - Returns: All that wait.
    func take() -> EventBatch {
        waiting.withLock { batch in
            defer { batch.removeAll() }
            return batch
        }
    }
}
