/// The traffic that reaches one step: how many events and how large each, exactly, times the share that gets here.
public struct EventFlow: Hashable, Sendable {
    /// So many events of so many KiB each, rounded up to whole KiB; `kib` 0 is an empty payload.
    public struct SizeClass: Hashable, Sendable {
        public var kib: Int
        public var count: Int

        public init(kib: Int, count: Int) { (self.kib, self.count) = (kib, count) }
    }

    /// What the traffic itself says of tokens, before `scale`.
    public struct Tokens: Hashable, Sendable {
        public var input: Int
        public var output: Int
        public var cacheRead: Int
        public var cacheWrite: Int
        public var isEstimate: Bool

        public init(input: Int, output: Int, cacheRead: Int = 0, cacheWrite: Int = 0, isEstimate: Bool = false) {
            (self.input, self.output, self.cacheRead, self.cacheWrite) = (input, output, cacheRead, cacheWrite)
            self.isEstimate = isEstimate
        }
    }

    /// Lambda invocations that were recorded with their billed duration, before `scale`.
    public struct Invocations: Hashable, Sendable {
        public var count: Int
        public var milliseconds: Quantity  // billed, summed
        public var megabyteMilliseconds: Quantity  // billed ms × MB, summed

        public init(count: Int, milliseconds: Quantity, megabyteMilliseconds: Quantity) {
            (self.count, self.milliseconds) = (count, milliseconds)
            self.megabyteMilliseconds = megabyteMilliseconds
        }
    }

    public var count: Int
    public var bytes: Int
    public var sizes: [SizeClass]
    public var responseBytes = 0
    public var tokens: Tokens?
    public var invocations: Invocations?
    public var scale: Quantity = 1  // share × projection

    public init(count: Int, bytes: Int, sizes: [SizeClass]) {
        (self.count, self.bytes, self.sizes) = (count, bytes, sizes)
    }

    /// The sum over all events of the payload in whole units of `kib` KiB, each rounded up on its own; an empty payload
    /// is one unit. Before `scale`.
    /// - Throws: ``ArithmeticError`` `.overflow`.
    public func units(ofKiB kib: Int) throws(ArithmeticError) -> Int {
        var total = 0
        for size in sizes {
            let (units, overflow) = size.count.multipliedReportingOverflow(
                by: Swift.max(1, size.kib / kib + (size.kib % kib == 0 ? 0 : 1)))
            let (sum, carried) = total.addingReportingOverflow(units)
            guard !overflow, !carried else { throw .overflow }
            total = sum
        }
        return total
    }
}
