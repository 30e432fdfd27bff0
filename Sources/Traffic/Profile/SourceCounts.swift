/// Traffic by source, for at most ``capacity`` names; the rest is one exact "other".
///
/// Which names are kept must not depend on the order of arrival, or merging would not be addition. So every name has a
/// fixed rank, the hash of its first ``nameLimit`` bytes, and the lowest ranks stay. A name among the lowest of everything
/// seen is among the lowest of any part of it, hence was never put under "other": kept names are exact.
public struct SourceCounts: Sendable, Equatable {
    public static let capacity = 1_000
    /// Bytes of a name that count; longer names that agree so far are one source.
    public static let nameLimit = 128

    public struct Counts: Sendable, Equatable {
        public var events = 0
        public var bytes = 0
        public var pii = PIICounts()

        public init() {}

        mutating func merge(_ other: Counts) {
            events.accumulate(other.events)
            bytes.accumulate(other.bytes)
            pii.merge(other.pii)
        }
    }

    struct Entry: Sendable, Equatable {
        var rank: UInt64
        var name: [UInt8]
        var counts = Counts()

        static func precedes(_ left: Entry, _ right: Entry) -> Bool { left.rank < right.rank }

        /// Names that share a rank are one source, under the name that sorts first.
        mutating func merge(_ other: Entry) {
            if other.name.lexicographicallyPrecedes(name) { name = other.name }
            counts.merge(other.counts)
        }
    }

    /// Ascending by rank, none twice.
    private(set) var entries: [Entry] = []
    /// Everything from names that were not kept.
    public private(set) var other = Counts()

    public init() {}

    /// - Parameter entries: any order, no rank twice.
    init(entries: [Entry], other: Counts) {
        self.entries = entries.sorted(by: Entry.precedes)
        self.other = other
        trim()
    }

    /// The kept sources, most events first, none twice. PII and secrets in their names are blotted out; sources whose names
    /// look the same then are one.
    public var named: [(name: String, counts: Counts)] {
        var scanner = PIIScanner()
        var shown: [String: Counts] = [:]
        for entry in entries {
            shown[String(decoding: scanner.masked(entry.name), as: UTF8.self), default: Counts()].merge(entry.counts)
        }
        return shown.map { ($0.key, $0.value) }
            .sorted { $0.counts.events == $1.counts.events ? $0.name < $1.name : $0.counts.events > $1.counts.events }
    }

    public subscript(name: String) -> Counts? {
        entries.first { $0.name.elementsEqual(name.utf8.prefix(Self.nameLimit)) }?.counts
    }

    /// PII of all sources.
    var pii: PIICounts {
        entries.reduce(into: other.pii) { $0.merge($1.counts.pii) }
    }

    public mutating func merge(_ more: SourceCounts) {
        var result: [Entry] = []
        result.reserveCapacity(entries.count + more.entries.count)
        var rest = more.entries[...]
        for entry in entries {
            while let next = rest.first, Entry.precedes(next, entry) { result.append(rest.removeFirst()) }
            var sum = entry
            if let next = rest.first, next.rank == entry.rank { sum.merge(rest.removeFirst()) }
            result.append(sum)
        }
        entries = result + rest
        other.merge(more.other)
        trim()
    }

    private mutating func trim() {
        guard entries.count > Self.capacity else { return }
        for entry in entries[Self.capacity...] { other.merge(entry.counts) }
        entries.removeSubrange(Self.capacity...)
    }

    /// FNV-1a with a final mix. Part of the stored format: another hash would keep other names.
    static func rank(_ name: UnsafeBufferPointer<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in name { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        hash = (hash ^ (hash >> 33)) &* 0xff51_afd7_ed55_8ccd
        return hash ^ (hash >> 33)
    }
}
