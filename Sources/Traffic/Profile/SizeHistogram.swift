/// How many payloads had which size, exactly as AWS's rounding needs it.
///
/// A class is the size rounded up to whole KiB: 0 for an empty payload, 1…1,024 KiB in steps of one, and above 1,024 KiB
/// in steps of 64 KiB. Iterates from the smallest class, as `(sizeKiB, count)`.
public struct SizeHistogram: Sendable, Equatable, Sequence {
    var classes = SparseCounts()

    public init() {}

    init(classes: SparseCounts) { self.classes = classes }

    /// The class of a payload, in KiB. Negative sizes count as empty.
    @inline(__always)
    public static func sizeKiB(ofBytes bytes: Int) -> Int {
        guard bytes > 0 else { return 0 }
        let kib = (bytes - 1) >> 10 + 1
        return kib <= 1024 ? kib : ((kib - 1) >> 6 + 1) << 6
    }

    /// Whether `sizeKiB` is a class that ``sizeKiB(ofBytes:)`` can give.
    static func isClass(_ sizeKiB: Int) -> Bool {
        sizeKiB >= 0 && (sizeKiB <= 1024 || sizeKiB & 63 == 0)
    }

    @inline(__always)
    public mutating func add(bytes: Int, count: Int = 1) {
        guard count > 0 else { return }
        classes.add(Self.sizeKiB(ofBytes: bytes), count: count)
    }

    public mutating func merge(_ other: SizeHistogram) { classes.merge(other.classes) }

    /// Payloads of all sizes.
    public var count: Int { classes.total }

    /// Billed units when AWS counts each started `unit` KiB of a payload as one, and an empty payload as one.
    ///
    /// Exact for every unit while payloads are at most 1 MiB; above that for multiples of 64 KiB, and otherwise at most
    /// what the payload rounded up to the next 64 KiB would take.
    /// - Parameter unit: KiB, at least 1 (64 for SQS and EventBridge, 512 for HTTP APIs, 4 and 1 for DynamoDB).
    public func units(ofKiB unit: Int) -> Int {
        precondition(unit >= 1, "a billing unit has at least 1 KiB")
        return classes.entries.reduce(into: 0) { sum, entry in
            let units = entry.key == 0 ? 1 : (entry.key - 1) / unit + 1
            sum.accumulate(entry.count.saturatingProduct(units))
        }
    }

    public struct Iterator: IteratorProtocol {
        var base: IndexingIterator<[SparseCounts.Entry]>

        public mutating func next() -> (sizeKiB: Int, count: Int)? {
            base.next().map { ($0.key, $0.count) }
        }
    }

    public func makeIterator() -> Iterator { Iterator(base: classes.entries.makeIterator()) }

    public var underestimatedCount: Int { classes.entries.count }
}
