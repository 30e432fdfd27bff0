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

    private func damage(_ path: String) throws {
        let url = URL(fileURLWithPath: path)
        var bytes = try Data(contentsOf: url)
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: url)
    }

    @Test func importingAgainReplacesADamagedFile() throws {
        let place = try Workplace()
        let text = try Fixture.text("offer.json")
        try place.load(text)
        try damage(place.path + "/store/current/current/AmazonTest/eu-central-1/eu-central-1.ondemand")
        try place.load(text)
        #expect(try place.store.verify().isEmpty)
        #expect(try place.store.prices(offer: "AmazonTest", region: "eu-central-1").count == 2)
    }

    @Test func damageThatStaysIsToldAndNothingRollsBackToIt() throws {
        let place = try Workplace()
        let text = try Fixture.text("offer.json")
        try place.load(text)
        try place.load(next(text))
        try damage(place.path + "/store/current/previous/AmazonTest/eu-central-1/eu-central-1.ondemand")
        #expect {
            try place.store.rollback(offer: "AmazonTest")
        } throws: {
            if case PriceStoreError.damaged = $0 { true } else { false }
        }
        #expect(try place.store.offers().map(\.version) == ["20261001120000"])
        try damage(place.path + "/store/current/current/AmazonTest/eu-central-1/eu-central-1.ondemand")
        let paris = text.replacing("EUC1-", with: "EUW3-").replacing("eu-central-1", with: "eu-west-3")
            .replacing("EU (Frankfurt)", with: "EU (Paris)")
        let notes = try place.load(paris, "paris.json").notes
        #expect(notes.contains { $0.contains("eu-central-1.ondemand") && $0.contains("damaged") })
        #expect(try place.store.prices(offer: "AmazonTest", region: "eu-west-3").count == 2)
    }

    @Test func aDeletedFileDoesNotStopOtherImports() throws {
        let place = try Workplace()
        let text = try Fixture.text("offer.json")
        try place.load(text)
        let file = "/store/current/current/AmazonTest/eu-central-1/eu-central-1.ondemand"
        try FileManager.default.removeItem(atPath: place.path + file)
        try place.load(text.replacing("AmazonTest", with: "Other"), "other.json")
        #expect(try place.store.verify().count == 1)
        #expect(try place.load(next(text)).notes.count == 1)
        #expect(try place.store.prices(offer: "AmazonTest", region: "eu-central-1").count == 2)
    }

    @Test func aRollbackOfNothingIsAnError() throws {
        let place = try Workplace()
        #expect(throws: PriceStoreError.nothingToRollBack) { try place.store.rollback() }
        try place.load(Fixture.text("offer.json"))
        #expect(throws: PriceStoreError.noFormerVersion(offer: "AmazonTest")) { try place.store.rollback() }
        #expect(try place.store.offers().count == 1)
    }

    /// Even by an import that fails; another import that still runs keeps its own.
    @Test func theNextImportClearsWhatKilledOnesLeft() throws {
        let place = try Workplace()
        for number in 1...3 { _ = try place.write("half", "store/staging-\(number)/source-1/0.ondemand") }
        for number in 2...3 { _ = try place.write("", "store/staging-\(number)/alive") }
        let running = try FileHandle(forUpdating: URL(fileURLWithPath: place.path + "/store/staging-3/alive"))
        #expect(flock(running.fileDescriptor, LOCK_EX) == 0)
        #expect(throws: PriceStoreError.self) { try place.load("{}") }
        let names = try FileManager.default.contentsOfDirectory(atPath: place.path + "/store")
        #expect(names.filter { $0.hasPrefix("staging-") } == ["staging-3"])
        try running.close()
    }

    @Test func ofADirectoryTheSoundListsAreTakenAndTheOthersNamed() throws {
        let place = try Workplace()
        let text = try Fixture.text("offer.json")
        let long = String(repeating: "x", count: 300)
        _ = try place.write(text, "lists/a.json")
        _ = try place.write(text.replacing("AmazonTest", with: long), "lists/long-offer.json")
        _ = try place.write(
            text.replacing("eu-central-1", with: long).replacing("AmazonTest", with: "Other"), "lists/long-region.json")
        _ = try place.write(text.replacing("AmazonTest", with: "Third").replacing("0.02", with: "-1"), "lists/z.json")
        let report = try place.store.importDirectory(place.path + "/lists", importedAt: Workplace.day)
        #expect(report.imported.map(\.offerCode) == ["AmazonTest"])
        #expect(
            report.skipped.map(\.source) == ["long-offer", "long-region", "z"].map { "\(place.path)/lists/\($0).json" })
        #expect(report.skipped.map(\.reason).joined().contains("its region is 'xxx"))
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
