/// Real Lambda invocations, from REPORT lines or `platform.report` events, by configured memory.
public struct LambdaUsage: Sendable, Equatable {
    /// Sums over the invocations of one memory size.
    public struct Group: Sendable, Equatable {
        public var invocations = 0
        /// Run time before rounding, µs.
        public var durationMicroseconds = 0
        /// What AWS bills, ms: each invocation already rounded up by AWS.
        public var billedMilliseconds = 0
        /// Invocations that had an Init Duration.
        public var coldStarts = 0
        public var initMicroseconds = 0
        /// The largest Max Memory Used, MB.
        public var maxMemoryUsedMB = 0
        /// Max Memory Used added up, MB; divide by ``invocations`` for the mean.
        public var memoryUsedMBSum = 0
        var billed = SparseCounts()

        /// Invocations by billed ms, ascending.
        public var billedDurations: [(milliseconds: Int, count: Int)] { billed.entries.map { ($0.key, $0.count) } }

        mutating func merge(_ other: Group) {
            invocations.accumulate(other.invocations)
            durationMicroseconds.accumulate(other.durationMicroseconds)
            billedMilliseconds.accumulate(other.billedMilliseconds)
            coldStarts.accumulate(other.coldStarts)
            initMicroseconds.accumulate(other.initMicroseconds)
            maxMemoryUsedMB = max(maxMemoryUsedMB, other.maxMemoryUsedMB)
            memoryUsedMBSum.accumulate(other.memoryUsedMBSum)
            billed.merge(other.billed)
        }
    }

    /// By Memory Size in MB.
    public internal(set) var groups: [Int: Group] = [:]

    public init() {}

    public var invocations: Int { groups.values.reduce(into: 0) { $0.accumulate($1.invocations) } }

    mutating func add(_ report: LambdaReport) {
        var one = Group()
        one.invocations = 1
        one.durationMicroseconds = report.durationMicroseconds
        one.billedMilliseconds = report.billedMilliseconds
        one.coldStarts = report.initMicroseconds >= 0 ? 1 : 0
        one.initMicroseconds = max(0, report.initMicroseconds)
        one.maxMemoryUsedMB = report.maxMemoryUsedMB
        one.memoryUsedMBSum = report.maxMemoryUsedMB
        groups[report.memoryMB, default: Group()].merge(one)
        groups[report.memoryMB, default: Group()].billed.add(report.billedMilliseconds)
    }

    public mutating func merge(_ other: LambdaUsage) {
        for (memory, group) in other.groups { groups[memory, default: Group()].merge(group) }
    }
}

/// One invocation as Lambda reported it.
struct LambdaReport {
    var durationMicroseconds = 0
    var billedMilliseconds = -1  // -1: not seen
    var memoryMB = -1  // -1: not seen
    var maxMemoryUsedMB = 0
    var initMicroseconds = -1  // -1: a warm start

    /// Lambda runs at most 15 minutes and 10,240 MB; wider bounds leave room for growth and keep sums exact.
    var isComplete: Bool { (0...1_000_000_000).contains(billedMilliseconds) && (1...1_048_576).contains(memoryMB) }
}
