public import Foundation

/// Counts what each key takes against a limit, which comes with each call. What was taken is kept as the time at which
/// it will have been made up for, so a key's limit may change.
///
/// `now` should be of a clock that is not set back. When it is, nobody gets more than before; who has taken something
/// waits until the clock has caught up.
public protocol RateLimiter: Sendable {
    /// Takes `cost` if that much is left, and nothing if it is not. A cost below 0 is one of 0, which only asks.
    ///
    /// - Throws: What the place where the counts are kept throws when it cannot be asked.
    func take(_ cost: Int, from key: String, limit: RateLimit, at now: Date) async throws -> RateDecision

    /// Takes `cost` whether or not that much is left, for what is known only afterwards. What is taken too much is a
    /// debt: all is refused until it is made up for. The decision is not allowed while there is one.
    ///
    /// - Throws: What the place where the counts are kept throws when it cannot be asked.
    @discardableResult
    func charge(_ cost: Int, to key: String, limit: RateLimit, at now: Date) async throws -> RateDecision
}
