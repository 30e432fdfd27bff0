public import Foundation
import Synchronization

/// What the domain reads from outside; a test replaces one closure at a time.
public struct Ambient: Sendable {
    public var now: @Sendable () -> Date
    /// A time that is never set back, for how long something lasts: `now` once, and what has passed since.
    public var steadyNow: @Sendable () -> Date
    public var newID: @Sendable () -> UUID
    public var audit: AuditChain?  // nil: what happens is not written down

    public init(
        now: (@Sendable () -> Date)? = nil, newID: @escaping @Sendable () -> UUID = { .v7(at: Date()) }
    ) {
        (self.now, steadyNow) = (now ?? { Date() }, now ?? SteadyClock.now)
        self.newID = newID
    }
}

private enum SteadyClock {
    private static let start = (date: Date(), instant: ContinuousClock.now)

    @Sendable static func now() -> Date {
        start.date.addingTimeInterval((ContinuousClock.now - start.instant) / .seconds(1))
    }
}

/// Numbers for ids, which must differ and need not be secret: SplitMix64 from a random beginning, shared by all threads.
private enum IDNumbers {
    private static let state = Atomic(UInt64.random(in: .min ... .max))

    static func next() -> UInt64 {
        var mixed = state.wrappingAdd(0x9e37_79b9_7f4a_7c15, ordering: .relaxed).newValue
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

extension UUID {
    /// RFC 9562 version 7: ids made in a later millisecond sort later.
    /// - Parameter date: After 1970; its milliseconds are the first 48 bits.
    public static func v7(at date: Date) -> UUID {
        let milliseconds = UInt64(max(0, date.timeIntervalSince1970 * 1000))
        var bytes = unsafeBitCast((IDNumbers.next(), IDNumbers.next()), to: uuid_t.self)
        (bytes.0, bytes.1, bytes.2) = (
            UInt8(truncatingIfNeeded: milliseconds >> 40), UInt8(truncatingIfNeeded: milliseconds >> 32),
            UInt8(truncatingIfNeeded: milliseconds >> 24)
        )
        (bytes.3, bytes.4, bytes.5) = (
            UInt8(truncatingIfNeeded: milliseconds >> 16), UInt8(truncatingIfNeeded: milliseconds >> 8),
            UInt8(truncatingIfNeeded: milliseconds)
        )
        bytes.6 = bytes.6 & 0x0f | 0x70
        bytes.8 = bytes.8 & 0x3f | 0x80
        return UUID(uuid: bytes)
    }
}
