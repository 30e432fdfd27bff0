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
        /// Measures three hashes, so it blocks for that long; the fastest was held up least by what else runs.
        ///
        /// - Throws: ``PasswordHasher/HashingFailed``, for one when there is not that much memory.
        public static func calibrated(milliseconds: Int, memoryKiB: Int) throws -> Cost {
            try calibrated(milliseconds: milliseconds, memoryKiB: memoryKiB) { cost in
                try ContinuousClock().measure { _ = try Argon2.hash([], cost: cost) }
            }
        }

        static func calibrated(
            milliseconds: Int, memoryKiB: Int, measure: (Cost) throws -> Duration
        ) rethrows -> Cost {
            var cost = Cost(memoryKiB: max(memoryKiB, minimum.memoryKiB), iterations: minimum.iterations)
            let taken = min(try measure(cost), try measure(cost), try measure(cost))
            let oneIteration = taken / Double(cost.iterations)  // time is linear in iterations
            let fitting = Duration.milliseconds(milliseconds) / oneIteration
            cost.iterations = max(cost.iterations, Int(min(fitting, 10_000)))
            return cost
        }
    }

    /// What hashes cost: new ones, and at most.
    public struct Costs: Sendable {
        let new: Cost
        let greatest: Cost

        /// - Parameter earlier: Of hashes that were made before, or by others.
        public init(new: Cost, earlier: [Cost]) {
            self.new = new
            greatest = earlier.reduce(new) { $0.work < $1.work ? $1 : $0 }
        }
    }

    /// Whether a hash is other than a new one would be: another algorithm or cost, or shorter. One that cost more is so
    /// as well: who lowers the cost wants sign-ins to cost less.
    ///
    /// - Throws: What asking for the cost does.
    public func needsRehash(_ hash: String) async throws -> Bool {
        Self.isOther(hash, than: try await current().new)
    }

    private static func isOther(_ hash: String, than cost: Cost) -> Bool {
        let parts = hash.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0].isEmpty, parts[1] == "argon2id", parts[2] == "v=19",
            let old = Cost(String(parts[3]))
        else { return true }
        guard parts[4].utf8.count >= base64Count(Argon2.saltBytes) else { return true }
        guard parts[5].utf8.count >= base64Count(Argon2.tagBytes) else { return true }
        return old != cost
    }

    /// What a hash did not cost of what another does; nil for less than an iteration.
    static func lack(of hash: String, to cost: Cost) -> Cost? {
        let parts = hash.split(separator: "$")
        guard parts.count == 5, let old = Cost(String(parts[2])) else { return nil }
        let iterations = (cost.work - old.work) / cost.memoryKiB
        return iterations < 1 ? nil : Cost(memoryKiB: cost.memoryKiB, iterations: iterations, lanes: cost.lanes)
    }

    /// A hash of no password.
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
