import Crypto
public import Foundation

extension PriceCatalog {
    /// The version of the text format. A reader refuses any other.
    static let formatVersion = 1
    private static let header = "mockupaws-price-catalog \(formatVersion)"

    /// The catalogue that ships with the product, checked against its checksum.
    /// - Throws: ``CatalogError`` when the resource is missing or damaged.
    public static func embedded() throws -> PriceCatalog {
        guard let url = Bundle.module.url(forResource: "prices", withExtension: "catalog") else {
            throw CatalogError(line: 0, detail: "the price catalogue is not beside the program (prices.catalog)")
        }
        return try PriceCatalog(parsing: Data(contentsOf: url))
    }

    /// Reads the form that ``serialized()`` writes.
    /// - Throws: ``CatalogError`` naming the line.
    public init(parsing data: Data) throws {
        var lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)[...]
        func text(_ slice: Data) -> String { String(decoding: slice, as: UTF8.self) }
        guard let first = lines.popFirst(), text(first) == Self.header else {
            throw CatalogError(line: 1, detail: "expected '\(Self.header)'")
        }
        guard let checksum = lines.popFirst().map(text), checksum.hasPrefix("sha256 "), let body = lines.first else {
            throw CatalogError(line: 2, detail: "expected 'sha256' and a checksum")
        }
        let digest = Self.sha256(data[body.startIndex...])
        guard checksum == "sha256 \(digest)" else {
            throw CatalogError(line: 2, detail: "the checksum does not match: the catalogue is damaged")
        }
        guard let version = lines.popFirst().map(text), version.hasPrefix("version ") else {
            throw CatalogError(line: 3, detail: "expected 'version' and a date")
        }
        var (sources, prices): ([String: String], [Price]) = ([:], [])
        var row = Row()
        for (index, line) in lines.enumerated() where !line.isEmpty {
            do {
                switch line.first {
                case UInt8(ascii: "S"):
                    let fields = text(line).split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
                    guard fields.count == 4 else { throw CatalogError(line: 0, detail: "expected 4 fields") }
                    sources[fields[1]] = fields[3]
                case UInt8(ascii: "P"): prices.append(try row.price(line, sources: sources))
                default: throw CatalogError(line: 0, detail: "expected a line that begins with S or P")
                }
            } catch {
                throw CatalogError(line: index + 4, detail: (error as? CatalogError)?.detail ?? "\(error)")
            }
        }
        self.init(version: String(version.dropFirst("version ".count)), prices: prices)
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
        return Data((Self.header + "\nsha256 \(Self.sha256(Data(body.utf8)))\n" + body).utf8)
    }

    static func sha256(_ data: Data) -> String {
        SHA256.hash(data: data).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
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

    static let separator = ": "  // between a source's title and the place inside it

    static func split(source: String) -> (title: String, reference: String) {
        guard let range = source.firstRange(of: separator) else { return (source, "") }
        return (String(source[..<range.lowerBound]), String(source[range.upperBound...]))
    }

    mutating func price(_ line: Data, sources: [String: String]) throws -> Price {
        var column = -1
        for field in line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false) {
            defer { column += 1 }
            guard column >= 0 else { continue }
            guard column < fields.count else { break }
            if field.count == 1, field.first == UInt8(ascii: "=") { continue }
            fields[column] = String(decoding: field, as: UTF8.self)
        }
        guard column == fields.count else { throw CatalogError(line: 0, detail: "expected \(fields.count + 1) fields") }
        guard let title = sources[fields[6]] else { throw CatalogError(line: 0, detail: "unknown source \(fields[6])") }
        return Price(
            offerCode: fields[0], region: fields[1], usageType: fields[2], operation: fields[3], unit: fields[4],
            tiers: try Self.tiers(fields[9]), effectiveDate: fields[5],
            source: fields[7].isEmpty ? title : title + Self.separator + fields[7], description: fields[8])
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
