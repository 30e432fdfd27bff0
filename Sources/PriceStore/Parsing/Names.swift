/// What may stand in a price list's names: they end up in paths, on terminals and in bills.
enum Names {
    static let maximumBytes = 1_000  // AWS's longest usage types and operations have under 200

    /// - Throws: ``Decimals/Malformed`` for a control character (C0, DEL or C1) and for what is too long to be a name.
    static func check(_ bytes: UnsafeBufferPointer<UInt8>) throws(Decimals.Malformed) {
        guard bytes.count <= maximumBytes else { throw Decimals.Malformed(expected: "a name of under 1 kB") }
        guard !hasControl(bytes) else { throw Decimals.Malformed(expected: "a printable name") }
    }

    static func checked(_ bytes: UnsafeBufferPointer<UInt8>) throws(Decimals.Malformed) -> [UInt8] {
        try check(bytes)
        return Array(bytes)
    }

    private static func hasControl(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var former: UInt8 = 0
        for byte in bytes {
            if byte < 0x20 || byte == 0x7F || (former == 0xC2 && (0x80...0x9F).contains(byte)) { return true }
            former = byte
        }
        return false
    }

    /// `2026-09-01T12:00:00Z`, or the day alone. - Throws: ``Decimals/Malformed``.
    static func checkDate(_ bytes: UnsafeBufferPointer<UInt8>) throws(Decimals.Malformed) {
        let text = String(decoding: bytes, as: UTF8.self)
        let date = text.wholeMatch(of: #/\d{4}-(\d\d)-(\d\d)(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?/#)
        guard let date, let month = Int(date.1), (1...12).contains(month), let day = Int(date.2), (1...31).contains(day)
        else { throw Decimals.Malformed(expected: "a date like 2026-09-01T12:00:00Z") }
    }
}

extension JSONText {
    /// - Throws: ``ParseFailure`` at this text, where `read` finds it malformed.
    func checked<R>(_ read: (UnsafeBufferPointer<UInt8>) throws -> R) throws -> R {
        do { return try withUnescaped(read) } catch let error as Decimals.Malformed {
            throw ParseFailure(position: .byte(offset), found: ParseFailure.show(bytes), expected: error.expected)
        }
    }

    var again: ParseFailure {
        ParseFailure(
            position: .byte(offset), found: "the key \(ParseFailure.show(bytes)) again", expected: "each key once")
    }
}
