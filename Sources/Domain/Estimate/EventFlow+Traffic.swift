import CostModel
import Traffic

extension EventFlow {
    init(_ profile: TrafficProfile) {
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
            invocations = Invocations(
                count: groups.values.map(\.invocations).reduce(0, +),
                megabyteMilliseconds: groups.map { $0.key * $0.value.billedMilliseconds }.reduce(0, +))
        }
    }
}
