import Foundation

/// The log's months, sealed.
extension AuditService {
    /// After a year entries may go; their segment's seal stays.
    private static let retentionDays = 365.0

    /// Seals the months that are over and takes out those of more than a year ago.
    /// - Returns: The ends of the months that were sealed.
    /// - Throws: ``AuditChain/Broken``.
    public func sealAndPurge() async throws -> [AuditPlace] {
        let now = ambient.now()
        var segments = try await store.segments()
        var found: [AuditSegment] = []
        while let next = try await month(after: found.last ?? segments.last, at: now) { found.append(next) }
        segments += found
        // One whose time is wrong takes nothing with it that came before.
        let over = segments.prefix(while: isOver).filter { !$0.isPurged }
        if !(found.isEmpty && over.isEmpty) {
            // A seal says that all was right: what was tampered with is neither sealed nor taken out.
            guard try await verify().flaw == nil else { throw AuditChain.Broken() }
            for segment in found { try await store.insert(segment) }
        }
        for segment in over { try await store.purge(segment) }
        return found.map(\.end.place)
    }

    func isOver(_ segment: AuditSegment) -> Bool {
        segment.to < ambient.now().addingTimeInterval(-Self.retentionDays * 86_400)
    }

    /// The next month that has entries and is over. Times yet to come are of a clock that was wrong: those entries are of
    /// the month in which they lie, which stays until they are over, too.
    private func month(after last: AuditSegment?, at now: Date) async throws -> AuditSegment? {
        var sequence = last?.end.place.sequence ?? 0
        var month: (interval: DateInterval, end: AuditEntry, latest: Date)?
        var latest = Date.distantPast
        reading: while true {
            let entries = try await store.entries(after: sequence, limit: Self.batch)
            if entries.isEmpty { break }
            for entry in entries {
                let entry = try entry.get()
                sequence = entry.sequence
                latest = max(latest, entry.event.at)
                if entry.event.at > now { continue }
                guard let interval = month?.interval ?? Calendar.utc.dateInterval(of: .month, for: entry.event.at),
                    entry.event.at < interval.end, now >= interval.end
                else { break reading }
                month = (interval, entry, latest)
            }
        }
        guard let (interval, end, latest) = month, let to = Calendar.utc.dateInterval(of: .month, for: latest)?.end
        else { return nil }
        let place = AuditPlace(sequence: end.sequence, link: end.link)
        let purpose = AuditSegment.purpose(from: interval.start, to: to)
        return AuditSegment(
            end: chain.head(place, purpose), from: interval.start, to: to, isPurged: false)
    }
}
