public import Caching
import Foundation

/// How much callers may ask for.
public struct LimitService: Sendable {
    /// What a plan allows.
    public struct Allowance: Sendable {
        public var requests: RateLimit
        public var events: RateLimit  // of ingest
        public var bytes: RateLimit  // of ingest, without content encoding

        public init(requests: RateLimit, events: RateLimit, bytes: RateLimit) {
            (self.requests, self.events, self.bytes) = (requests, events, bytes)
        }
    }

    /// All that is allowed, a minute.
    public struct Rules: Sendable {
        public var plans: [Plan: Allowance] = [
            .free: Allowance(requests: perMinute(100, 10), events: perMinute(100_000), bytes: perMinute(100 << 20)),
            .premium: Allowance(
                requests: perMinute(1_000, 50), events: perMinute(2_000_000), bytes: perMinute(2 << 30)),
            .enterprise: Allowance(
                requests: perMinute(10_000, 200), events: perMinute(100_000_000), bytes: perMinute(100 << 30)),
        ]
        /// Of one address, without a credential.
        public var anonymous = perMinute(600, 100)
        /// Of one address: to sign in, to register, to ask for mail.
        public var signIn = perMinute(10, 5)
        /// Of one address: credentials that are none.
        public var refused = perMinute(30, 10)

        public init() {}
    }

    /// What limits are counted in: seconds.
    public static let window = 60

    public static func perMinute(_ count: Int, _ burst: Int? = nil) -> RateLimit {
        RateLimit(count: count, per: window, burst: burst ?? count)
    }

    private let limiter: (any RateLimiter)?  // nil: nothing is limited
    private let rules: Rules
    private let ambient: Ambient

    public init(limiter: (any RateLimiter)?, rules: Rules = Rules(), ambient: Ambient) {
        (self.limiter, self.rules, self.ambient) = (limiter, rules, ambient)
    }

    // MARK: Requests

    /// Counts a request of a key, else of a user.
    public func admit(_ caller: Caller) async throws -> RateDecision? {
        guard let limiter, let allowance = rules.plans[caller.plan] else { return nil }
        return try await limiter.take(1, from: caller.limitName, limit: allowance.requests, at: ambient.now())
    }

    /// What somebody without a credential asks for.
    public enum Anonymous: String, Sendable { case request, signIn, refused }

    /// Counts a request of an address; of IPv6, of the /64 that one host has all of.
    public func admit(_ kind: Anonymous, from address: NetworkAddress?) async throws -> RateDecision? {
        try await take(1, kind, from: address)
    }

    private func take(_ cost: Int, _ kind: Anonymous, from address: NetworkAddress?) async throws -> RateDecision? {
        guard let limiter else { return nil }
        let limit =
            switch kind {
            case .request: rules.anonymous
            case .signIn: rules.signIn
            case .refused: rules.refused
            }
        let name = kind.rawValue + ":" + (address?.network(ofIPv4: 32, ofIPv6: 64) ?? "")
        return try await limiter.take(cost, from: name, limit: limit, at: ambient.now())
    }

    /// What is left to an address; nothing is counted.
    public func left(_ kind: Anonymous, to address: NetworkAddress?) async throws -> RateDecision? {
        try await take(0, kind, from: address)
    }

    // MARK: Ingest

    /// Begins a delivery: refuses it while earlier ones have to be made up for.
    public func admitDelivery(_ caller: Caller) async throws -> RateDecision? {
        guard let limiter, let allowance = rules.plans[caller.plan] else { return nil }
        let now = ambient.now()
        let bytes = try await limiter.take(1, from: "bytes:" + caller.limitName, limit: allowance.bytes, at: now)
        guard bytes.isAllowed else { return bytes }
        return try await limiter.take(1, from: "events:" + caller.limitName, limit: allowance.events, at: now)
    }

    /// Counts what a delivery turned out to hold.
    public func charge(_ caller: Caller, events: Int, bytes: Int) async throws {
        guard let limiter, let allowance = rules.plans[caller.plan] else { return }
        let now = ambient.now()
        _ = try await limiter.charge(
            max(0, events - 1), to: "events:" + caller.limitName, limit: allowance.events, at: now)
        _ = try await limiter.charge(
            max(0, bytes - 1), to: "bytes:" + caller.limitName, limit: allowance.bytes, at: now)
    }

    // MARK: Suspicion

    /// More ids that are not there than a person mistypes.
    private static let unknownIDs = perMinute(30, 60)
    private static let oneAlarm = RateLimit(count: 1, per: 600, burst: 1)

    /// Counts an id that is not there.
    /// - Returns: Whether it is time to raise an alarm; then not again for ten minutes.
    public func isEnumerating(_ caller: Caller) async throws -> Bool {
        guard let limiter else { return false }
        let (name, now) = (caller.limitName, ambient.now())
        let count = try await limiter.take(1, from: "unknown:" + name, limit: Self.unknownIDs, at: now)
        guard !count.isAllowed else { return false }
        return try await limiter.take(1, from: "alarm:" + name, limit: Self.oneAlarm, at: now).isAllowed
    }
}

extension RateDecision {
    /// - Throws: ``DomainError`` `.rateLimited`.
    public func check() throws {
        guard !isAllowed else { return }
        throw DomainError.rateLimited("Too many requests.", retryAfter: retryAfterSeconds ?? resetAfterSeconds)
    }

    /// Of what was only asked.
    /// - Throws: ``DomainError`` `.rateLimited` where one more would not be allowed.
    public func checkOneMore() throws {
        guard remaining == 0 else { return }
        let allButOne = Double(limit.burst - 1) * Double(limit.seconds) / Double(limit.count)
        throw DomainError.rateLimited("Too many requests.", retryAfter: resetAfterSeconds - allButOne)
    }
}
