import Foundation

/// A time, or a duration, in units of 2⁻³² ns: whole nanoseconds would be a tenth too long for what costs 3.3 ns.
typealias Instant = Int128

extension Instant {
    static let ticksPerSecond: Instant = 1_000_000_000 << 32
    /// No time or debt goes beyond: nearly ten million years, and sums of a few such still fit.
    static let furthest: Instant = 1 << 110

    /// Since 2001, in whole nanoseconds, at most 292 years to either side.
    init(_ date: Date) {
        let nanoseconds = (date.timeIntervalSinceReferenceDate * 1e9).rounded()
        let bounded = Int64(exactly: nanoseconds) ?? (nanoseconds < 0 ? -Int64.max : Int64.max)
        self = Instant(bounded) << 32
    }

    /// Of a duration of at least 0. The halves are converted by themselves, since `Double(Int128)` takes 0.5 µs.
    var seconds: Double {
        let (high, low) = (UInt64(truncatingIfNeeded: self >> 64), UInt64(truncatingIfNeeded: self))
        return (Double(high) * 0x1p64 + Double(low)) / (1e9 * 0x1p32)
    }

    /// `self` × `factor`, both at least 0, or the furthest there is.
    func scaled(by factor: Int) -> Instant {
        let (product, overflow) = multipliedReportingOverflow(by: Instant(factor))
        return overflow ? Self.furthest : Swift.min(product, Self.furthest)
    }
}
