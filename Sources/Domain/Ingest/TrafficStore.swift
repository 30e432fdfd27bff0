import Crypto
public import Foundation
public import Traffic

/// Names an event or a whole delivery, so that it counts once however often it is sent.
public struct DeliveryKey: Hashable, Comparable, Sendable {
    public static let size = 16
    private let halves: SIMD2<UInt64>  // the beginning of a SHA-256, in its order

    private init(_ bytes: some Sequence<UInt8>) {
        var halves = SIMD2<UInt64>()
        withUnsafeMutableBytes(of: &halves) { $0.copyBytes(from: Array(bytes.prefix(Self.size))) }
        self.halves = halves
    }

    public static func < (one: DeliveryKey, other: DeliveryKey) -> Bool {
        (one.halves.x, one.halves.y) < (other.halves.x, other.halves.y)
    }

    public var bytes: [UInt8] { withUnsafeBytes(of: halves) { Array($0) } }

    /// - Parameter parts: What makes the name; where one part ends and the next begins makes a difference.
    public init(_ parts: UnsafeRawBufferPointer...) {
        var hash = SHA256()
        for part in parts {
            withUnsafeBytes(of: part.count) { hash.update(bufferPointer: $0) }
            hash.update(bufferPointer: part)
        }
        self.init(hash.finalize())
    }

    /// A key made of pieces as they come.
    public struct Hasher: Sendable {
        private var hash = SHA256()

        public init() {}
        public mutating func update(_ bytes: UnsafeRawBufferPointer) { hash.update(bufferPointer: bytes) }
        public func finished() -> DeliveryKey { DeliveryKey(hash.finalize()) }
    }

    public init(_ name: String) {
        self = Array(name.utf8).withUnsafeBytes { DeliveryKey($0) }
    }

    /// A key as it is stored.
    public init(stored bytes: [UInt8]) { self.init(bytes) }
}

/// What names a whole delivery.
public struct DeliveryName: Hashable, Sendable {
    public var key: DeliveryKey
    /// The key together with the content, where the sender gave the key: it must not name two contents.
    public var binding: DeliveryKey?

    /// - Parameter key: Of the content itself.
    public init(_ key: DeliveryKey) { self.key = key }

    /// - Parameter key: Of the sender's word.
    public init(_ key: DeliveryKey, content: DeliveryKey) {
        self.key = key
        binding = key.bytes.withUnsafeBytes { key in content.bytes.withUnsafeBytes { DeliveryKey(key, $0) } }
    }
}

/// One delivery to a scenario, metered and not yet stored.
public struct IngestBatch: Sendable {
    public var scenario: UUID
    public var profile: TrafficProfile
    public var receivedAt: Date
    /// Of the delivery, or of each event that has one; none twice.
    public var keys: [DeliveryKey]
    /// A few of its events, to be looked at.
    public var samples: [KeptSample] = []

    public init(scenario: UUID, profile: TrafficProfile, receivedAt: Date, keys: [DeliveryKey] = []) {
        (self.scenario, self.profile, self.receivedAt, self.keys) = (scenario, profile, receivedAt, keys)
    }
}

/// A redacted event that is kept to be looked at.
public struct KeptSample: Hashable, Sendable {
    public var id: UUID  // later ones sort later
    public var receivedAt: Date
    public var event: EventSample

    public init(id: UUID, receivedAt: Date, event: EventSample) {
        (self.id, self.receivedAt, self.event) = (id, receivedAt, event)
    }

    /// How many of a scenario are kept, the newest.
    public static let limit = 100
}

/// A stretch of traffic as it is stored: what one writer received for a scenario in one hour.
public struct TrafficSegment: Sendable {
    public struct Key: Hashable, Sendable {
        public var hour: Int64  // UTC hours since 1970, of arrival
        public var writer: Int64

        public init(hour: Int64, writer: Int64) { (self.hour, self.writer) = (hour, writer) }
    }

    public var key: Key
    public var revision: Int64  // counts changes
    public var profile: TrafficProfile

    public init(key: Key, revision: Int64, profile: TrafficProfile) {
        (self.key, self.revision, self.profile) = (key, revision, profile)
    }
}

/// Where traffic is kept.
public protocol TrafficStore: Sendable {
    /// Adds a delivery; durable once it returns. Its keys are claimed in the same transaction.
    /// - Returns: Whether all of it is new; where any key was claimed before, nothing is changed.
    /// - Throws: ``DomainError`` `.notFound` for a scenario that was deleted, `.conflict` for one that does not run.
    func append(_ batch: IngestBatch) async throws -> Bool
    /// - Returns: Those of the keys that were claimed before.
    func claimed(_ keys: [DeliveryKey], of scenario: UUID) async throws -> Set<DeliveryKey>
    /// - Returns: The revision of each segment of a scenario.
    func revisions(of scenario: UUID) async throws -> [TrafficSegment.Key: Int64]
    func segments(of scenario: UUID, keys: [TrafficSegment.Key]) async throws -> [TrafficSegment]
    /// - Returns: The newest first, at most ``KeptSample/limit``.
    func samples(of scenario: UUID) async throws -> [KeptSample]
    /// Deletes delivery keys claimed before a time: after it, a delivery sent again would count again.
    func forgetKeys(before date: Date) async throws
}
