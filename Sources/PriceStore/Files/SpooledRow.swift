internal import CostModel

/// A row of a spool, decoded.
struct SpooledRow {
    var sku: UnsafeBufferPointer<UInt8>  // into the spool
    var kind: UInt32
    var term: UInt32
    var rateID: UInt32
    var unit: UInt32
    var currency: UInt32
    var date: UInt32
    var contract: UInt32
    var appliesTo: UInt32
    var begin: Quantity
    var end: Quantity?
    var amount: Int128
    var description: UnsafeBufferPointer<UInt8>

    init(_ reader: inout ByteReader) throws {
        let flags = try reader.byte()
        sku = try reader.prefixed()
        kind = try reader.id()
        term = try reader.id()
        rateID = try reader.id()
        unit = try reader.id()
        currency = try reader.id()
        date = try reader.id()
        contract = try reader.id()
        appliesTo = try reader.id()
        (begin, end) = try Self.bounds(&reader, flags)
        amount = try reader.signed()
        description = try reader.prefixed()
    }

    /// Flag 1: no upper bound. Flag 2: fractions, their denominators after the numerators.
    static func bounds(_ reader: inout ByteReader, _ flags: UInt8) throws -> (Quantity, Quantity?) {
        let begin = try reader.signed()
        let end = flags & 1 == 0 ? try reader.signed() : nil
        guard flags & 2 != 0 else { return (Quantity(begin), end.map { Quantity($0) }) }
        let beginDenominator = try reader.signed()
        let endDenominator = flags & 1 == 0 ? try reader.signed() : 1
        return (
            try Quantity(begin, over: beginDenominator), try end.map { try Quantity($0, over: endDenominator) }
        )
    }

    static func encodeBounds(_ begin: Quantity, _ end: Quantity?, fractions: Bool, to bytes: inout [UInt8]) {
        bytes.append(signed: begin.numerator)
        if let end { bytes.append(signed: end.numerator) }
        guard fractions else { return }
        bytes.append(signed: begin.denominator)
        if let end { bytes.append(signed: end.denominator) }
    }

    static func flags(_ begin: Quantity, _ end: Quantity?) -> UInt8 {
        (end == nil ? 1 : 0) | (begin.isWhole && end?.isWhole ?? true ? 0 : 2)
    }

    /// The same rate, seen twice.
    func repeats(_ other: SpooledRow) -> Bool {
        rateID == other.rateID && begin == other.begin && end == other.end && amount == other.amount
            && date == other.date && contract == other.contract
    }

    /// Bands of one price share these.
    func sharesPrice(_ other: SpooledRow) -> Bool {
        term == other.term && unit == other.unit && currency == other.currency && contract == other.contract
    }
}
