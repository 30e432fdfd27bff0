/// Why a record was read but could not be metered. The raw value is stored in encoded profiles.
public enum RejectReason: UInt8, CaseIterable, Sendable {
    /// Does not have the structure of the format.
    case malformed = 0
    /// The input ended inside the record.
    case incomplete = 1
    /// Longer than `maxLineBytes`.
    case tooLong = 2
    /// The size field, or the request or response bytes asked for, are missing or not a number.
    case missingSize = 3
    /// JSON nested deeper than 64 levels.
    case tooDeep = 4
}

/// One rejected record, short and with digits, addresses and long words blotted out.
public struct RejectSample: Sendable, Equatable {
    /// The input's name, as given by the caller.
    public var input: String
    /// The line the record starts on, from 1.
    public var line: Int
    public var reason: RejectReason
    public var excerpt: String
}

extension RejectSample: Comparable {
    public static func < (left: RejectSample, right: RejectSample) -> Bool {
        if left.line != right.line { return left.line < right.line }
        if left.input != right.input { return left.input < right.input }
        if left.reason != right.reason { return left.reason.rawValue < right.reason.rawValue }
        return left.excerpt < right.excerpt
    }
}

/// Where every line went. Always `read == metered + rejected`.
public struct LineAccounting: Sendable, Equatable {
    /// How many samples are kept: those on the lowest lines, so the order of merging does not matter.
    public static let sampleLimit = 20

    public internal(set) var metered = 0
    private(set) var reasons = [Int](repeating: 0, count: RejectReason.allCases.count)
    /// Lines of nothing but spaces, tabs and carriage returns. Not records: outside ``read``.
    public internal(set) var blank = 0
    /// Headers, `#` directives, control messages and, in Lambda logs, the lines between reports. Outside
    /// ``read``. A Lambda log without any report has none: its lines are rejected.
    public internal(set) var context = 0
    public private(set) var samples: [RejectSample] = []

    public init() {}

    /// Records seen.
    public var read: Int {
        var sum = metered
        sum.accumulate(rejected)
        return sum
    }

    public var rejected: Int { reasons.reduce(into: 0) { $0.accumulate($1) } }

    public func rejected(_ reason: RejectReason) -> Int { reasons[Int(reason.rawValue)] }

    mutating func reject(_ reason: RejectReason, count: Int = 1) { reasons[Int(reason.rawValue)].accumulate(count) }

    mutating func keep(_ sample: RejectSample) {
        samples.insert(sample, at: samples.firstIndex { sample < $0 } ?? samples.endIndex)
        if samples.count > Self.sampleLimit { samples.removeLast() }
    }

    public mutating func merge(_ other: LineAccounting) {
        metered.accumulate(other.metered)
        for reason in RejectReason.allCases { reject(reason, count: other.rejected(reason)) }
        blank.accumulate(other.blank)
        context.accumulate(other.context)
        samples = Array((samples + other.samples).sorted().prefix(Self.sampleLimit))
    }
}
