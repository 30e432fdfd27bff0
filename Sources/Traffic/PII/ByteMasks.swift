/// One bit per byte of a record, 64 to a word: where its words, digits and at signs are.
///
/// The rules look only at the beginnings of words and at these marks, so most bytes cost a few instructions and no
/// branch. The memory is kept from record to record.
struct ByteMasks {
    struct Word {
        var alphanumeric: UInt64 = 0
        var digits: UInt64 = 0
        var ats: UInt64 = 0
        /// Two hyphens stand together here.
        var hasHyphens = false
    }

    /// One more than the record needs: what follows the last byte is no word.
    private(set) var words: [Word] = []

    mutating func classify(_ bytes: UnsafeBufferPointer<UInt8>) {
        let needed = bytes.count / 64 + 2
        if words.count < needed { words = [Word](repeating: Word(), count: needed * 3 / 2) }
        words.withUnsafeMutableBufferPointer { words in
            guard let base = bytes.baseAddress else { return }
            let full = bytes.count / 64
            for index in 0..<full {
                var word = Word()
                let block = UnsafeRawPointer(base + index * 64)
                for step in 0..<8 {
                    let eight = block.loadUnaligned(fromByteOffset: step * 8, as: UInt64.self)
                    Self.add(UInt64(littleEndian: eight), at: UInt64(step * 8), to: &word)
                }
                words[index] = word
            }
            var word = Word()
            for place in stride(from: full * 64, to: bytes.count, by: 8) {
                Self.add(Self.load(base, place, bytes.count), at: UInt64(place & 63), to: &word)
            }
            (words[full], words[full + 1]) = (word, Word())
        }
    }

    /// Eight bytes, the first lowest, zeros after the end of the record.
    @inline(__always)
    private static func load(_ base: UnsafePointer<UInt8>, _ place: Int, _ count: Int) -> UInt64 {
        if place &+ 8 <= count {
            return UInt64(littleEndian: UnsafeRawPointer(base + place).loadUnaligned(as: UInt64.self))
        }
        if count >= 8 {
            let last = UInt64(littleEndian: UnsafeRawPointer(base + count - 8).loadUnaligned(as: UInt64.self))
            return last >> UInt64(8 * (place + 8 - count))
        }
        return (place..<count).reversed().reduce(0) { $0 << 8 | UInt64(base[$1]) }
    }

    /// Arithmetic on eight bytes at once: 7-bit values, so that no sum reaches the next byte; its eighth bit is the answer.
    @inline(__always)
    private static func add(_ bytes: UInt64, at shift: UInt64, to word: inout Word) {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let (low, isASCII) = (bytes & (ones &* 0x7f), ~bytes & (ones &* 0x80))
        let digits = (low &+ ones &* (0x80 - 0x30)) & ~(low &+ ones &* (0x80 - 0x3a)) & isASCII
        let folded = low | ones &* 0x20
        let letters = (folded &+ ones &* (0x80 - 0x61)) & ~(folded &+ ones &* (0x80 - 0x7b)) & isASCII
        word.digits |= gathered(digits) << shift
        word.alphanumeric |= gathered(digits | letters) << shift
        let ats = (ones &* 0x80 &- (low ^ ones &* 0x40)) & isASCII
        if ats != 0 { word.ats |= gathered(ats) << shift }
        let hyphens = (ones &* 0x80 &- (low ^ ones &* 0x2d)) & isASCII
        if hyphens & hyphens >> 8 != 0 { word.hasHyphens = true }
    }

    /// The eighth bits of eight bytes as eight bits: a product moves each to its place.
    @inline(__always)
    private static func gathered(_ bits: UInt64) -> UInt64 { ((bits >> 7) &* 0x0102_0408_1020_4080) >> 56 }
}
