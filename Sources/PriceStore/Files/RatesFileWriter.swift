internal import CostModel
internal import Crypto

/// The first words of a rates file: whose rates, and where they were read.
struct RatesHeader: Hashable {
    var offerCode = ""
    var region = ""
    var origin = ""  // the region whose file it came from, or `all`
    var section = RateSection.onDemand
    var version = ""
    var publicationDate = ""
    var source = ""

    var texts: [String] { [offerCode, region, origin, section.rawValue, version, publicationDate, source] }
}

/// Brings one region's spool into its file: sorted, duplicates out, bands checked.
///
/// The file, version 1: `MAPRICE1`; header; words; kinds; rows; SHA-256 of all before it. Integers are LEB128.
/// Rows are sorted by kind, SKU, term, unit, currency and band, so the same prices make the same bytes, whatever the
/// order or the format of the source. Memory: the spool and 60 bytes a row.
struct RatesFileWriter {
    static let magic = Array("MAPRICE1".utf8)

    struct Result {
        var sizeBytes = 0
        var sha256 = ""
        var rates = 0
        var duplicates = 0
        /// Rates whose bands overlap or leave a gap: not kept, since there is no telling which is meant.
        var irregular = 0
        var irregularSamples: [String] = []  // `sku.term`, at most 10
    }

    let path: String
    let collector: RateCollector
    let kindRanks: [UInt32]
    let wordRanks: [UInt32]
    private var strings = InternTable()
    private var localWords: [UInt32]  // number in this file + 1, by number in the collector; 0: not yet
    private var localKinds: [UInt32: UInt32] = [:]
    private var kindOrder: [UInt32] = []
    private var body: Spool  // the rows, before the tables they point into are complete
    private var result = Result()

    init(_ path: String, collector: RateCollector, kindRanks: [UInt32], wordRanks: [UInt32]) {
        (self.collector, self.kindRanks, self.wordRanks) = (collector, kindRanks, wordRanks)
        self.path = path
        body = Spool(path: path + ".rows")
        localWords = [UInt32](repeating: 0, count: wordRanks.count)
    }

    /// - Parameter rows: How many the spool holds.
    mutating func write(_ spooled: [UInt8], rows: Int, _ header: RatesHeader) throws -> Result {
        try spooled.withUnsafeBufferPointer { spool in
            let order = try sortedRows(spool, count: rows)
            var start = 0
            while start < order.count {
                var end = start + 1
                while end < order.count, order[end].isSameProduct(as: order[start], spool) { end += 1 }
                try addProduct(order[start..<end], spool)
                start = end
            }
        }
        if result.rates > 0 { try assemble(header) }
        return result
    }

    private struct Position {
        var kindRank: UInt32
        var skuLength: UInt32
        var high: UInt64
        var low: UInt64
        var at: Int  // of the row in the spool
        var skuAt: Int

        func sku(_ spool: UnsafeBufferPointer<UInt8>) -> Slice<UnsafeBufferPointer<UInt8>> {
            spool[skuAt..<skuAt + Int(skuLength)]
        }

        func isSameProduct(as other: Position, _ spool: UnsafeBufferPointer<UInt8>) -> Bool {
            kindRank == other.kindRank && high == other.high && low == other.low && skuLength == other.skuLength
                && (skuLength <= 16 || sku(spool).elementsEqual(other.sku(spool)))
        }

        func precedes(_ other: Position, _ spool: UnsafeBufferPointer<UInt8>) -> Bool {
            if kindRank != other.kindRank { return kindRank < other.kindRank }
            if high != other.high { return high < other.high }
            if low != other.low { return low < other.low }
            if skuLength <= 16, other.skuLength <= 16 { return at < other.at }
            if sku(spool).elementsEqual(other.sku(spool)) { return at < other.at }
            return sku(spool).lexicographicallyPrecedes(other.sku(spool))
        }
    }

    private func sortedRows(_ spool: UnsafeBufferPointer<UInt8>, count: Int) throws -> [Position] {
        var positions: [Position] = []
        positions.reserveCapacity(count)
        var reader = ByteReader(spool)
        var noLongOnes = InternTable()
        while !reader.isAtEnd {
            let at = reader.at
            let row = try SpooledRow(&reader)
            let head = SKU(UnsafeBufferPointer(rebasing: row.sku.prefix(16)), longOnes: &noLongOnes)
            positions.append(
                Position(
                    kindRank: kindRanks[Int(row.kind)], skuLength: UInt32(row.sku.count), high: head.high,
                    low: head.low,
                    at: at, skuAt: at + 1 + (row.sku.count < 128 ? 1 : 2)))
        }
        positions.sort { $0.precedes($1, spool) }
        return positions
    }

    /// One SKU's rates: in order of term, unit, currency, contract and band; those that do not fit together left out.
    private mutating func addProduct(_ positions: ArraySlice<Position>, _ spool: UnsafeBufferPointer<UInt8>) throws {
        let unsorted = try positions.map { position in
            var reader = ByteReader(spool, at: position.at)
            return try SpooledRow(&reader)
        }
        // Rows are large: their numbers are moved about instead.
        let order = unsorted.count > 1 ? unsorted.indices.sorted { precedes(unsorted[$0], unsorted[$1]) } : [0]
        let rows = order.map { unsorted[$0] }
        var start = 0
        while start < rows.count {
            var end = start + 1
            while end < rows.count, rows[end].sharesPrice(rows[start]) { end += 1 }
            let price = withoutRepeats(rows[start..<end])
            if isRegular(price) {
                for row in price { try add(row) }
            } else {
                result.irregular += price.count
                if result.irregularSamples.count < 10 {
                    let term = String(decoding: collector.words[price[price.startIndex].term], as: UTF8.self)
                    result.irregularSamples.append(
                        String(decoding: price[price.startIndex].sku, as: UTF8.self) + "." + term)
                }
            }
            start = end
        }
    }

    private mutating func withoutRepeats(_ rows: ArraySlice<SpooledRow>) -> ArraySlice<SpooledRow> {
        guard rows.count > 1 else { return rows }
        var kept: [SpooledRow] = []
        for row in rows where !kept.contains(where: row.repeats) { kept.append(row) }
        result.duplicates += rows.count - kept.count
        return kept[...]
    }

    private func precedes(_ left: SpooledRow, _ right: SpooledRow) -> Bool {
        if left.term != right.term { return wordRanks[Int(left.term)] < wordRanks[Int(right.term)] }
        if left.unit != right.unit { return wordRanks[Int(left.unit)] < wordRanks[Int(right.unit)] }
        if left.currency != right.currency { return wordRanks[Int(left.currency)] < wordRanks[Int(right.currency)] }
        if left.contract != right.contract { return wordRanks[Int(left.contract)] < wordRanks[Int(right.contract)] }
        if left.begin != right.begin { return left.begin < right.begin }
        if left.rateID != right.rateID { return wordRanks[Int(left.rateID)] < wordRanks[Int(right.rateID)] }
        return left.amount < right.amount
    }

    /// Ascending bands, each beginning where the one before ends. A commitment's rates are no bands.
    private func isRegular(_ rows: ArraySlice<SpooledRow>) -> Bool {
        guard let first = rows.first, collector.words[first.contract].isEmpty else { return true }
        var expected = first.begin
        for (index, row) in rows.enumerated() {
            guard row.begin == expected else { return false }
            guard let end = row.end else { return index == rows.count - 1 }
            guard end > row.begin else { return false }
            expected = end
        }
        return true
    }

    private mutating func add(_ row: SpooledRow) throws {
        result.rates += 1
        let flags = SpooledRow.flags(row.begin, row.end)
        body.buffer.append(flags)
        body.buffer.append(varint: localKind(row.kind))
        body.buffer.append(prefixed: row.sku)
        body.buffer.append(varint: localWord(row.term))
        body.buffer.append(varint: localWord(row.rateID))
        body.buffer.append(varint: localWord(row.unit))
        body.buffer.append(varint: localWord(row.currency))
        body.buffer.append(varint: localWord(row.date))
        body.buffer.append(varint: localWord(row.contract))
        body.buffer.append(varint: localWord(row.appliesTo))
        body.buffer.append(varint: strings.intern(row.description))
        SpooledRow.encodeBounds(row.begin, row.end, fractions: flags & 2 != 0, to: &body.buffer)
        body.buffer.append(signed: row.amount)
        if body.buffer.count >= Spool.flushAt { try body.flush() }
    }

    private mutating func localWord(_ word: UInt32) -> UInt32 {
        let known = localWords[Int(word)]
        if known != 0 { return known - 1 }
        let id = strings.intern(Array(collector.words[word]))
        localWords[Int(word)] = id + 1
        return id
    }

    private mutating func localKind(_ kind: UInt32) -> UInt32 {
        // Rows come kind by kind: the last one is nearly always the one asked for.
        if kindOrder.last == kind { return UInt32(kindOrder.count - 1) }
        if let known = localKinds[kind] { return known }
        kindOrder.append(kind)
        localKinds[kind] = UInt32(kindOrder.count - 1)
        return UInt32(kindOrder.count - 1)
    }

    private mutating func assemble(_ header: RatesHeader) throws {
        var head = Self.magic
        for text in header.texts { head.append(prefixed: text) }
        head.append(varint: strings.count)
        for id in 0..<UInt32(strings.count) { head.append(prefixed: strings[id]) }
        head.append(varint: kindOrder.count)
        for kind in kindOrder { head.append(prefixed: collector.kinds[kind]) }
        head.append(varint: result.rates)
        var (hash, size) = (SHA256(), 0)
        let file = try File(path, .truncate)
        func write(_ part: UnsafeRawBufferPointer) throws {
            hash.update(bufferPointer: part)
            size += part.count
            try file.write(part)
        }
        try head.withUnsafeBytes(write)
        try body.forEachPart(write)
        let digest = hash.finalize()
        try Array(digest).withUnsafeBytes { try file.write($0) }
        try file.synchronise()
        result.sizeBytes = size + SHA256.byteCount
        result.sha256 = hexadecimal(digest)
    }
}

func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    bytes.reduce(into: "") { $0 += ($1 < 16 ? "0" : "") + String($1, radix: 16) }
}
