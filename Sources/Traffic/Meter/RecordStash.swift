/// A record in the making, for framers that look at every byte: what earlier chunks held of it, in bounded memory.
struct RecordStash {
    private let limit: Int
    private var bytes: [UInt8] = []
    /// Bytes of the record so far, those not kept included.
    private(set) var length = 0

    init(limit: Int) { self.limit = limit }

    /// Keeps a part of the record for the next chunk; of a record that is too long, only what an excerpt shows.
    mutating func append(_ part: Bytes) {
        length += part.count
        if length <= limit {
            bytes.append(contentsOf: part)
        } else {
            bytes.append(contentsOf: part.prefix(Redaction.excerptBytes))
            bytes.removeLast(max(0, bytes.count - Redaction.excerptBytes))
        }
    }

    /// Calls `body` with the whole record, or its beginning when it is too long, and forgets it.
    mutating func take(adding part: Bytes, _ body: (_ record: Bytes, _ isTooLong: Bool) -> Void) {
        if length == 0 { return body(part, part.count > limit) }
        append(part)
        bytes.withUnsafeBufferPointer { body($0, length > limit) }
        bytes.removeAll(keepingCapacity: true)
        length = 0
    }
}
