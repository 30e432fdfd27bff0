import Glibc

/// Remembers how the last record began, up to the value of its timestamp.
///
/// A record that begins with the same bytes has its timestamp in the same place, by the same walk: nothing is guessed,
/// so the result does not depend on which records came before.
struct JSONPrefix {
    private var prefix: [UInt8] = []

    /// The minute, when the record begins like the last one and its timestamp is in ISO notation.
    @inline(__always)
    func minute(of record: Bytes, clock: inout TimestampReader) -> Int? {
        let count = prefix.count
        guard count > 0, record.count > count + 17, let base = record.baseAddress else { return nil }
        guard prefix.withUnsafeBufferPointer({ memcmp($0.baseAddress!, base, count) }) == 0,
            let (minute, used) = clock.iso(base + count, record.count - count), record[count + used] == 0x22
        else { return nil }
        return minute
    }

    /// - Parameter valueOffset: Where the timestamp's value begins, after its quote; -1 when there is none.
    mutating func learn(_ record: Bytes, valueOffset: Int) {
        guard 1...256 ~= valueOffset, record[valueOffset - 1] == 0x22 else { return prefix = [] }
        prefix = Array(record[..<valueOffset])
    }
}
