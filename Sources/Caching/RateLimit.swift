/// How much may be taken: `count` per `seconds` for as long as one likes, and at most `burst` at once.
public struct RateLimit: Sendable, Hashable {
    public let count: Int
    public let seconds: Int
    public let burst: Int
    let costOfOne: Instant  // how long it takes until one more may be taken

    /// - Precondition: All are at least 1, and `seconds` is at most 31,622,400 (a leap year).
    public init(count: Int, per seconds: Int, burst: Int) {
        precondition(count > 0 && (1...31_622_400).contains(seconds) && burst > 0, "no such rate limit")
        (self.count, self.seconds, self.burst) = (count, seconds, burst)
        // Rounded up, so that no rate is above its limit; it is below by less than 1 in 10⁹ up to a limit of 10⁹ a second.
        let period = Instant(seconds) * Instant.ticksPerSecond
        costOfOne = (period + Instant(count) - 1) / Instant(count)
    }
}

/// Whether something was taken, and what is left.
public struct RateDecision: Sendable, Hashable {
    public var isAllowed: Bool
    public var limit: RateLimit
    /// May be taken at once from now.
    public var remaining: Int
    /// Until `remaining` is the limit's burst again, if nothing more is taken.
    public var resetAfterSeconds: Double
    /// Until what was refused would be allowed, or a debt is made up for. `nil` when there is nothing to wait for: it was
    /// allowed, or it costs more than may ever be taken at once.
    public var retryAfterSeconds: Double?

    public init(
        isAllowed: Bool, limit: RateLimit, remaining: Int, resetAfterSeconds: Double, retryAfterSeconds: Double?
    ) {
        (self.isAllowed, self.limit, self.remaining) = (isAllowed, limit, remaining)
        (self.resetAfterSeconds, self.retryAfterSeconds) = (resetAfterSeconds, retryAfterSeconds)
    }
}
