public import Foundation
public import Traffic

/// One delivery to a scenario, metered and not yet stored.
public struct IngestBatch: Sendable {
    public var scenario: UUID
    public var profile: TrafficProfile
    public var receivedAt: Date
    /// What names the delivery, so that it counts once however often it is sent; 16 bytes of a hash.
    public var key: [UInt8]?

    public init(scenario: UUID, profile: TrafficProfile, receivedAt: Date, key: [UInt8]?) {
        (self.scenario, self.profile, self.receivedAt, self.key) = (scenario, profile, receivedAt, key)
    }
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
    /// Adds a delivery; durable once it returns. Its key is claimed in the same transaction.
    /// - Returns: Whether the delivery is new; one whose key was claimed before changes nothing.
    func append(_ batch: IngestBatch) async throws -> Bool
    /// - Returns: The revision of each segment of a scenario.
    func revisions(of scenario: UUID) async throws -> [TrafficSegment.Key: Int64]
    func segments(of scenario: UUID, keys: [TrafficSegment.Key]) async throws -> [TrafficSegment]
    /// Deletes delivery keys claimed before a time: after it, a delivery sent again would count again.
    func forgetKeys(before date: Date) async throws
}
