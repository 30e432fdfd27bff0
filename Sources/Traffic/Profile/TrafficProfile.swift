/// Recorded traffic, exact and mergeable: what AWS's billing rules need to know of it, whatever the workload.
///
/// Merging is addition, associative and commutative, so processes, hours and shards merge in any order. Counts stop at
/// `Int.max` rather than wrap.
public struct TrafficProfile: Sendable, Equatable {
    struct TimedMinute: Sendable, Equatable {
        var minute: Int  // UTC minutes since 1970-01-01T00:00Z; negative before
        var traffic: Minute
    }

    /// Ascending by minute, none twice.
    var timed: [TimedMinute] = []
    /// Events of ``minutes`` whose time is that of their arrival, by minute.
    var received = SparseCounts()
    /// Records without a readable timestamp.
    public internal(set) var untimed = Minute()
    /// All minutes and ``untimed`` added up.
    public internal(set) var totals = Minute()
    /// Response sizes, of the records that say so.
    public internal(set) var responses = SizeHistogram()
    public internal(set) var lambda = LambdaUsage()
    public internal(set) var statuses = StatusCounts()
    public internal(set) var sources = SourceCounts()
    /// Text statistics; all 0 unless asked for.
    public internal(set) var text = TextCounts()
    public internal(set) var accounting = LineAccounting()
    /// A few findings of each kind, blotted out.
    public internal(set) var piiSamples = PIISamples()

    public init() {}

    /// UTC minutes since 1970 with what was metered in them, ascending; minutes without traffic are left out.
    /// Minutes that traffic may have: 10,000 years on either side of 1970, so that the span of all fits an `Int`.
    public static let minuteRange = -5_259_491_999...5_259_491_999

    public var minutes: some RandomAccessCollection<(minute: Int, traffic: Minute)> {
        timed.lazy.map { ($0.minute, $0.traffic) }
    }

    public var firstMinute: Int? { timed.first?.minute }
    public var lastMinute: Int? { timed.last?.minute }

    /// Minutes from the first to the last, both included, quiet ones too; 0 when no record was timed.
    public var observedMinutes: Int {
        guard let firstMinute, let lastMinute else { return 0 }
        return lastMinute - firstMinute + 1
    }

    /// Findings by kind, all sources together; by source in ``sources``.
    public var pii: PIICounts { sources.pii }

    public mutating func merge(_ other: TrafficProfile) {
        timed = Self.merged(timed, other.timed)
        received.merge(other.received)
        untimed.merge(other.untimed)
        totals.merge(other.totals)
        responses.merge(other.responses)
        lambda.merge(other.lambda)
        statuses.merge(other.statuses)
        sources.merge(other.sources)
        text.merge(other.text)
        accounting.merge(other.accounting)
        piiSamples.merge(other.piiSamples)
    }

    /// The sum of two profiles.
    public func merging(_ other: TrafficProfile) -> TrafficProfile {
        var sum = self
        sum.merge(other)
        return sum
    }

    private static func merged(_ left: [TimedMinute], _ right: [TimedMinute]) -> [TimedMinute] {
        var result: [TimedMinute] = []
        result.reserveCapacity(left.count + right.count)
        var (i, j) = (0, 0)
        while i < left.count, j < right.count {
            if left[i].minute < right[j].minute {
                result.append(left[i])
                i += 1
            } else if left[i].minute > right[j].minute {
                result.append(right[j])
                j += 1
            } else {
                var both = left[i]
                both.traffic.merge(right[j].traffic)
                result.append(both)
                i += 1
                j += 1
            }
        }
        result.append(contentsOf: left[i...])
        result.append(contentsOf: right[j...])
        return result
    }

    /// Adds up the minutes again, after they were filled in one by one.
    mutating func recomputeTotals() {
        totals = timed.reduce(into: untimed) { $0.merge($1.traffic) }
    }
}

extension TrafficProfile {
    /// Events by minute whose records say when they were, ascending; those that were dated by their arrival are left out.
    public var ownTimes: [(minute: Int, events: Int)] {
        var arrivals = received.entries[...]
        return timed.compactMap { entry in
            while let next = arrivals.first, next.key < entry.minute { arrivals.removeFirst() }
            let events = entry.traffic.events - (arrivals.first?.key == entry.minute ? arrivals.first?.count ?? 0 : 0)
            return events > 0 ? (entry.minute, events) : nil
        }
    }

    /// Gives the records without a timestamp a minute: that of their arrival.
    /// - Parameter minute: UTC minutes since 1970, not negative.
    public mutating func date(untimedTo minute: Int) {
        guard untimed.events > 0 else { return }
        received.add(minute, count: untimed.events)
        timed = Self.merged(timed, [TimedMinute(minute: minute, traffic: untimed)])
        untimed = Minute()
    }
}
