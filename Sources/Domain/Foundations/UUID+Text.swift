public import Foundation

extension UUID {
    /// Foundation's own reads no further than a NUL, and takes whatever is behind it.
    public init?(text: some StringProtocol) {
        guard text.utf8.count == 36 else { return nil }
        self.init(uuidString: String(text))
    }

    /// RFC 9562's text, in lower case.
    public var text: String {
        String(unsafeUninitializedCapacity: 36) { text in
            var place = 0
            withUnsafeBytes(of: uuid) { bytes in
                for (index, byte) in bytes.enumerated() {
                    if index == 4 || index == 6 || index == 8 || index == 10 {
                        text[place] = UInt8(ascii: "-")
                        place += 1
                    }
                    (text[place], text[place + 1]) = (Self.digit(byte >> 4), Self.digit(byte & 15))
                    place += 2
                }
            }
            return place
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value + (value < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10)
    }
}
