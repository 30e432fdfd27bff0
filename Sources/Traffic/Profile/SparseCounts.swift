/// Exact counts by whole-number key, sorted by key; only keys that occurred take room (16 bytes each).
struct SparseCounts: Sendable, Equatable {
    struct Entry: Sendable, Equatable {
        var key: Int  // ≥ 0
        var count: Int  // ≥ 1
    }

    private(set) var entries: [Entry] = []

    init() {}

    /// Entries must ascend strictly by key, with counts of at least 1.
    init(sorted entries: [Entry]) { self.entries = entries }

    var total: Int { entries.reduce(into: 0) { $0.accumulate($1.count) } }

    @inline(__always)
    mutating func add(_ key: Int, count: Int = 1) {
        // Most minutes hold one to three classes, and the smallest class is the most frequent.
        if let first = entries.first, first.key == key {
            entries[0].count.accumulate(count)
        } else {
            addBySearch(key, count: count)
        }
    }

    private mutating func addBySearch(_ key: Int, count: Int) {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].key < key { low = middle + 1 } else { high = middle }
        }
        if low < entries.count, entries[low].key == key {
            entries[low].count.accumulate(count)
        } else {
            entries.insert(Entry(key: key, count: count), at: low)
        }
    }

    mutating func merge(_ other: SparseCounts) {
        if entries.isEmpty {
            entries = other.entries  // shares storage
        } else if other.entries.count <= 4 {
            for entry in other.entries { add(entry.key, count: entry.count) }
        } else {
            entries = Self.merged(entries, other.entries)
        }
    }

    private static func merged(_ left: [Entry], _ right: [Entry]) -> [Entry] {
        var result: [Entry] = []
        result.reserveCapacity(left.count + right.count)
        var (i, j) = (0, 0)
        while i < left.count, j < right.count {
            if left[i].key < right[j].key {
                result.append(left[i])
                i += 1
            } else if left[i].key > right[j].key {
                result.append(right[j])
                j += 1
            } else {
                var entry = left[i]
                entry.count.accumulate(right[j].count)
                result.append(entry)
                i += 1
                j += 1
            }
        }
        result.append(contentsOf: left[i...])
        result.append(contentsOf: right[j...])
        return result
    }
}
