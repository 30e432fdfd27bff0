/// What a record's text is made of: the additive statistics that token estimators work from.
public struct TextCounts: Sendable, Equatable {
    public var asciiLetters = 0
    public var digits = 0
    /// Spaces, tabs, vertical tabs and form feeds.
    public var whitespace = 0
    public var newlines = 0  // LF and CR
    /// Every other ASCII byte, control characters included, and bytes that are never valid in UTF-8.
    public var punctuation = 0
    /// Scalars of 2 bytes in UTF-8: accented Latin, Greek, Cyrillic, Hebrew, Arabic.
    public var twoByteScalars = 0
    /// Scalars of 3 bytes: Chinese, Japanese, Korean, Thai, Devanagari, most symbols.
    public var threeByteScalars = 0
    /// Scalars of 4 bytes: emoji, rare ideographs.
    public var fourByteScalars = 0
    /// Longest runs of letters, digits and non-ASCII bytes. A run ends with its record.
    public var words = 0

    public init() {}

    public mutating func merge(_ other: TextCounts) {
        asciiLetters.accumulate(other.asciiLetters)
        digits.accumulate(other.digits)
        whitespace.accumulate(other.whitespace)
        newlines.accumulate(other.newlines)
        punctuation.accumulate(other.punctuation)
        twoByteScalars.accumulate(other.twoByteScalars)
        threeByteScalars.accumulate(other.threeByteScalars)
        fourByteScalars.accumulate(other.fourByteScalars)
        words.accumulate(other.words)
    }

    /// Adds one record's bytes in one pass: eight ASCII bytes at a time by arithmetic, the others by a table.
    public mutating func add(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let base = bytes.baseAddress else { return }
        Self.lanes.withUnsafeBufferPointer { lanes in
            var previous: UInt64 = 0  // 1 inside a word
            var start = 0
            while start < bytes.count {
                let end = min(start + 2040, bytes.count)
                var sums = EightByteSums()
                var index = start
                while index &+ 8 <= end {
                    let eight = UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self)
                    guard eight & 0x8080_8080_8080_8080 == 0 else { break }
                    previous = sums.add(UInt64(littleEndian: eight), previous)
                    index &+= 8
                }
                add(sums, of: index - start)
                start =
                    index < end
                    ? addSlowly(bytes, from: index, to: min(index + 64, bytes.count), lanes, &previous) : end
            }
        }
    }

    /// Eight counters share a `UInt64`, one byte each, so a byte of text costs a load and an add: at most 255 bytes.
    private mutating func addSlowly(
        _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int, _ lanes: UnsafeBufferPointer<UInt64>,
        _ previous: inout UInt64
    ) -> Int {
        var (packed, words): (UInt64, UInt64) = (0, 0)
        for index in start..<end {
            let byte = bytes[index]
            packed &+= lanes[Int(byte)]
            let word = Self.wordBit(byte)
            words &+= word & ~previous
            previous = word
        }
        unpack(packed)
        self.words.accumulate(Int(words))
        return end
    }

    private mutating func add(_ sums: EightByteSums, of count: Int) {
        let letters = EightByteSums.total(sums.letters)
        let digits = EightByteSums.total(sums.digits)
        let whitespace = EightByteSums.total(sums.whitespace)
        let newlines = EightByteSums.total(sums.newlines)
        asciiLetters.accumulate(letters)
        self.digits.accumulate(digits)
        self.whitespace.accumulate(whitespace)
        self.newlines.accumulate(newlines)
        punctuation.accumulate(count - letters - digits - whitespace - newlines)
        words.accumulate(EightByteSums.total(sums.words))
    }

    private mutating func unpack(_ packed: UInt64) {
        func lane(_ index: UInt64) -> Int { Int((packed >> (index * 8)) & 0xff) }
        asciiLetters.accumulate(lane(0))
        digits.accumulate(lane(1))
        whitespace.accumulate(lane(2))
        newlines.accumulate(lane(3))
        punctuation.accumulate(lane(4))
        twoByteScalars.accumulate(lane(5))
        threeByteScalars.accumulate(lane(6))
        fourByteScalars.accumulate(lane(7))
    }

    @inline(__always)
    private static func wordBit(_ byte: UInt8) -> UInt64 {
        ((byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || byte >= 0x80) ? 1 : 0
    }

    private static let lanes: [UInt64] = (0..<256).map { byte in
        switch byte {
        case 0x41...0x5a, 0x61...0x7a: 1
        case 0x30...0x39: 1 << 8
        case 0x20, 0x09, 0x0b, 0x0c: 1 << 16
        case 0x0a, 0x0d: 1 << 24
        case 0x80...0xbf: 0  // the rest of a longer scalar
        case 0xc2...0xdf: 1 << 40
        case 0xe0...0xef: 1 << 48
        case 0xf0...0xf4: 1 << 56
        default: 1 << 32
        }
    }
}

/// Counts of eight ASCII bytes at once: each byte of a sum counts for its place, at most 255 times.
private struct EightByteSums {
    private(set) var letters: UInt64 = 0
    private(set) var digits: UInt64 = 0
    private(set) var whitespace: UInt64 = 0
    private(set) var newlines: UInt64 = 0
    private(set) var words: UInt64 = 0

    /// - Parameter previous: 1 if the byte before was in a word.
    /// - Returns: 1 if the last byte is in a word.
    @inline(__always)
    mutating func add(_ bytes: UInt64, _ previous: UInt64) -> UInt64 {
        let letter = Self.isIn(bytes | Self.ones &* 0x20, 0x61, 0x7a)
        let digit = Self.isIn(bytes, 0x30, 0x39)
        let newline = Self.isIn(bytes, 0x0a, 0x0a) | Self.isIn(bytes, 0x0d, 0x0d)
        let blank = Self.isIn(bytes, 0x20, 0x20) | Self.isIn(bytes, 0x09, 0x0c) & ~newline
        let word = letter | digit
        letters &+= letter
        digits &+= digit
        newlines &+= newline
        whitespace &+= blank
        words &+= word & ~(word << 8 | previous)
        return word >> 56
    }

    static func total(_ sums: UInt64) -> Int {
        (0..<8).reduce(0) { $0 + Int((sums >> UInt64($1 * 8)) & 0xff) }
    }

    private static let ones: UInt64 = 0x0101_0101_0101_0101

    /// A 1 in every byte that is between the bounds. No sum of 7-bit values reaches the next byte.
    @inline(__always)
    private static func isIn(_ bytes: UInt64, _ low: UInt64, _ high: UInt64) -> UInt64 {
        ((bytes &+ ones &* (0x80 - low)) & ~(bytes &+ ones &* (0x7f - high)) & (ones &* 0x80)) >> 7
    }
}
