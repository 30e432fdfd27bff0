import Caching

/// The model: a bucket that holds `burst`, and into which `count` fall per `seconds`. Exact, and slow: every question
/// replays all that was taken.
struct TokenBucket {
    let limit: RateLimit
    private var taken: [(steps: Int, cost: Int)] = []  // at multiples of 1/512 s

    init(_ limit: RateLimit) { self.limit = limit }

    private var unit: Int128 { Int128(limit.seconds) * 512 }  // one of `count`; a step brings `count` of these

    private func level(at steps: Int) -> Int128 {
        let full = Int128(limit.burst) * unit
        var (level, last) = (full, Int.min / 2)
        for entry in taken {
            level = min(full, level + Int128(entry.steps - last) * Int128(limit.count)) - Int128(entry.cost) * unit
            last = entry.steps
        }
        return min(full, level + Int128(steps - last) * Int128(limit.count))
    }

    mutating func take(_ cost: Int, at steps: Int, mayOwe: Bool) -> RateDecision {
        let price = Int128(cost) * unit
        let missing = price - level(at: steps)
        if missing <= 0 || mayOwe { taken.append((steps, cost)) }
        let after = level(at: steps)
        let stepsPerSecond = Double(limit.count) * 512
        let isHopeless = cost > limit.burst && !mayOwe
        return RateDecision(
            isAllowed: missing <= 0, limit: limit, remaining: Int(max(0, after) / unit),
            resetAfterSeconds: Double(Int128(limit.burst) * unit - after) / stepsPerSecond,
            retryAfterSeconds: missing > 0 && !isHopeless ? Double(missing) / stepsPerSecond : nil)
    }
}
