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

    /// Adds one record's bytes in one pass.
    ///
    /// Eight counters share a `UInt64`, one byte each, so a byte of text costs a load and an add. They are emptied
    /// every 255 bytes, before one can overflow.
    public mutating func add(_ bytes: UnsafeBufferPointer<UInt8>) {
        Self.lanes.withUnsafeBufferPointer { lanes in
            var (previous, words): (UInt64, UInt64) = (0, 0)
            var start = 0
            while start < bytes.count {
                let end = min(start + 255, bytes.count)
                var packed: UInt64 = 0
                for index in start..<end {
                    let byte = bytes[index]
                    packed &+= lanes[Int(byte)]
                    let word = Self.wordBit(byte)
                    words &+= word & ~previous
                    previous = word
                }
                unpack(packed)
                start = end
            }
            self.words.accumulate(Int(words))
        }
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
