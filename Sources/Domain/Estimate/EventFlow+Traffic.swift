import CostModel
import Traffic

extension EventFlow {
    /// - Throws: ``ArithmeticError`` when recorded Lambda durations do not fit.
    init(_ profile: TrafficProfile) throws(ArithmeticError) {
        let totals = profile.totals
        self.init(
            count: totals.events, bytes: totals.bytes,
            sizes: totals.sizes.map { SizeClass(kib: $0.sizeKiB, count: $0.count) })
        responseBytes = totals.responseBytes
        let tokens = totals.tokens
        if tokens != TokenCounts() {
            self.tokens = Tokens(
                input: tokens.input, output: tokens.output, cacheRead: tokens.cacheRead, cacheWrite: tokens.cacheWrite)
        }
        let groups = profile.lambda.groups
        if !groups.isEmpty {
            var sum = Invocations(count: 0, milliseconds: 0, megabyteMilliseconds: 0)
            for (megabytes, group) in groups {
                let milliseconds = Quantity(group.billedMilliseconds)
                sum.count += group.invocations
                sum.milliseconds = try sum.milliseconds + milliseconds
                sum.megabyteMilliseconds = try sum.megabyteMilliseconds + milliseconds * Quantity(megabytes)
            }
            invocations = sum
        }
    }
}
