import Foundation
import Testing

@testable import CostModel

@Suite struct PriceCatalogTests {
    private static let root = URL(filePath: #filePath).appending(path: "../../..").standardized

    @Test func theEmbeddedCatalogueHasEveryService() throws {
        let catalog = try PriceCatalog.embedded()
        #expect(catalog.prices.count > 5_800)
        for service in Services.all where !service.offerCode.isEmpty {
            #expect(!catalog.regions(offerCode: service.offerCode).isEmpty, "\(service.name)")
        }
        let price = try PriceLookup([catalog]).price(
            PriceKey(offerCode: "AWSLambda", region: "eu-west-1", usageType: "Lambda-GB-Second-ARM"))
        #expect(price.tiers.map(\.usd) == (try ["0.0000133334", "0.0000120001", "0.0000106667"].map { try USD($0) }))
        #expect(price.tiers.map(\.begin) == [0, 7_500_000_000, 18_750_000_000])
        #expect(price.effectiveDate == "2025-06-17")
        #expect(price.source.hasPrefix("AWS metered-unit price files"))
    }

    @Test func itIsWhatTheFactsMake() throws {
        func text(_ name: String) throws -> String {
            try String(contentsOf: Self.root.appending(path: "data/\(name)"), encoding: .utf8)
        }
        var facts = try PriceFacts(facts: text("price-facts.tsv"), sources: text("price-sources.tsv"))
        let catalog = try facts.catalog()
        #expect(catalog.prices == (try PriceCatalog.embedded().prices))
        #expect(facts.report.disagreements.isEmpty)
    }

    @Test func itSurvivesWritingAndReading() throws {
        let catalog = try PriceCatalog.embedded()
        let again = try PriceCatalog(parsing: catalog.serialized())
        #expect(again.prices == catalog.prices)
        #expect(again.version == catalog.version)
    }

    @Test func damageIsFound() throws {
        var data = try PriceCatalog.embedded().serialized()
        let place = data.count / 2
        data[place] = data[place] == UInt8(ascii: "1") ? UInt8(ascii: "2") : UInt8(ascii: "1")
        #expect(throws: CatalogError(line: 2, detail: "the checksum does not match: the catalogue is damaged")) {
            try PriceCatalog(parsing: data)
        }
        #expect(throws: CatalogError.self) { try PriceCatalog(parsing: data.prefix(place)) }
        #expect(throws: CatalogError(line: 1, detail: "expected 'mockupaws-price-catalog 1'")) {
            try PriceCatalog(parsing: Data("mockupaws-price-catalog 2\n".utf8))
        }
    }

    private static let sources = "id\trank\ttitle\nold\t3\tA hand\nnew\t1\tAWS\n"
    private func row(_ begin: String, _ end: String, _ usd: String, _ date: String, _ source: String) -> String {
        "Offer\there\tA\t\tGB\t\(begin)\t\(end)\t\(usd)\t\(date)\t\(source)\tpage 1\tthings\n"
    }
    private func catalog(_ rows: String...) throws -> (Price?, PriceFacts.Report) {
        var facts = try PriceFacts(facts: "header\n" + rows.joined(), sources: Self.sources)
        return (try facts.catalog().prices.first, facts.report)
    }

    @Test func theNewestFactWinsAndAmongThoseOfOneDayTheMostOfficial() throws {
        let (newest, report) = try catalog(
            row("0", "", "1", "2025-01-01", "new"), row("0", "", "2", "2026-01-01", "old"))
        #expect(newest?.tiers.map(\.usd) == [try USD("2")])
        #expect(newest?.source == "A hand: page 1")
        #expect(report.disagreements.count == 1)
        let (official, _) = try catalog(row("0", "", "1", "2026-01-01", "new"), row("0", "", "2", "2026-01-01", "old"))
        #expect(official?.tiers.map(\.usd) == [try USD("1")])
    }

    @Test func aNewerFactAboutOneBandDoesNotHideTheOthers() throws {
        let (price, report) = try catalog(
            row("0", "10", "2", "2025-01-01", "new"), row("10", "", "1", "2025-01-01", "new"),
            row("0", "10", "2", "2026-01-01", "old"))
        #expect(price?.tiers.count == 2)
        #expect(price?.effectiveDate == "2025-01-01")  // the newest that knows every band
        #expect(report.seenMoreThanOnce == 1)
    }

    @Test func aGapIsRefused() {
        #expect(throws: CatalogError(line: 0, detail: "Offer A () in here has no price from 10 on")) {
            try catalog(row("0", "10", "2", "2025-01-01", "new"), row("20", "", "1", "2025-01-01", "new"))
        }
        #expect(throws: CatalogError(line: 2, detail: "'ten' is not a decimal number")) {
            try catalog(row("0", "", "ten", "2025-01-01", "new"))
        }
    }
}
