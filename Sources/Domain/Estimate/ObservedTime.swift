public import Traffic

/// When traffic was observed. A few records a day or more from all others, such as those of a clock that starts in 1970,
/// are priced like any other but do not stretch the time: they would make a month of next to nothing.
public struct ObservedTime: Hashable, Sendable {
    public var firstMinute: Int  // UTC minutes since 1970, included
    public var lastMinute: Int  // included
    public var strays = 0  // events outside

    /// Quiet minutes too.
    public var minutes: Int { lastMinute - firstMinute + 1 }

    /// By the records' own times; by their arrival where none has any. Nil when no record was timed.
    public init?(_ traffic: TrafficProfile) {
        let own = traffic.ownTimes
        let counted = own.isEmpty ? traffic.minutes.map { (minute: $0.minute, events: $0.traffic.events) } : own
        guard let first = counted.first?.minute, let last = counted.last?.minute else { return nil }
        (firstMinute, lastMinute) = (first, last)
        guard minutes > Self.farAway else { return }
        var kept = counted[...]
        let few = counted.reduce(0) { $0 + $1.events } / Self.fewOf
        while let (side, dropped) = Self.cut(kept), strays + dropped <= few {
            (kept, strays) = (side, strays + dropped)
        }
        (firstMinute, lastMinute) = (kept.first?.minute ?? first, kept.last?.minute ?? last)
    }

    private static let farAway = 24 * 60  // minutes
    private static let fewOf = 100  // strays are at most one in a hundred

    /// The fuller side of the widest gap, where that is far wider than the side is long; and the events of the other side.
    private static func cut(
        _ minutes: ArraySlice<(minute: Int, events: Int)>
    ) -> (side: ArraySlice<(minute: Int, events: Int)>, dropped: Int)? {
        func gap(before index: Int) -> Int { minutes[index].minute - minutes[index - 1].minute }
        func events(_ side: ArraySlice<(minute: Int, events: Int)>) -> Int { side.reduce(0) { $0 + $1.events } }
        guard let cut = minutes.indices.dropFirst().max(by: { gap(before: $0) < gap(before: $1) }) else { return nil }
        let (before, after) = (minutes[..<cut], minutes[cut...])
        let (side, dropped) = events(before) < events(after) ? (after, events(before)) : (before, events(after))
        let span = (side.last?.minute ?? 0) - (side.first?.minute ?? 0) + 1
        return gap(before: cut) >= farAway && gap(before: cut) / 9 >= span ? (side, dropped) : nil
    }
}
