/// What a finding is. The raw value is stored in encoded profiles: never reused, only added to.
public enum PIIKind: UInt8, CaseIterable, Sendable {
    case email = 0
}

/// Findings by kind. Takes no heap memory while there are none.
public struct PIICounts: Sendable, Equatable {
    private var counts: [Int] = []  // empty, or one per kind

    public init() {}

    public var isEmpty: Bool { counts.allSatisfy { $0 == 0 } }

    /// Findings of all kinds.
    public var total: Int { counts.reduce(into: 0) { $0.accumulate($1) } }

    public subscript(kind: PIIKind) -> Int {
        get { counts.isEmpty ? 0 : counts[kind.slot] }
        set {
            if counts.isEmpty {
                guard newValue != 0 else { return }
                counts = [Int](repeating: 0, count: PIIKind.allCases.count)
            }
            counts[kind.slot] = newValue
        }
    }

    public mutating func merge(_ other: PIICounts) {
        guard !other.counts.isEmpty else { return }
        for kind in PIIKind.allCases where other[kind] > 0 {
            var sum = self[kind]
            sum.accumulate(other[kind])
            self[kind] = sum
        }
    }

    /// Sets all counts to 0 and keeps the memory for the next record.
    mutating func reset() {
        for index in counts.indices { counts[index] = 0 }
    }

    public static func == (left: PIICounts, right: PIICounts) -> Bool {
        PIIKind.allCases.allSatisfy { left[$0] == right[$0] }
    }
}

extension PIIKind {
    /// The place in ``PIICounts``: raw values are dense from 0.
    fileprivate var slot: Int { Int(rawValue) }
}
