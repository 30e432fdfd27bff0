public import Foundation

/// What the domain reads from outside; a test replaces one closure at a time.
public struct Ambient: Sendable {
    public var now: @Sendable () -> Date
    public var newID: @Sendable () -> UUID
    public var isAudited = true  // whether what happens is written down

    public init(
        now: @escaping @Sendable () -> Date = { Date() }, newID: @escaping @Sendable () -> UUID = { .v7(at: Date()) }
    ) {
        (self.now, self.newID) = (now, newID)
    }
}

extension UUID {
    /// RFC 9562 version 7: ids made in a later millisecond sort later.
    /// - Parameter date: After 1970; its milliseconds are the first 48 bits.
    public static func v7(at date: Date) -> UUID {
        let milliseconds = UInt64(max(0, date.timeIntervalSince1970 * 1000))
        var random = SystemRandomNumberGenerator()  // `UUID()` opens /dev/urandom each time
        var bytes = unsafeBitCast((random.next() as UInt64, random.next() as UInt64), to: uuid_t.self)
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
