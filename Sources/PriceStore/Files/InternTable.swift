/// Byte strings, each kept once, known by a number: 0, 1, 2 … in the order of their first appearance.
///
/// An EC2 file names the same few thousand operations, units and usage types millions of times.
struct InternTable {
    private var arena: [UInt8] = []
    private var ends: [Int] = []  // end of entry n in the arena; its start is the end of n - 1
    private var slots: [UInt32]  // entry + 1; 0 is free
    private var hashes: [UInt32] = []

    init() { slots = [UInt32](repeating: 0, count: 1024) }

    var count: Int { ends.count }

    subscript(_ id: UInt32) -> ArraySlice<UInt8> {
        let entry = Int(id)
        return arena[(entry == 0 ? 0 : ends[entry - 1])..<ends[entry]]
    }

    func string(_ id: UInt32) -> String { String(decoding: self[id], as: UTF8.self) }

    mutating func intern(_ text: String) -> UInt32 {
        var text = text
        return text.withUTF8 { intern($0) }
    }

    /// What follows the last `.`: of `SKU.term.rate` the rate, of a name without any all of it.
    mutating func intern(afterLastDot bytes: UnsafeBufferPointer<UInt8>) -> UInt32 {
        let start = bytes.lastIndex(of: UInt8(ascii: ".")).map { $0 + 1 } ?? 0
        return intern(UnsafeBufferPointer(rebasing: bytes[start...]))
    }

    mutating func intern(_ bytes: [UInt8]) -> UInt32 { bytes.withUnsafeBufferPointer { intern($0) } }

    mutating func intern(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt32 {
        let hash = Self.hash(bytes)
        let mask = slots.count - 1
        var slot = Int(hash) & mask
        while slots[slot] != 0 {
            let entry = Int(slots[slot] - 1)
            if hashes[entry] == hash, matches(entry, bytes) { return UInt32(entry) }
            slot = (slot + 1) & mask
        }
        let entry = ends.count
        arena.append(contentsOf: bytes)
        ends.append(arena.count)
        hashes.append(hash)
        slots[slot] = UInt32(entry) + 1
        if (entry + 1) * 4 > slots.count * 3 { grow() }
        return UInt32(entry)
    }

    private func matches(_ entry: Int, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let start = entry == 0 ? 0 : ends[entry - 1]
        guard ends[entry] - start == bytes.count else { return false }
        return arena.withUnsafeBufferPointer { arena in
            (0..<bytes.count).allSatisfy { arena[start + $0] == bytes[$0] }
        }
    }

    private mutating func grow() {
        slots = [UInt32](repeating: 0, count: slots.count * 2)
        let mask = slots.count - 1
        for (entry, hash) in hashes.enumerated() {
            var slot = Int(hash) & mask
            while slots[slot] != 0 { slot = (slot + 1) & mask }
            slots[slot] = UInt32(entry) + 1
        }
    }

    /// Multiply and fold, eight bytes a step.
    private static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt32 {
        var state = UInt64(bytes.count) &* 0x9E37_79B9_7F4A_7C15
        var at = 0
        while at < bytes.count {
            var word: UInt64 = 0
            if at + 8 <= bytes.count, let base = bytes.baseAddress {
                word = UnsafeRawPointer(base + at).loadUnaligned(as: UInt64.self)
            } else {
                for index in at..<bytes.count { word = word << 8 | UInt64(bytes[index]) }
            }
            let (high, low) = (state ^ word).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
            state = high ^ low &+ 0x9E37_79B9_7F4A_7C15
            at += 8
        }
        return UInt32(truncatingIfNeeded: state ^ state >> 32)
    }
}
