import TestSupport
import Testing

@testable import CostModel

@Suite struct BillerTests {
    private func price(_ usageType: String, _ tiers: String..., unit: String = "Requests") throws -> Price {
        var bands: [PriceTier] = []
        for tier in tiers {
            let sides = tier.split(separator: ":")
            let begin = try Quantity(sides[0])
            if !bands.isEmpty { bands[bands.count - 1].end = begin }
            if sides.count == 2 { bands.append(PriceTier(begin: begin, end: nil, usd: try USD(sides[1]))) }
        }
        return Price(
            offerCode: "Offer", region: "here", usageType: usageType, unit: unit, tiers: bands,
            effectiveDate: "2026-01-01", source: "test")
    }

    private func usage(_ usageType: String, _ quantity: Quantity, _ unit: String = "Requests", free: [FreeTier] = [])
        -> Usage
    {
        var usage = Usage(
            service: "test", label: usageType, key: PriceKey(offerCode: "Offer", region: "here", usageType: usageType),
            figure: Figure(quantity), unit: unit)
        usage.freeTiers = free
        return usage
    }

    private func bill(
        _ prices: [Price], _ usages: [Usage], _ choice: FreeTierChoice = .none, book: [PriceOverride] = []
    ) throws -> Bill {
        let catalog = PriceCatalog(version: "test", prices: prices)
        return try Biller(lookup: PriceLookup([catalog]), book: PriceBook(book), freeTier: choice).bill(usages)
    }

    @Test func bandsAreFilledByTheMonthsTotalNotLineByLine() throws {
        let prices = [try price("A", "0:2", "10:1")]
        let lines = try bill(prices, [usage("A", 8), usage("A", 8)]).lines
        #expect(lines.map(\.list.cost) == [try USD("16"), try USD("10")])  // 2 × 2 + 6 × 1
        #expect(lines[1].list.slices.map(\.quantity) == [2, 6])
    }

    @Test(arguments: UInt64(1)...100)
    func splittingALineChangesNothing(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let prices = [try price("A", "0:0.5", "1000:0.3", "5000:0.1")]
        let free = [FreeTier("test.free", Quantity(Int.random(in: 0...3_000, using: &random)), .always)]
        let parts = (0..<Int.random(in: 1...6, using: &random)).map { _ in
            Quantity(Int.random(in: 0...4_000, using: &random))
        }
        let whole = try parts.reduce(Quantity.zero) { try $0 + $1 }
        for choice in FreeTierChoice.allCases {
            let split = try bill(prices, parts.map { usage("A", $0, free: free) }, choice).total
            #expect(try split == bill(prices, [usage("A", whole, free: free)], choice).total)
        }
    }

    /// AWS's own table for CloudFront: the first TB of the first 10 is free, the eleventh is in the second band.
    @Test func aFreePartMayFillTheBands() throws {
        let prices = [try price("Out", "0:0.085", "10240:0.08", unit: "GB")]
        let free = FreeTier("test.out", 1_024, .always, fillsBands: true)
        let lines = try bill(prices, [usage("Out", 11 * 1_024, "GB", free: [free])], .always)
        #expect(lines.total == (try USD("865.28")))
        #expect(lines.list == (try USD("952.32")))
    }

    @Test func aPriceOfTheWorkloadsOwnFillsNoBandOfTheList() throws {
        let prices = [try price("A", "0:2", "10:1")]
        var own = usage("A", 8)
        own.ownPrice = try USD("5")
        #expect(try bill(prices, [own, usage("A", 8)]).lines.map(\.list.cost) == [USD("40"), USD("16")])
    }

    @Test func aPrivatePriceFindsAModelByEitherName() throws {
        let (short, long) = ("anthropic.claude-3-5-haiku", "anthropic.claude-3-5-haiku-20241022-v1:0")
        for (entry, used) in [(short, long), (long, short), (long, long)] {
            let price = PriceOverride(
                service: "bedrock", usageType: entry,
                change: .tiers([PriceTier(begin: 0, end: nil, usd: try USD("1"))], unit: nil), origin: "test")
            let key = PriceKey(offerCode: "AmazonBedrock", region: "here", usageType: used, operation: "input tokens")
            let usage = Usage(service: "bedrock", label: "Input", key: key, figure: Figure(3), unit: "Tokens")
            #expect(try bill([], [usage], book: [price]).total == USD("3"))
        }
    }

    @Test func aFreeTierIsOneAllowanceForEveryLineThatNamesIt() throws {
        let prices = [try price("A", "0:1"), try price("B", "0:3")]
        let free = [FreeTier("test.shared", 10, .always)]
        let result = try bill(prices, [usage("A", 6, free: free), usage("B", 6, free: free)], .always)
        #expect(result.lines.map(\.chosen.freeQuantity) == [6, 4])
        #expect(result.list == (try USD("24")))
        #expect(result.total == (try USD("6")))
    }

    @Test func firstYearOffersEndAndThoseForEverStay() throws {
        let prices = [try price("A", "0:1"), try price("B", "0:1")]
        let usages = [
            usage("A", 10, free: [FreeTier("a", 4, .firstYear)]), usage("B", 10, free: [FreeTier("b", 3, .always)]),
        ]
        let totals: [FreeTierChoice: [String]] = [
            .none: ["20", "20", "20"], .always: ["20", "17", "17"], .firstYear: ["20", "13", "17"],
        ]
        for (choice, expected) in totals {
            let result = try bill(prices, usages, choice)
            #expect(
                [result.list, result.total, result.afterFirstYear] == (try expected.map { try USD($0) }), "\(choice)")
        }
    }

    @Test func aZeroPricedFirstBandIsAFreeTier() throws {
        let prices = [try price("A", "0:0", "25:0.25")]
        let result = try bill(prices, [usage("A", 30)], .always)
        #expect(result.lines[0].chosen.freeQuantity == 25)
        #expect(result.total == (try USD("1.25")))
        #expect(result.list == (try USD("7.50")))
    }

    @Test func unitsAreConvertedOrRefused() throws {
        let tokens = try price("T", "0:0.003", unit: "1K tokens")
        #expect(try bill([tokens], [usage("T", 500, "Tokens")]).list == USD("0.0015"))
        let throughput = try price("P", "0:45.056", unit: "GiBps-mo")
        #expect(try bill([throughput], [usage("P", 125, "MBps-Mo")]).list == USD("5.5"))
        #expect {
            try bill([try price("A", "0:1", unit: "GB")], [usage("A", 1)])
        } throws: { error in
            "\(error)".hasSuffix("Offer A in here is priced per GB and the usage is in Requests")
        }
    }

    @Test func whatIsUnknownIsNeverFree() throws {
        let prices = [try price("Requests-Tier1", "0:1"), try price("Storage", "0:1", "25:")]
        #expect { try bill(prices, [usage("Requests-Teir1", 1)]) } throws: {
            "\($0)".contains("near it: Requests-Tier1")
        }
        #expect { try bill(prices, [usage("Storage", 26)]) } throws: {
            "\($0)".contains("is known up to 25 only, and 26 are used")
        }
        var elsewhere = usage("Storage", 1)
        elsewhere.key.region = "there"
        #expect { try bill(prices, [elsewhere]) } throws: { "\($0)".contains("the same in here") }
    }

    @Test func privatePricesAndDiscountsAreTakenAndNamed() throws {
        let prices = [try price("A", "0:2", "10:1"), try price("B", "0:1")]
        let own = PriceOverride(
            service: "test", usageType: "A",
            change: .tiers([PriceTier(begin: 0, end: nil, usd: try USD("1.5"))], unit: nil), origin: "book.yaml:1")
        let tenth = PriceOverride(service: nil, change: .discount(.ratio(1, 10)), origin: "book.yaml:2")
        let result = try bill(prices, [usage("A", 20), usage("B", 20)], book: [own, tenth])
        #expect(result.lines.map(\.list.cost) == [try USD("27"), try USD("18")])
        #expect(result.lines[0].price.source == "price book, book.yaml:1")
        #expect(result.lines[1].discounts == ["− 10 % (price book, book.yaml:2)"])
    }
}
