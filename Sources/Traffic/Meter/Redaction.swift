/// Excerpts of rejected records that may be stored and shown.
enum Redaction {
    /// Bytes of the record that are shown at most.
    static let excerptBytes = 120

    /// The beginning of a record: digits become `0`; words with an `@` or of 16 and more characters become `***`;
    /// what is not printable ASCII becomes `?`.
    static func excerpt(of record: Bytes) -> String {
        var result: [UInt8] = []
        var word: [UInt8] = []
        func flush() {
            result.append(contentsOf: word.count >= 16 || word.contains(0x40) ? Array("***".utf8) : word)
            word = []
        }
        for byte in record.prefix(excerptBytes) {
            switch byte {
            case 0x30...0x39: word.append(0x30)
            case 0x41...0x5a, 0x61...0x7a, 0x40, 0x5f, 0x2d, 0x2e, 0x2b, 0x2f, 0x25: word.append(byte)
            default:
                flush()
                result.append(0x20...0x7e ~= byte ? byte : 0x3f)
            }
        }
        flush()
        return String(decoding: result, as: UTF8.self)
    }
}
