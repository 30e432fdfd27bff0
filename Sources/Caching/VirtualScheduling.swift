/// The generic cell rate algorithm, in its form as virtual scheduling (ITU-T I.371, annex A). All it keeps of a key is
/// when all that was taken will have been made up for, the theoretical arrival time; a time that is past is as good as
/// none.
enum VirtualScheduling {
    /// - Parameters:
    ///   - arrival: The key's theoretical arrival time; changed when something is taken.
    ///   - mayOwe: Take more than is left.
    static func take(
        _ cost: Int, of arrival: inout Instant, limit: RateLimit, at now: Instant, mayOwe: Bool
    ) -> RateDecision {
        let (start, burst) = (max(arrival, now), limit.costOfOne.scaled(by: limit.burst))
        let price = limit.costOfOne.scaled(by: max(0, cost))
        let next = min(start + price, Instant.furthest)
        let isAllowed = next - now <= burst
        if isAllowed || mayOwe { arrival = next }
        let used = max(arrival, now) - now
        let canWait = !isAllowed && (mayOwe || price <= burst)
        return RateDecision(
            isAllowed: isAllowed, limit: limit, remaining: Int(max(0, burst - used) / limit.costOfOne),
            resetAfterSeconds: used.seconds, retryAfterSeconds: canWait ? (next - burst - now).seconds : nil)
    }
}
