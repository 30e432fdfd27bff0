/// Excerpts of rejected records that may be stored and shown.
enum Redaction {
    /// Bytes of the record that are shown at most.
    static let excerptBytes = 120

    /// The beginning of a record as its structure: digits become `0`; words become `***` but for names of fields, of up to
    /// 16 letters, and words of one or two letters; what is not printable ASCII becomes `?`.
    static func excerpt(of record: Bytes) -> String {
        var result: [UInt8] = []
        var word: [UInt8] = []
        func flush(before next: ArraySlice<UInt8>) {
            let isShown = isPlain(word) || isName(word, after: result.last, before: next)
            result.append(contentsOf: isShown ? word : Array("***".utf8))
            word = []
        }
        let shown = Array(record.prefix(excerptBytes))
        for (index, byte) in shown.enumerated() {
            switch byte {
            case 0x30...0x39: word.append(0x30)
            case 0x41...0x5a, 0x61...0x7a, 0x40, 0x5f, 0x2d, 0x2e, 0x2b, 0x2f, 0x25: word.append(byte)
            default:
                flush(before: shown[index...])
                result.append(0x20...0x7e ~= byte ? byte : 0x3f)
            }
        }
        flush(before: [])
        return String(decoding: result, as: UTF8.self)
    }

    /// Numbers and their punctuation, or one or two letters.
    private static func isPlain(_ word: [UInt8]) -> Bool {
        let letters = word.count { $0.isLetter }
        return letters == 0 && !word.contains(0x40) || letters == word.count && letters <= 2
    }

    /// What stands before `=` or as a key before `:`, and is not itself the value of another.
    private static func isName(_ word: [UInt8], after previous: UInt8?, before next: ArraySlice<UInt8>) -> Bool {
        guard word.count <= 16, word.allSatisfy({ $0.isLetter || $0 == 0x5f || $0 == 0x2d || $0 == 0x2e }) else {
            return false
        }
        if next.starts(with: [0x3d]) {
            return previous.map { [0x20, 0x26, 0x3f, 0x2c, 0x3b, 0x3f].contains($0) } ?? true
        }
        return previous == 0x22 && (next.starts(with: [0x22, 0x3a]) || next.starts(with: [0x22, 0x20, 0x3a]))
    }
}
