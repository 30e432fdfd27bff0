internal import CostModel

/// The two files of an offer and region: what everyone pays, and what a commitment buys.
enum RateSection: String, CaseIterable, Codable, Sendable {
    case onDemand = "ondemand"
    case commitments
}

/// One rate (AWS: price dimension) on its way to disk. Numbers point into the collector's tables.
struct RateRow {
    var region: Int = 0
    var section = RateSection.onDemand
    var kind: UInt32 = 0
    var sku = SKU()
    var term: UInt32 = 0  // offer term code; savings plans: the plan's SKU
    var rateID: UInt32 = 0
    var unit: UInt32 = 0
    var currency: UInt32 = 0
    var date: UInt32 = 0
    var contract: UInt32 = 0  // an encoded ``Contract``; the empty string for on-demand
    var appliesTo: UInt32 = 0  // SKUs, space between them
    var begin = Quantity.zero
    var end: Quantity?
    var amount: Int128 = 0  // 10⁻¹² of the currency
}

/// A stock keeping unit of up to 16 bytes, in place; longer ones are numbers in a table.
struct SKU: Hashable {
    var high: UInt64 = 0
    var low: UInt64 = 0

    init() {}

    init(_ bytes: UnsafeBufferPointer<UInt8>, longOnes: inout InternTable) {
        guard bytes.count <= 16, bytes.first != 0xFF else {
            (high, low) = (.max, UInt64(longOnes.intern(bytes)))
            return
        }
        for (index, byte) in bytes.enumerated() {
            if index < 8 {
                high |= UInt64(byte) << UInt64(56 - index * 8)
            } else {
                low |= UInt64(byte) << UInt64(120 - index * 8)
            }
        }
    }

    /// Appends the text, length first.
    func encode(to bytes: inout [UInt8], longOnes: InternTable) {
        if high == .max {
            bytes.append(prefixed: longOnes[UInt32(truncatingIfNeeded: low)])
            return
        }
        let zeros = low == 0 ? 8 + high.trailingZeroBitCount / 8 : low.trailingZeroBitCount / 8
        let length = high == 0 ? 0 : 16 - zeros
        bytes.append(UInt8(length))
        for index in 0..<length {
            let word = index < 8 ? high : low
            bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(56 - index % 8 * 8)))
        }
    }
}
