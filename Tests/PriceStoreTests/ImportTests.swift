import CostModel
import Foundation
import PriceStore
import TestSupport
import Testing

@Suite struct ImportTests {
    @Test(arguments: ["offer.json", "offer.csv"]) func everyKindOfRateComesBack(name: String) throws {
        let place = try Workplace()
        let report = try place.load(Fixture.text(name), name)
        let store = place.store
        #expect(report.imported.map(\.rates) == [7])
        #expect(report.productsWithoutTerms == (name == "offer.json" ? 1 : 0))
        #expect(report.termsWithoutProduct == (name == "offer.json" ? 1 : 0))
        #expect(try store.regions(offer: "AmazonTest") == ["eu-central-1", "global"])

        let prices = try store.prices(offer: "AmazonTest", region: "eu-central-1")
        #expect(prices.map(\.usageType) == ["AWS-Out-Bytes", "Request"])
        #expect(prices[0].operation == "to eu-west-1")
        let request = prices[1]
        #expect(request.tiers.map(\.begin) == [0, 1000, 5000])
        #expect(request.tiers.map(\.end) == [1000, 5000, nil])
        #expect(try request.tiers.map(\.usd) == [USD("0.0001"), USD("0.0000166667"), USD("0.0000000014")])
        #expect(request.unit == "Requests")
        #expect(request.effectiveDate == "2026-09-01")
        #expect(request.description == "first 1,000 calls")
        #expect(request.source.hasSuffix("/\(name) version 20260901120000 TIERED0000000001.JRTCKXETXF.AAAAAAAAAA"))

        let free = try store.rates(offer: "AmazonTest", region: "global")
        #expect(free.map(\.isFreeTier) == [true])
        #expect(free[0].price.usageType == "Global-Request")
        let rates = try store.rates(offer: "AmazonTest", region: "eu-central-1", usageTypes: ["Request"])
        #expect(rates.map(\.appliesTo) == [["FREE000000000001"]])
        #expect(rates[0].attributes == ["productFamily": "Serverless", "group": "Test-Requests"])

        let reserved = try store.commitments(offer: "AmazonTest", region: "eu-central-1")
        #expect(reserved.map(\.unit) == ["Hrs", "Quantity"])
        #expect(try reserved.map(\.amount) == [USD("0.03"), USD("263")])
        #expect(
            reserved.allSatisfy {
                $0.lease == "1yr" && $0.purchaseOption == "Partial Upfront" && $0.offeringClass == "standard"
            })
        #expect(reserved[0].attributes["instanceType"] == "t9.large")
        #expect(try store.search("ÜBER").isEmpty)  // a later band's wording; the first one stands for the price
        #expect(try store.search("request eu-central").count == 1)
    }

    @Test func jsonAndCSVMakeTheSameBytes() throws {
        let (json, csv) = (try Workplace(), try Workplace())
        try json.load(Fixture.text("offer.json"))
        try csv.load(Fixture.text("offer.csv"), "index.csv")
        for region in ["eu-central-1", "global"] {
            let left = try json.store.rates(offer: "AmazonTest", region: region).map(Bare.init)
            #expect(try left == csv.store.rates(offer: "AmazonTest", region: region).map(Bare.init))
        }
        #expect(
            try json.store.commitments(offer: "AmazonTest", region: "eu-central-1")
                == csv.store.commitments(offer: "AmazonTest", region: "eu-central-1"))
    }

    @Test(arguments: ["plan.json", "plan.csv"]) func savingsPlans(name: String) throws {
        let place = try Workplace()
        #expect(try place.load(Fixture.text(name), name).imported.map(\.form) == [.savingsPlan])
        let rates = try place.store.commitments(offer: "ComputeSavingsPlans", region: "eu-central-1")
        let rate = try #require(rates.first)
        #expect(rates.count == 1)
        #expect(rate.sku == "RESERVED00000001" && rate.termCode == "PLAN000000000001")
        #expect(rate.usageType == "BoxUsage:t9.large" && rate.discountedService == "AmazonTest")
        #expect(
            rate.lease == "1yr" && rate.purchaseOption == "No Upfront" && rate.offeringClass == "ComputeSavingsPlans")
        #expect(try rate.amount == USD("0.0625"))
        #expect(try place.store.prices(offer: "ComputeSavingsPlans", region: "eu-central-1").isEmpty)
    }

    @Test func anotherCurrencyIsNeverDollars() throws {
        let place = try Workplace()
        try place.load(
            Fixture.text("offer.json").replacing("{ \"USD\" : \"0.0200000000\" }", with: "{ \"CNY\" : \"0.13\" }"))
        #expect(try place.store.prices(offer: "AmazonTest", region: "eu-central-1").map(\.usageType) == ["Request"])
        let all = try place.store.rates(offer: "AmazonTest", region: "eu-central-1")
        #expect(all.map(\.currency) == ["CNY", "USD"])
    }

    @Test func bandsThatLeaveAGapAreLeftOutAndReported() throws {
        let place = try Workplace()
        let text = try Fixture.text("offer.json").replacing(
            "\"beginRange\" : \"5000\"", with: "\"beginRange\" : \"6000\"")
        let report = try place.load(text)
        #expect(report.irregularRates == 3)
        #expect(
            try place.store.prices(offer: "AmazonTest", region: "eu-central-1").map(\.usageType) == ["AWS-Out-Bytes"])
    }

    /// Minified, and cut into chunks anywhere, the document says the same. A file is read in 128 KiB chunks: padding moves tokens
    /// across that edge.
    @Test(arguments: UInt64(1)...25) func aChunkMayEndAnywhere(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let (plain, padded) = (try Workplace(), try Workplace())
        let name = Bool.random(using: &random) ? "offer.json" : "offer.csv"
        let text = try Fixture.text(name)
        try plain.load(text, name)
        for chunk in [1 << 17, 1 << 20] {
            let body = Array(text.utf8)
            let cut = Int.random(in: 1..<body.count, using: &random)
            let padding =
                name == "offer.json"
                ? [UInt8](repeating: 0x20, count: chunk - cut)
                : Array(("x," + String(repeating: "y", count: chunk - cut - 3) + "\n").utf8)
            let file = try padded.write(Data(padding + body), "padded-\(chunk)-" + name)
            try padded.store.importFile(file, importedAt: Workplace.day)
            let left = try plain.store.rates(offer: "AmazonTest", region: "eu-central-1").map(Bare.init)
            #expect(try left == padded.store.rates(offer: "AmazonTest", region: "eu-central-1").map(Bare.init))
        }
    }

    @Test func minifiedIsTheSame() throws {
        let (plain, minified) = (try Workplace(), try Workplace())
        let text = try Fixture.text("offer.json")
        try plain.load(text)
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8))
        // Sorted keys: offerCode, products, publicationDate, terms, version. Products still come first.
        let data = try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])
        try minified.load(String(decoding: data, as: UTF8.self))
        let left = try plain.store.rates(offer: "AmazonTest", region: "eu-central-1").map(Bare.init)
        #expect(try left == minified.store.rates(offer: "AmazonTest", region: "eu-central-1").map(Bare.init))
    }

    /// A rate without the name of its file.
    struct Bare: Equatable {
        var rate: String
        init(_ rate: OfferRate) {
            let price = rate.price
            let source = price.source.split(separator: " ").suffix(3).joined(separator: " ")
            self.rate =
                "\(price.region) \(price.usageType) \(price.operation) \(price.unit) \(price.tiers) \(price.effectiveDate) "
                + "\(source) \(price.description) \(rate.currency) \(rate.rateCodes) \(rate.appliesTo) "
                + rate.attributes.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }.joined(separator: ",")
        }
    }
}
