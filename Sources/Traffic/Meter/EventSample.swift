/// One metered event, to look at: what is found of PII and secrets is blotted out.
public struct EventSample: Sendable, Hashable {
    public var minute: Int?  // UTC since 1970
    public var bytes: Int  // the event's payload
    public var text: String  // its beginning, redacted

    public init(minute: Int?, bytes: Int, text: String) { (self.minute, self.bytes, self.text) = (minute, bytes, text) }
}

extension EventSample {
    static let longestText = 2_000  // bytes

    /// - Parameter record: As it was metered.
    init(_ record: Bytes, minute: Int, bytes: Int, _ scanner: inout PIIScanner) {
        // Something that begins inside what is shown and ends beyond it is still seen as a whole.
        let seen = Array(record.prefix(2 * Self.longestText))
        var shown = scanner.masked(seen, isForeign: true).prefix(Self.longestText)
        if shown.count == Self.longestText {  // the last letter may be cut
            while let last = shown.last, last >= 0x80 { shown.removeLast() }
        }
        self.init(
            minute: minute == ProfileBuilder.untimed ? nil : minute, bytes: bytes,
            text: String(decoding: shown, as: UTF8.self).replacing("\0", with: "\u{fffd}"))  // PostgreSQL keeps no NUL
    }
}
