import CostModel
import Foundation
import PriceStore
import Testing

@Suite struct StoreTests {
    private func next(_ text: String) -> String {
        text.replacing("20260901120000", with: "20261001120000").replacing("0.0200000000", with: "0.0300000000")
    }

    @Test func theFormerVersionIsKeptComparedAndBroughtBack() throws {
        let place = try Workplace()
        let text = try Fixture.text("offer.json")
        try place.load(text)
        #expect(throws: PriceStoreError.noFormerVersion(offer: "AmazonTest")) {
            try place.store.diff(offer: "AmazonTest")
        }
        try place.load(next(text))
        let difference = try place.store.diff(offer: "AmazonTest")
        #expect(difference.added.isEmpty && difference.removed.isEmpty)
        #expect(try difference.changed.map(\.before.tiers[0].usd) == [USD("0.02")])
        #expect(try difference.changed.map(\.after.tiers[0].usd) == [USD("0.03")])
        try place.store.rollback(offer: "AmazonTest")
        #expect(try place.store.offers().map(\.version) == ["20260901120000"])
        try place.store.rollback()
        #expect(try place.store.offers().map(\.version) == ["20261001120000"])
        #expect(try place.store.verify().isEmpty)
    }

    @Test func aRegionsFileLeavesOtherRegionsAlone() throws {
        let place = try Workplace()
        let text = try Fixture.text("offer.json")
        try place.load(text)
        let paris = text.replacing("EUC1-", with: "EUW3-").replacing("eu-central-1", with: "eu-west-3")
            .replacing("EU (Frankfurt)", with: "EU (Paris)")
        try place.load(paris, "paris.json")
        #expect(try place.store.regions(offer: "AmazonTest") == ["eu-central-1", "eu-west-3", "global"])
        #expect(try place.store.prices(offer: "AmazonTest", region: "eu-central-1").count == 2)
        #expect(try place.store.prices(offer: "AmazonTest", region: "global").count == 1)
        #expect(throws: PriceStoreError.unknownRegion(offer: "AmazonTest", region: "eu-west-2")) {
            try place.store.prices(offer: "AmazonTest", region: "eu-west-2")
        }
        #expect(throws: PriceStoreError.unknownOffer("Nothing")) {
            try place.store.prices(offer: "Nothing", region: "global")
        }
    }

    @Test func damageIsFoundAndNamed() throws {
        let place = try Workplace()
        try place.load(Fixture.text("offer.json"))
        let path = place.path + "/store/current/current/AmazonTest/eu-central-1/eu-central-1.ondemand"
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: URL(fileURLWithPath: path))
        let problems = try place.store.verify()
        #expect(problems.count == 1)
        #expect(problems.first?.path.hasSuffix("AmazonTest/eu-central-1/eu-central-1.ondemand") == true)
        #expect {
            try place.store.prices(offer: "AmazonTest", region: "eu-central-1")
        } throws: {
            if case PriceStoreError.damaged = $0 { true } else { false }
        }
    }

    @Test func whatACrashLeavesIsRemovedAndDoesNotShow() throws {
        let place = try Workplace()
        try place.load(Fixture.text("offer.json"))
        _ = try place.write("half", "store/staging-1/source-1/0.ondemand")
        _ = try place.write("", "store/staging-1/alive")
        _ = try place.write("half", "store/generations/2.building/manifest.json")
        #expect(try place.store.offers().count == 1)
        try place.load(next(Fixture.text("offer.json")))
        let names = try FileManager.default.contentsOfDirectory(atPath: place.path + "/store")
        #expect(!names.contains { $0.hasPrefix("staging-") })
        #expect(try place.store.offers().map(\.version) == ["20261001120000"])
    }

    @Test func importsAtTheSameTimeAllCount() async throws {
        let place = try Workplace()
        let text = try Fixture.text("offer.json")
        let (store, folder) = (place.store, place.path)
        for number in 0..<8 {
            _ = try place.write(text.replacing("AmazonTest", with: "Offer\(number)"), "\(number).json")
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<8 {
                group.addTask { try store.importFile("\(folder)/\(number).json", importedAt: Workplace.day) }
            }
            try await group.waitForAll()
        }
        #expect(try store.offers().map(\.offerCode) == (0..<8).map { "Offer\($0)" })
        #expect(try store.verify().isEmpty)
    }

    @Test func anIndexInAMirrorIsFollowed() throws {
        let place = try Workplace()
        let tree = "mirror/offers/v1.0/aws/"
        _ = try place.write(Fixture.text("offer.csv"), tree + "AmazonTest/20260901120000/eu-central-1/index.csv")
        let regions = #"""
            {"formatVersion":"v1.0","publicationDate":"x","regions":{"eu-central-1":{"regionCode":"eu-central-1",
            "currentVersionUrl":"/offers/v1.0/aws/AmazonTest/20260901120000/eu-central-1/index.json"},
            "eu-west-9":{"regionCode":"eu-west-9","currentVersionUrl":"/offers/v1.0/aws/AmazonTest/x/eu-west-9/index.json"}}}
            """#
        _ = try place.write(regions, tree + "AmazonTest/current/region_index.json")
        let services = #"""
            {"formatVersion":"v1.0","publicationDate":"x","offers":{"AmazonTest":{"offerCode":"AmazonTest",
            "currentRegionIndexUrl":"/offers/v1.0/aws/AmazonTest/current/region_index.json"},"Other":{"offerCode":"Other",
            "currentRegionIndexUrl":"/nowhere.json"}}}
            """#
        let index = try place.write(services, tree + "index.json")
        let report = try place.store.importFile(
            index, importedAt: Workplace.day, filter: .init(services: ["AmazonTest"]))
        #expect(report.imported.map(\.origin) == ["eu-central-1"])
        #expect(report.skipped.count == 1)  // eu-west-9 is not in the mirror
        let again = try place.store.importFile(
            index, importedAt: Workplace.day, filter: .init(services: ["AmazonTest"], regions: ["eu-central-1"]))
        #expect(again.imported.isEmpty && again.skipped.map(\.reason) == ["already imported"])
        #expect(throws: PriceStoreError.indexWithoutHost(source: place.path + "/lone.json")) {
            try place.load(services, "lone.json")
        }
    }
}
