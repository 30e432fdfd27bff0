public import Caching
import Foundation
import Synchronization

/// How much callers may ask for. A class, as it counts what is open.
public final class LimitService: Sendable {
    /// What a plan allows.
    public struct Allowance: Sendable {
        public var requests: RateLimit
        public var events: RateLimit  // of ingest
        public var bytes: RateLimit  // of ingest, without content encoding
        public var streams: Int  // of events, open at a time, of a user
        public var deliveries: Int  // that come at a time, of a user

        public init(requests: RateLimit, events: RateLimit, bytes: RateLimit, streams: Int, deliveries: Int) {
            (self.requests, self.events, self.bytes) = (requests, events, bytes)
            (self.streams, self.deliveries) = (streams, deliveries)
        }

        /// So many times as much.
        fileprivate func scaled(by factor: Int) -> Allowance {
            func scaled(_ limit: RateLimit) -> RateLimit {
                RateLimit(count: limit.count * factor, per: limit.seconds, burst: limit.burst * factor)
            }
            return Allowance(
                requests: scaled(requests), events: scaled(events), bytes: scaled(bytes), streams: streams,
                deliveries: deliveries)
        }
    }

    /// All that is allowed, a minute.
    public struct Rules: Sendable {
        public var plans: [Plan: Allowance] = [
            .free: Allowance(
                requests: perMinute(100, 10), events: perMinute(100_000), bytes: perMinute(100 << 20), streams: 5,
                deliveries: 8),
            .premium: Allowance(
                requests: perMinute(1_000, 50), events: perMinute(2_000_000), bytes: perMinute(2 << 30), streams: 20,
                deliveries: 16),
            .enterprise: Allowance(
                requests: perMinute(10_000, 200), events: perMinute(100_000_000), bytes: perMinute(100 << 30),
                streams: 100, deliveries: 32),
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
    private let suspicions: any RateLimiter  // counted all the same
    private let rules: Rules
    private let shared: [Plan: Allowance]  // of all keys and sessions of a user
    private let ambient: Ambient
    private let streams = Counts()
    private let deliveries = Counts()

    /// How much more than one key a user may ask for with all of them: more keys, or new ones, give no more than this.
    private static let keysWorth = 10

    /// - Parameters:
    ///   - limiter: nil limits nothing.
    ///   - suspicions: Counts what attackers do.
    public init(
        limiter: (any RateLimiter)?, suspicions: any RateLimiter, rules: Rules = Rules(), ambient: Ambient
    ) {
        (self.limiter, self.suspicions, self.rules, self.ambient) = (limiter, suspicions, rules, ambient)
        shared = rules.plans.mapValues { $0.scaled(by: Self.keysWorth) }
    }

    // MARK: Requests

    /// What requests with a credential are counted by.
    public var requestLimits: Set<RateLimit> {
        Set((Array(rules.plans.values) + Array(shared.values)).map(\.requests))
    }

    /// Counts a request of a key, else of a user.
    public func admit(_ caller: Caller) async throws -> RateDecision? { try await take("", of: caller) { $0.requests } }

    /// Takes one of what the key has, else the user, and one of what all keys of the user have.
    /// - Parameter kind: Comes before the names of what is counted.
    /// - Returns: The tighter decision.
    private func take(
        _ kind: String, of caller: Caller, _ limit: (Allowance) -> RateLimit
    ) async throws -> RateDecision? {
        guard let limiter, let own = rules.plans[caller.plan], let shared = shared[caller.plan] else { return nil }
        let now = ambient.steadyNow()
        let decision = try await limiter.take(1, from: kind + caller.limitName, limit: limit(own), at: now)
        guard decision.isAllowed else { return decision }
        let ofAll = try await limiter.take(
            1, from: kind + caller.sharedLimitName, limit: limit(shared), at: now)
        return ofAll.isAllowed && decision.remaining <= ofAll.remaining ? decision : ofAll
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
        return try await limiter.take(cost, from: name, limit: limit, at: ambient.steadyNow())
    }

    /// What is left to an address; nothing is counted.
    public func left(_ kind: Anonymous, to address: NetworkAddress?) async throws -> RateDecision? {
        try await take(0, kind, from: address)
    }

    // MARK: Ingest

    /// Begins a delivery: refuses it while earlier ones have to be made up for.
    public func admitDelivery(_ caller: Caller) async throws -> RateDecision? {
        let bytes = try await take("bytes:", of: caller) { $0.bytes }
        guard bytes?.isAllowed == true else { return bytes }
        return try await take("events:", of: caller) { $0.events }
    }

    /// Counts what a delivery turned out to hold.
    public func charge(_ caller: Caller, events: Int, bytes: Int) async throws {
        guard let limiter, let own = rules.plans[caller.plan], let shared = shared[caller.plan] else { return }
        let (events, bytes, now) = (max(0, events - 1), max(0, bytes - 1), ambient.steadyNow())
        for (name, allowance) in [(caller.limitName, own), (caller.sharedLimitName, shared)] {
            try await limiter.charge(events, to: "events:" + name, limit: allowance.events, at: now)
            try await limiter.charge(bytes, to: "bytes:" + name, limit: allowance.bytes, at: now)
        }
    }

    // MARK: At a time

    fileprivate final class Counts: Sendable { let ofUsers = Mutex<[UUID: Int]>([:]) }

    /// A place among the open streams or deliveries of a user; it is free again once nobody holds it.
    public final class Place: Sendable {
        private let counts: Counts
        private let user: UUID

        /// - Returns: nil where as many are taken.
        fileprivate init?(of user: UUID, in counts: Counts, most: Int) {
            let isFree = counts.ofUsers.withLock { counts in
                guard counts[user, default: 0] < most else { return false }
                counts[user, default: 0] += 1
                return true
            }
            guard isFree else { return nil }
            (self.counts, self.user) = (counts, user)
        }

        deinit {
            counts.ofUsers.withLock { counts in
                let left = counts[user, default: 1] - 1
                counts[user] = left > 0 ? left : nil
            }
        }
    }

    /// Until the end of a stream whose client has gone is noticed.
    private static let streamRetrySeconds = 15.0
    private static let deliveryRetrySeconds = 1.0

    /// Takes a place for a stream of events: each holds a connection, of which there are so many for all.
    /// - Returns: nil where nothing is limited.
    /// - Throws: ``DomainError`` `.rateLimited` where the user has as many as the plan allows.
    public func openStream(_ caller: Caller) throws -> Place? {
        try open("streams of events", \.streams, streams, of: caller, retryAfter: Self.streamRetrySeconds)
    }

    /// Takes a place for a delivery while it comes: there are so many for all.
    /// - Returns: nil where nothing is limited.
    /// - Throws: ``DomainError`` `.rateLimited` where the user has as many as the plan allows.
    public func openDelivery(_ caller: Caller) throws -> Place? {
        try open("deliveries", \.deliveries, deliveries, of: caller, retryAfter: Self.deliveryRetrySeconds)
    }

    private func open(
        _ what: String, _ most: KeyPath<Allowance, Int>, _ counts: Counts, of caller: Caller, retryAfter seconds: Double
    ) throws -> Place? {
        guard limiter != nil, let most = rules.plans[caller.plan]?[keyPath: most] else { return nil }
        guard let place = Place(of: caller.user, in: counts, most: most) else {
            let detail = "You have \(most) \(what) open, as many as the plan \(caller.plan.rawValue) allows."
            throw DomainError.rateLimited(detail, retryAfter: seconds)
        }
        return place
    }

    // MARK: Mail

    /// To one reader, asked for from one network: a few at once, for who mistypes, then one in twelve minutes. So who asks
    /// for mail from elsewhere does not keep the reader from asking.
    private static let mails = RateLimit(count: 5, per: 3_600, burst: 5)
    /// To one reader, whoever asks.
    private static let mailsOfAll = RateLimit(count: 20, per: 3_600, burst: 20)

    /// Counts a mail to a reader.
    /// - Parameter address: Of who asks for it.
    public func mayMail(_ reader: String, askedFrom address: NetworkAddress?) async throws -> Bool {
        guard let limiter else { return true }
        let (now, network) = (ambient.steadyNow(), address?.network(ofIPv4: 24, ofIPv6: 48) ?? "")
        let own = try await limiter.take(1, from: "mail:\(reader) \(network)", limit: Self.mails, at: now)
        guard own.isAllowed else { return false }
        return try await limiter.take(1, from: "mail:" + reader, limit: Self.mailsOfAll, at: now).isAllowed
    }

    /// - Returns: Whether it is time to tell of mails that were not sent; then not again for ten minutes.
    public func isTimeToTell(ofMailTo reader: String) async throws -> Bool {
        guard let limiter else { return false }
        return try await limiter.take(1, from: "told:" + reader, limit: Self.oneAlarm, at: ambient.steadyNow())
            .isAllowed
    }

    // MARK: Suspicion

    /// More ids that are not there than a person mistypes.
    private static let unknownIDs = perMinute(30, 60)
    /// More failures to sign in than the people of one network have.
    private static let failures = RateLimit(count: 30, per: 3_600, burst: 30)
    private static let oneAlarm = RateLimit(count: 1, per: 600, burst: 1)

    /// Counts an id that is not there, for all keys of a user.
    /// - Returns: Whether it is time to raise an alarm; then not again for ten minutes.
    public func isEnumerating(_ caller: Caller) async throws -> Bool {
        try await isTooMuch("unknown:" + caller.sharedLimitName, Self.unknownIDs)
    }

    /// Counts a failure to sign in, whichever the address of the account, and tries while it is locked.
    /// - Returns: As ``isEnumerating(_:)``.
    public func isGuessing(_ address: NetworkAddress?) async throws -> Bool {
        try await isTooMuch("failures:" + (address?.network(ofIPv4: 24, ofIPv6: 48) ?? ""), Self.failures)
    }

    private func isTooMuch(_ name: String, _ limit: RateLimit) async throws -> Bool {
        let now = ambient.steadyNow()
        let count = try await suspicions.take(1, from: name, limit: limit, at: now)
        guard !count.isAllowed else { return false }
        return try await suspicions.take(1, from: "alarm:" + name, limit: Self.oneAlarm, at: now).isAllowed
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
