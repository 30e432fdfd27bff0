import CPriceCatalog
import Crypto
public import Foundation

extension PriceCatalog {
    /// The version of the text format. A reader refuses any other.
    static let formatVersion = 1
    private static let header = "mockupaws-price-catalog \(formatVersion)"

    /// The catalogue that is part of the program's file, checked against its checksum.
    /// - Throws: ``CatalogError`` when it is damaged.
    public static func embedded() throws -> PriceCatalog {
        try PriceCatalog(bytes: UnsafeBufferPointer(start: price_catalog(), count: price_catalog_size()).span)
    }

    /// Reads the form that ``serialized()`` writes.
    /// - Throws: ``CatalogError`` naming the line.
    public init(parsing data: Data) throws {
        try self.init(bytes: [UInt8](data).span)
    }

    private init(bytes: Span<UInt8>) throws {
        var (position, number) = (0, 0)
        func line() -> Range<Int>? {
            guard position < bytes.count else { return nil }
            var end = position
            while end < bytes.count, bytes[unchecked: end] != UInt8(ascii: "\n") { end += 1 }
            defer { (position, number) = (end + 1, number + 1) }
            return position..<end
        }
        func word(_ expected: String) throws -> String {
            guard let range = line(), case let text = Row.text(bytes, range), text.hasPrefix(expected) else {
                throw CatalogError(line: number, detail: "expected '\(expected)'")
            }
            return String(text.dropFirst(expected.count))
        }
        guard try word(Self.header).isEmpty else { throw CatalogError(line: 1, detail: "expected '\(Self.header)'") }
        let checksum = try word("sha256 ")
        guard checksum == Self.sha256(bytes.extracting(position...)) else {
            throw CatalogError(line: 2, detail: "the checksum does not match: the catalogue is damaged")
        }
        let version = try word("version ")
        var (sources, prices): ([String: String], [Price]) = ([:], [])
        var row = Row()
        while let range = line() {
            do {
                switch range.isEmpty ? 0 : bytes[range.lowerBound] {
                case UInt8(ascii: "S"):
                    let fields = Row.text(bytes, range).split(separator: "\t", omittingEmptySubsequences: false)
                    guard fields.count == 4 else { throw CatalogError(line: 0, detail: "expected 4 fields") }
                    sources[String(fields[1])] = String(fields[3])
                case UInt8(ascii: "P"): prices.append(try row.price(bytes, range, sources: sources))
                default: throw CatalogError(line: 0, detail: "expected a line that begins with S or P")
                }
            } catch {
                throw CatalogError(line: number, detail: (error as? CatalogError)?.detail ?? "\(error)")
            }
        }
        self.init(version: version, sorted: prices)
    }

    /// One price a line, tab-separated; `=` stands for the value of the line above. The second line is the SHA-256 of
    /// all that follows it.
    public func serialized() -> Data {
        var body = "version \(version)\n"
        let titles = Set(prices.map { Row.split(source: $0.source).title }).sorted()
        for (index, title) in titles.enumerated() { body += "S\t\(index)\t-\t\(title)\n" }
        let ids = Dictionary(uniqueKeysWithValues: titles.enumerated().map { ($1, String($0)) })
        var above: [String] = []
        for price in prices {
            let source = Row.split(source: price.source)
            let fields = [
                price.offerCode, price.region, price.usageType, price.operation, price.unit, price.effectiveDate,
                ids[source.title] ?? "", source.reference, price.description, Row.text(price.tiers),
            ]
            let shown = fields.indices.map { above.isEmpty || above[$0] != fields[$0] ? fields[$0] : "=" }
            body += "P\t" + shown.joined(separator: "\t") + "\n"
            above = fields
        }
        return Data((Self.header + "\nsha256 \(Self.sha256(Array(body.utf8).span))\n" + body).utf8)
    }

    static func sha256(_ bytes: Span<UInt8>) -> String {
        let digest = bytes.withUnsafeBytes { SHA256.hash(data: $0) }
        return digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

/// A price catalogue that cannot be read.
public struct CatalogError: Error, Hashable, CustomStringConvertible {
    public var line: Int
    public var detail: String

    public var description: String { "price catalogue, line \(line): \(detail)" }
}

/// The fields of the line above, for `=`.
private struct Row {
    private var fields = [String](repeating: "", count: 10)
    private var tiers: [PriceTier] = []
    private var source: String?

    static let separator = ": "  // between a source's title and the place inside it

    static func split(source: String) -> (title: String, reference: String) {
        guard let range = source.firstRange(of: separator) else { return (source, "") }
        return (String(source[..<range.lowerBound]), String(source[range.upperBound...]))
    }

    static func text(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
        bytes.extracting(range).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }

    mutating func price(_ bytes: Span<UInt8>, _ line: Range<Int>, sources: [String: String]) throws -> Price {
        var (column, start) = (-1, line.lowerBound)
        for end in line.lowerBound...line.upperBound
        where end == line.upperBound || bytes[unchecked: end] == UInt8(ascii: "\t") {
            defer { (column, start) = (column + 1, end + 1) }
            guard fields.indices.contains(column) else { continue }
            if end == start + 1, bytes[start] == UInt8(ascii: "=") { continue }
            fields[column] = Self.text(bytes, start..<end)
            if column == 9 { tiers = try Self.tiers(fields[9]) }
            if column == 6 || column == 7 { source = nil }
        }
        guard column == fields.count else { throw CatalogError(line: 0, detail: "expected \(fields.count + 1) fields") }
        if source == nil {
            guard let title = sources[fields[6]] else {
                throw CatalogError(line: 0, detail: "unknown source \(fields[6])")
            }
            source = fields[7].isEmpty ? title : title + Self.separator + fields[7]
        }
        return Price(
            offerCode: fields[0], region: fields[1], usageType: fields[2], operation: fields[3], unit: fields[4],
            tiers: tiers, effectiveDate: fields[5], source: source ?? "", description: fields[8])
    }

    /// `0:0.09 10240:0.085 51200:`: each band's begin and price; a begin without a price is the end of the last band.
    static func text(_ tiers: [PriceTier]) -> String {
        var parts = tiers.map { "\($0.begin):\($0.usd.exact)" }
        if let end = tiers.last?.end { parts.append("\(end):") }
        return parts.joined(separator: " ")
    }

    static func tiers(_ text: String) throws -> [PriceTier] {
        var tiers: [PriceTier] = []
        for part in text.split(separator: " ") {
            let sides = part.split(separator: ":", omittingEmptySubsequences: false)
            guard sides.count == 2 else { throw CatalogError(line: 0, detail: "'\(part)' is not begin:usd") }
            let begin = try Quantity(sides[0])
            if !tiers.isEmpty { tiers[tiers.count - 1].end = begin }
            if !sides[1].isEmpty { tiers.append(PriceTier(begin: begin, end: nil, usd: try USD(sides[1]))) }
        }
        guard !tiers.isEmpty else { throw CatalogError(line: 0, detail: "a price without a band") }
        return tiers
    }
}
