import Synchronization

/// Workloads that were read before: reading one takes longer than pricing with it.
final class KeptWorkloads: Sendable {
    static let shared = KeptWorkloads()

    private struct Key: Hashable {
        var text: String
        var region: String
    }

    private let kept = Mutex<[Key: Workload]>([:])

    private static let limit = 500

    /// - Throws: ``WorkloadError``.
    func workload(_ text: String, region: String) throws -> Workload {
        let key = Key(text: text, region: region)
        if let workload = kept.withLock({ $0[key] }) { return workload }
        let workload = try Workload(text, file: "workload", overrides: [WorkloadOverride("region=\(region)")])
        kept.withLock { kept in
            if kept.count >= Self.limit { kept = [:] }
            kept[key] = workload
        }
        return workload
    }
}
