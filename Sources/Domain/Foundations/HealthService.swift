public import Foundation

/// Whether the program can do its work.
public struct HealthService: Sendable {
    public var version: String
    public var startedAt: Date
    public var ambient: Ambient
    /// Asks each part that the program needs; an error says that it cannot be used.
    public var checks: [String: @Sendable () async throws -> Void]

    public init(
        version: String, startedAt: Date, ambient: Ambient, checks: [String: @Sendable () async throws -> Void]
    ) {
        (self.version, self.startedAt, self.ambient, self.checks) = (version, startedAt, ambient, checks)
    }

    /// Parts by name, and whether each can be used.
    public func parts() async -> [String: Bool] {
        var parts: [String: Bool] = [:]
        for (name, check) in checks {
            do {
                try await check()
                parts[name] = true
            } catch { parts[name] = false }
        }
        return parts
    }
}
