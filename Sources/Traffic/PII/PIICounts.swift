/// Findings by kind. Takes no heap memory while there are none.
public struct PIICounts: Sendable, Equatable {
    private var counts: [Int] = []  // empty, or one per kind
    private var present: UInt64 = 0  // a bit for each kind with a count

    public init() {}

    public var isEmpty: Bool { present == 0 }

    /// Findings of all kinds.
    public var total: Int {
        var sum = 0
        forEachSlot { sum.accumulate(counts[$0]) }
        return sum
    }

    public subscript(kind: PIIKind) -> Int {
        get { counts.isEmpty ? 0 : counts[kind.slot] }
        set { set(kind.slot, newValue) }
    }

    public mutating func merge(_ other: PIICounts) {
        other.forEachSlot { slot in
            var sum = counts.isEmpty ? 0 : counts[slot]
            sum.accumulate(other.counts[slot])
            set(slot, sum)
        }
    }

    /// Sets all counts to 0 and keeps the memory for the next record.
    mutating func reset() {
        forEachSlot { counts[$0] = 0 }
        present = 0
    }

    private mutating func set(_ slot: Int, _ count: Int) {
        if counts.isEmpty {
            guard count != 0 else { return }
            counts = [Int](repeating: 0, count: PIIKind.allCases.count)
        }
        counts[slot] = count
        if count == 0 { present &= ~(1 << UInt64(slot)) } else { present |= 1 << UInt64(slot) }
    }

    /// The slots with a count, ascending.
    @inline(__always)
    private func forEachSlot(_ body: (Int) -> Void) {
        var rest = present
        while rest != 0 {
            body(rest.trailingZeroBitCount)
            rest &= rest - 1
        }
    }

    public static func == (left: PIICounts, right: PIICounts) -> Bool {
        guard left.present == right.present else { return false }
        var isEqual = true
        left.forEachSlot { if left.counts[$0] != right.counts[$0] { isEqual = false } }
        return isEqual
    }
}

extension PIIKind {
    /// The place in ``PIICounts``: raw values are dense from 0.
    fileprivate var slot: Int { Int(rawValue) }
}
