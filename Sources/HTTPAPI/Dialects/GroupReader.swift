import Domain
import Traffic

/// Where a dialect's records stand: in groups that say once where all of them come from.
struct GroupPath<Name: Sendable>: Sendable {
    var groups: Name  // of the whole body
    var label: Name  // of a group
    var records: [Name]  // from the group down
}

/// What stands next in a body of groups.
enum GroupStep<Value> {
    case begin
    case label(Value)
    case record(Value)
    case tooLong([UInt8])  // a record's beginning
    case end
}

/// Cuts one encoding of groups, whatever pieces it comes in.
protocol GroupCutter {
    associatedtype Value
    /// - Throws: ``EnvelopeProblem``.
    mutating func steps(in bytes: UnsafeRawBufferPointer) throws -> [GroupStep<Value>]
    /// - Throws: ``EnvelopeProblem`` when the body ends too early.
    mutating func finish() throws
}

/// What a group says of all its records.
struct GroupLabel: Sendable {
    var source: String?
    var scenario: String?
}

/// Reads Loki's streams and OpenTelemetry's resources as they come.
struct GroupReader<Cutter: GroupCutter>: EnvelopeReader {
    private var cutter: Cutter
    private let label: (Cutter.Value) throws -> GroupLabel
    private let add: (Cutter.Value, String?, inout EventBatch) throws -> Void
    private let needsLabel: Bool
    private var current: GroupLabel?
    private var first: Int?  // event of the group whose label has not come
    private var records = 0  // so far
    private(set) var tenant: String?

    /// Bytes, and records, that may come before their label.
    private static var limit: Int { 16 << 20 }
    private static var recordsLimit: Int { 100_000 }

    init(
        _ cutter: Cutter, needsLabel: Bool = false, label: @escaping (Cutter.Value) throws -> GroupLabel,
        record add: @escaping (Cutter.Value, String?, inout EventBatch) throws -> Void
    ) {
        (self.cutter, self.label, self.add, self.needsLabel) = (cutter, label, add, needsLabel)
    }

    var isWaiting: Bool { first != nil }

    mutating func consume(_ bytes: UnsafeRawBufferPointer, into batch: inout EventBatch) throws {
        for step in try cutter.steps(in: bytes) {
            switch step {
            case .begin: (current, first) = (nil, batch.events.count)
            case .label(let piece): try take(try label(piece), &batch)
            case .record(let piece):
                records += 1
                do { try add(piece, current?.source, &batch) } catch let problem as EnvelopeProblem {
                    throw EnvelopeProblem(detail: "Record \(records): \(problem.detail)")
                }
            case .tooLong(let beginning): batch.reject(beginning, as: .tooLong)
            case .end:
                guard current != nil || !needsLabel else { throw EnvelopeProblem(detail: "A group has no labels.") }
                first = nil
            }
        }
        if isWaiting, batch.bytes.count > Self.limit || batch.events.count > Self.recordsLimit {
            guard needsLabel else { return (current, first) = (GroupLabel(), nil) }  // one that comes still is too late
            throw EnvelopeProblem(
                detail: """
                    More than \(Self.limit) bytes, or \(Self.recordsLimit) records, come before their group's labels.
                    """)
        }
    }

    mutating func finish(into batch: inout EventBatch) throws { try cutter.finish() }

    private mutating func take(_ label: GroupLabel, _ batch: inout EventBatch) throws {
        if let scenario = label.scenario {
            guard tenant == nil || tenant == scenario else {
                throw EnvelopeProblem(detail: "The resources name several scenarios; send each its own request.")
            }
            tenant = scenario
        }
        if let first { batch.setSource(label.source, from: first) }
        (current, first) = (label, nil)
    }
}
