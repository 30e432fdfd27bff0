/// Excerpts of rejected records that may be stored and shown.
enum Redaction {
    /// Bytes of the record that are shown at most.
    static let excerptBytes = 120

    /// The beginning of a record as its structure: digits become `0`; words become `***` but for names of fields, of up to
    /// 16 characters, and words of one or two letters; what is not printable ASCII becomes `?`.
    static func excerpt(of record: Bytes) -> String {
        var result: [UInt8] = []
        var word: [UInt8] = []
        func flush(before next: ArraySlice<UInt8>) {
            let isName =
                next.starts(with: [0x3d]) || next.starts(with: [0x22, 0x3a]) || next.starts(with: [0x22, 0x20, 0x3a])
            let letters = word.count { $0 != 0x30 && $0 != 0x2e && $0 != 0x2d }
            let isPlain = letters <= 2 || isName && word.count <= 16 && !word.contains(0x40)
            result.append(contentsOf: isPlain ? word : Array("***".utf8))
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
}
