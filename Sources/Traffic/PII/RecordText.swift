/// A record's bytes, with a 0 before the first and after the last, so that rules may look beyond either end.
struct RecordText {
    let base: UnsafePointer<UInt8>
    let count: Int

    @inline(__always)
    subscript(index: Int) -> UInt8 {
        UInt(bitPattern: index) < UInt(bitPattern: count) ? base[index] : 0
    }

    /// Four bytes as they stand in memory; 0 when they are not all there.
    @inline(__always)
    func word(at index: Int) -> UInt32 {
        guard index >= 0, index &+ 4 <= count else { return 0 }
        return UnsafeRawPointer(base + index).loadUnaligned(as: UInt32.self)
    }

    func has(_ text: StaticString, at index: Int) -> Bool {
        let length = text.utf8CodeUnitCount
        guard index >= 0, length <= count - index else { return false }
        for offset in 0..<length where base[index + offset] != text.utf8Start[offset] { return false }
        return true
    }

    /// `%3A` or `%3a` by its two digits, the letter in lower case.
    func hasEscape(_ high: UInt8, _ low: UInt8, at index: Int) -> Bool {
        self[index] == 0x25 && self[index + 1] == high && self[index + 2] | 0x20 == low
    }

    /// The first index from `start` whose byte is not in `set`; at most `limit` bytes on.
    func end(of set: ByteSet, from start: Int, limit: Int) -> Int {
        var index = start
        let stop = min(count, start + limit)
        while index < stop, base[index].isIn(set) { index += 1 }
        return index
    }

    /// The first index of the run of bytes in `set` that ends before `end`; at most `limit` bytes back.
    func start(of set: ByteSet, before end: Int, limit: Int) -> Int {
        var index = end
        let stop = max(0, end - limit)
        while index > stop, base[index - 1].isIn(set) { index -= 1 }
        return index
    }
}

/// Kinds of bytes, one bit each in ``ByteSet/table``.
struct ByteSet: OptionSet {
    let rawValue: UInt8
    static let digit = ByteSet(rawValue: 1)
    static let lower = ByteSet(rawValue: 2)
    static let upper = ByteSet(rawValue: 4)
    static let hexLetter = ByteSet(rawValue: 8)
    static let urlSafe = ByteSet(rawValue: 16)  // - _
    static let emailLocal = ByteSet(rawValue: 32)  // punctuation that an address may have before its @
    static let emailDomain = ByteSet(rawValue: 64)  // - .

    static let letter: ByteSet = [.lower, .upper]
    static let alphanumeric: ByteSet = [.letter, .digit]
    static let hex: ByteSet = [.digit, .hexLetter]
    static let base64URL: ByteSet = [.alphanumeric, .urlSafe]

    /// By byte value.
    static let table: [UInt8] = (0..<256).map { value in
        let byte = UInt8(value)
        var set: ByteSet = []
        if 0x30...0x39 ~= byte { set.insert(.digit) }
        if 0x61...0x7a ~= byte { set.insert(.lower) }
        if 0x41...0x5a ~= byte { set.insert(.upper) }
        if 0x61...0x66 ~= byte | 0x20 { set.insert(.hexLetter) }
        if "-_".utf8.contains(byte) { set.insert(.urlSafe) }
        if "-._%+'!#$&*=?^`{|}~".utf8.contains(byte) { set.insert(.emailLocal) }
        if "-.".utf8.contains(byte) { set.insert(.emailDomain) }
        return set.rawValue
    }
}

extension UInt8 {
    @inline(__always)
    func isIn(_ set: ByteSet) -> Bool { ByteSet.table[Int(self)] & set.rawValue != 0 }

    @inline(__always)
    var isDigit: Bool { self &- 0x30 < 10 }

    @inline(__always)
    var isUpper: Bool { self &- 0x41 < 26 }

    @inline(__always)
    var isLetter: Bool { (self | 0x20) &- 0x61 < 26 }

    @inline(__always)
    var isAlphanumeric: Bool { isDigit || isLetter }

    @inline(__always)
    var isHex: Bool { isDigit || (self | 0x20) &- 0x61 < 6 }

    /// The value of a decimal digit.
    @inline(__always)
    var digit: Int { Int(self &- 0x30) }
}
