extension [UInt8] {
    /// Two small digits a byte.
    public var hexadecimal: String {
        reduce(into: "") { text, byte in text += (byte < 16 ? "0" : "") + String(byte, radix: 16) }
    }

    /// - Returns: nil for what is not two digits a byte.
    init?(hexadecimal text: some StringProtocol) {
        let digits = text.compactMap(\.hexDigitValue).map(UInt8.init)
        guard digits.count == text.count, digits.count.isMultiple(of: 2) else { return nil }
        self = stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}
