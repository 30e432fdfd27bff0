import Foundation

extension PasswordHasher {
    /// What one hash costs.
    public struct Cost: Sendable, Hashable, LosslessStringConvertible {
        public var memoryKiB: Int
        public var iterations: Int
        public var lanes: Int

        /// The least that OWASP recommends for Argon2id: 19 MiB, 2 iterations, 1 lane.
        ///
        /// - Source: OWASP Password Storage Cheat Sheet, "Argon2id".
        public static let minimum = Cost(memoryKiB: 19 * 1024, iterations: 2, lanes: 1)

        public init(memoryKiB: Int, iterations: Int, lanes: Int = 1) {
            (self.memoryKiB, self.iterations, self.lanes) = (memoryKiB, iterations, lanes)
        }

        /// As PHC strings have it: `m=65536,t=3,p=1`.
        public var description: String { "m=\(memoryKiB),t=\(iterations),p=\(lanes)" }

        public init?(_ text: String) {
            let parameters = text.split(separator: ",").map { $0.split(separator: "=") }
            guard parameters.map(\.first) == ["m", "t", "p"], parameters.allSatisfy({ $0.count == 2 }),
                let memory = UInt32(parameters[0][1]), let iterations = UInt32(parameters[1][1]),
                let lanes = UInt8(parameters[2][1])
            else { return nil }
            self.init(memoryKiB: Int(memory), iterations: Int(iterations), lanes: Int(lanes))
        }

        var work: Int { memoryKiB * iterations }

        /// As many iterations as take about `milliseconds` on this machine, on one lane; never less than ``minimum``.
        /// Measures one hash, so it blocks for that long.
        ///
        /// - Throws: ``PasswordHasher/HashingFailed``, for one when there is not that much memory.
        public static func calibrated(milliseconds: Int, memoryKiB: Int) throws -> Cost {
            var cost = Cost(memoryKiB: max(memoryKiB, minimum.memoryKiB), iterations: minimum.iterations)
            let start = ContinuousClock.now
            _ = try Argon2.hash([], cost: cost)
            let oneIteration = (ContinuousClock.now - start) / Double(cost.iterations)  // time is linear in iterations
            let fitting = Duration.milliseconds(milliseconds) / oneIteration
            cost.iterations = max(cost.iterations, Int(min(fitting, 10_000)))
            return cost
        }
    }

    /// Whether a hash is weaker than a new one would be: another algorithm, less memory, or less work in all. One that
    /// is stronger stays as it is, or two machines of different speed would rewrite each other's.
    ///
    /// - Throws: What asking for the cost does.
    public func needsRehash(_ hash: String) async throws -> Bool {
        Self.isWeaker(hash, than: try await current())
    }

    private static func isWeaker(_ hash: String, than cost: Cost) -> Bool {
        let parts = hash.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0].isEmpty, parts[1] == "argon2id", parts[2] == "v=19",
            let old = Cost(String(parts[3]))
        else { return true }
        guard parts[4].utf8.count >= base64Count(Argon2.saltBytes) else { return true }
        guard parts[5].utf8.count >= base64Count(Argon2.tagBytes) else { return true }
        return old.memoryKiB < cost.memoryKiB || old.work < cost.work
    }

    /// What a hash did not cost of what a new one does; nil for less than an iteration.
    static func lack(of hash: String, to cost: Cost) -> Cost? {
        let parts = hash.split(separator: "$")
        guard parts.count == 5, let old = Cost(String(parts[2])) else { return nil }
        let iterations = (cost.work - old.work) / cost.memoryKiB
        return iterations < 1 ? nil : Cost(memoryKiB: cost.memoryKiB, iterations: iterations, lanes: cost.lanes)
    }

    /// A hash of no password with the cost of a new one.
    static func dummyHash(_ cost: Cost) -> String {
        let (salt, tag) = (
            phcBase64(Argon2.randomBytes(Argon2.saltBytes)), phcBase64(Argon2.randomBytes(Argon2.tagBytes))
        )
        return "$argon2id$v=19$\(cost)$\(salt)$\(tag)"
    }

    private static func phcBase64(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacing("=", with: "")
    }

    private static func base64Count(_ bytes: Int) -> Int { (bytes * 8 + 5) / 6 }
}
