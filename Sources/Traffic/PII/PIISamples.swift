/// A few findings of each kind, blotted out.
///
/// Which are kept must not depend on the order of arrival, or merging would not be the same in any order. So every
/// sample has a fixed rank, the hash of its blotted text, and of each kind the lowest ranks stay, each text once.
public struct PIISamples: Sendable, Equatable {
    /// Samples kept of each kind.
    public static let limit = 3
    /// Bytes of a sample's text at most.
    static let textLimit = 64

    struct Sample: Sendable, Equatable {
        var kind: PIIKind
        var rank: UInt64
        var text: [UInt8]

        /// By kind, rank, text: a total order.
        static func precedes(_ left: Sample, _ right: Sample) -> Bool {
            if left.kind != right.kind { return left.kind.rawValue < right.kind.rawValue }
            if left.rank != right.rank { return left.rank < right.rank }
            return left.text.lexicographicallyPrecedes(right.text)
        }
    }

    /// In order, none twice.
    private(set) var samples: [Sample] = []
    /// By kind, the rank above which a text is not kept.
    private var ceilings = [UInt64](repeating: .max, count: PIIKind.allCases.count)

    public init() {}

    public var isEmpty: Bool { samples.isEmpty }

    /// Of one kind: `****-****-****-1111`.
    public subscript(kind: PIIKind) -> [String] {
        samples.lazy.filter { $0.kind == kind }.map { String(decoding: $0.text, as: UTF8.self) }
    }

    public mutating func merge(_ other: PIISamples) {
        for sample in other.samples { insert(sample) }
    }

    mutating func keep(_ kind: PIIKind, _ text: [UInt8]) {
        let rank = Self.rank(text)
        guard rank <= ceilings[Int(kind.rawValue)] else { return }
        insert(Sample(kind: kind, rank: rank, text: Array(text.prefix(Self.textLimit))))
    }

    private mutating func insert(_ sample: Sample) {
        let place = samples.firstIndex { !Sample.precedes($0, sample) } ?? samples.endIndex
        if place < samples.endIndex, samples[place] == sample { return }
        samples.insert(sample, at: place)
        guard let first = samples.firstIndex(where: { $0.kind == sample.kind }) else { return }
        let last = samples[first...].firstIndex { $0.kind != sample.kind } ?? samples.endIndex
        if last - first > Self.limit { samples.remove(at: last - 1) }
        if last - first >= Self.limit { ceilings[Int(sample.kind.rawValue)] = samples[first + Self.limit - 1].rank }
    }

    static func rank(_ text: [UInt8]) -> UInt64 {
        text.prefix(textLimit).withUnsafeBufferPointer { SourceCounts.rank($0) }
    }
}
