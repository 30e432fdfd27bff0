import Glibc

/// Builds ``SourceCounts`` record by record: finds a name without allocating, and stays small however many there are.
struct SourceTable {
    private var entries: [SourceCounts.Entry] = []
    private var index: [UInt64: Int] = [:]  // rank → place
    private var other = SourceCounts.Counts()
    private var highestKept = UInt64.max
    private var current = -1

    /// Makes `name` the source that ``add(bytes:)`` counts for.
    @inline(__always)
    mutating func select(_ name: UnsafeBufferPointer<UInt8>) {
        let name = UnsafeBufferPointer(rebasing: name.prefix(SourceCounts.nameLimit))
        if current >= 0, Self.isEqual(entries[current].name, name) { return }
        find(name)
    }

    @inline(__always)
    private static func isEqual(_ known: [UInt8], _ name: UnsafeBufferPointer<UInt8>) -> Bool {
        guard known.count == name.count else { return false }
        guard let base = name.baseAddress, !known.isEmpty else { return true }
        return known.withUnsafeBufferPointer { memcmp($0.baseAddress!, base, name.count) == 0 }
    }

    private mutating func find(_ name: UnsafeBufferPointer<UInt8>) {
        let rank = SourceCounts.rank(name)
        if let known = index[rank] {
            current = known
            if !Self.isEqual(entries[known].name, name) {
                entries[known].merge(SourceCounts.Entry(rank: rank, name: Array(name)))
            }
        } else if rank > highestKept {
            current = -1  // `capacity` names of lower rank are here: this one can never be kept
        } else {
            current = entries.count
            index[rank] = current
            entries.append(SourceCounts.Entry(rank: rank, name: Array(name)))
            if entries.count == 2 * SourceCounts.capacity { trim(thenSelect: rank) }
        }
    }

    @inline(__always)
    mutating func add(bytes: Int) {
        if current >= 0 {
            entries[current].counts.events.accumulate(1)
            entries[current].counts.bytes.accumulate(bytes)
        } else {
            other.events.accumulate(1)
            other.bytes.accumulate(bytes)
        }
    }

    mutating func add(_ pii: PIICounts) {
        if current >= 0 { entries[current].counts.pii.merge(pii) } else { other.pii.merge(pii) }
    }

    private mutating func trim(thenSelect rank: UInt64) {
        let kept = SourceCounts(entries: entries, other: other)
        (entries, other) = (kept.entries, kept.other)
        highestKept = entries.last?.rank ?? .max
        index = [:]
        for (place, entry) in entries.enumerated() { index[entry.rank] = place }
        current = index[rank] ?? -1
    }

    func finished() -> SourceCounts { SourceCounts(entries: entries, other: other) }
}
