internal import CostModel
internal import Crypto

/// A rates file, read and proved against its checksum.
struct RatesFile {
    struct Row {
        var kind: Int
        var sku: UnsafeBufferPointer<UInt8>
        var term: Int  // numbers of words, all below `words.count`
        var rateID: Int
        var unit: Int
        var currency: Int
        var date: Int
        var contract: Int
        var appliesTo: Int
        var description: Int
        var begin: Quantity
        var end: Quantity?
        var amount: Int128
    }

    let path: String
    let header: RatesHeader
    let rates: Int
    let sha256: String
    private let bytes: [UInt8]
    private let words: [Range<Int>]
    private let kinds: [Range<Int>]
    private let rowsAt: Int

    /// - Throws: ``PriceStoreError`` `.io`, `.damaged`.
    init(_ path: String) throws {
        let bytes = try File.read(path)
        guard bytes.count > 40, bytes.prefix(8).elementsEqual(RatesFileWriter.magic) else {
            throw PriceStoreError.damaged(path: path, reason: "does not begin with MAPRICE1")
        }
        let digest = bytes.withUnsafeBytes { SHA256.hash(data: UnsafeRawBufferPointer(rebasing: $0.dropLast(32))) }
        guard digest.elementsEqual(bytes.suffix(32)) else {
            throw PriceStoreError.damaged(
                path: path, reason: "the contents do not have the checksum they were written with")
        }
        do {
            (header, words, kinds, rates, rowsAt) = try bytes.withUnsafeBufferPointer { all in
                var reader = ByteReader(UnsafeBufferPointer(rebasing: all.dropLast(32)), at: 8)
                let header = try Self.header(&reader)
                let words = try Self.ranges(&reader)
                let kinds = try Self.ranges(&reader)
                return (header, words, kinds, try reader.count(), reader.at)
            }
        } catch { throw Self.overrun(path) }
        (self.path, self.bytes, self.sha256) = (path, bytes, hexadecimal(digest))
    }

    private static func overrun(_ path: String) -> PriceStoreError {
        .damaged(path: path, reason: "the contents do not fit together")
    }

    private static func header(_ reader: inout ByteReader) throws -> RatesHeader {
        var header = RatesHeader()
        header.offerCode = try reader.string()
        header.region = try reader.string()
        header.origin = try reader.string()
        guard let section = RateSection(rawValue: try reader.string()) else { throw ByteReader.Overrun() }
        header.section = section
        header.version = try reader.string()
        header.publicationDate = try reader.string()
        header.source = try reader.string()
        return header
    }

    private static func ranges(_ reader: inout ByteReader) throws -> [Range<Int>] {
        let count = try reader.count()
        var result: [Range<Int>] = []
        result.reserveCapacity(count)
        for _ in 0..<count {
            let length = try reader.prefixed().count
            result.append(reader.at - length..<reader.at)
        }
        return result
    }

    var wordCount: Int { words.count }

    func word(_ number: Int) -> String { String(decoding: bytes[words[number]], as: UTF8.self) }

    func contract(_ number: Int) -> Contract? {
        bytes.withUnsafeBufferPointer { Contract(UnsafeBufferPointer(rebasing: $0[words[number]])) }
    }

    /// - Throws: ``PriceStoreError`` `.damaged`.
    func kind(_ number: Int, withAttributes: Bool = true) throws -> ProductKind {
        do {
            return try bytes.withUnsafeBufferPointer {
                try ProductKind(UnsafeBufferPointer(rebasing: $0[kinds[number]]), withAttributes: withAttributes)
            }
        } catch { throw Self.overrun(path) }
    }

    /// Every row in file order: bands of one price are neighbours, ascending.
    /// - Throws: ``PriceStoreError`` `.damaged`, and what `body` throws.
    func forEachRow(_ body: (Row) throws -> Void) throws {
        try bytes.withUnsafeBufferPointer { all in
            var reader = ByteReader(UnsafeBufferPointer(rebasing: all.dropLast(32)), at: rowsAt)
            for _ in 0..<rates {
                let row: Row
                do { row = try read(&reader) } catch { throw Self.overrun(path) }
                try body(row)
            }
        }
    }

    private func read(_ reader: inout ByteReader) throws -> Row {
        let flags = try reader.byte()
        let kind = try reader.count()
        guard kind < kinds.count else { throw ByteReader.Overrun() }
        let sku = try reader.prefixed()
        func word() throws -> Int {
            let number = try reader.count()
            guard number < words.count else { throw ByteReader.Overrun() }
            return number
        }
        let (term, rateID, unit, currency) = (try word(), try word(), try word(), try word())
        let (date, contract, appliesTo, description) = (try word(), try word(), try word(), try word())
        let (begin, end) = try SpooledRow.bounds(&reader, flags)
        return Row(
            kind: kind, sku: sku, term: term, rateID: rateID, unit: unit, currency: currency, date: date,
            contract: contract, appliesTo: appliesTo, description: description, begin: begin, end: end,
            amount: try reader.signed())
    }
}
