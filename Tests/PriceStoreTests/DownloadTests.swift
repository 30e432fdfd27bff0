import Foundation
import PriceStore
import Testing

/// A real HTTP server on a free loopback port; ended by closing its input and by its process number.
final class FileServer {
    let base: String
    private let process = Process()
    private let input = Pipe()

    init(root: String) throws {
        let script = Bundle.module.url(forResource: "Fixtures/server", withExtension: "py")
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", try #require(script).path, root]
        (process.standardInput, process.standardOutput) = (input, output)
        process.standardError = FileHandle.nullDevice
        try process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        base = "http://127.0.0.1:" + line.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.terminate()
        process.waitUntilExit()
    }
}

@Suite struct DownloadTests {
    @Test(arguments: ["/index.json", "/index.json!drop", "/index.json!change", "/moved/index.json", "/index.csv!drop"])
    func aBrokenConnectionIsTakenUp(path: String) throws {
        let (place, plain) = (try Workplace(), try Workplace())
        for name in ["json", "csv"] { _ = try place.write(Fixture.text("offer." + name), "www/index." + name) }
        try plain.load(Fixture.text("offer.json"))
        let server = try FileServer(root: place.path + "/www")
        let report = try place.store.importURL(server.base + path, importedAt: Workplace.day)
        #expect(report.imported.map(\.rates) == [7])
        #expect(report.imported.map(\.source) == [server.base + path])
        let expected = try Data(
            contentsOf: URL(fileURLWithPath: place.path + "/www/index." + (path.contains("csv") ? "csv" : "json")))
        #expect(report.imported.map(\.sourceBytes) == [expected.count])
        let left = try plain.store.rates(offer: "AmazonTest", region: "eu-central-1").map(ImportTests.Bare.init)
        #expect(try left == place.store.rates(offer: "AmazonTest", region: "eu-central-1").map(ImportTests.Bare.init))
        let kept = try FileManager.default.contentsOfDirectory(atPath: place.path + "/store/downloads")
        #expect(!kept.contains { $0.hasSuffix(".part") })
    }

    @Test func anIndexIsFollowedAndFailuresAreNamed() throws {
        let place = try Workplace()
        _ = try place.write(Fixture.text("offer.json"), "www/offers/v1.0/aws/AmazonTest/1/eu-central-1/index.json")
        let index =
            #"{"formatVersion":"v1.0","regions":{"eu-central-1":{"regionCode":"eu-central-1","currentVersionUrl":"#
            + #""/offers/v1.0/aws/AmazonTest/1/eu-central-1/index.json"}}}"#
        _ = try place.write(index, "www/offers/v1.0/aws/AmazonTest/current/region_index.json")
        let server = try FileServer(root: place.path + "/www")
        let url = server.base + "/offers/v1.0/aws/AmazonTest/current/region_index.json"
        #expect(try place.store.importURL(url, importedAt: Workplace.day).imported.map(\.origin) == ["eu-central-1"])
        #expect(throws: PriceStoreError.download(url: server.base + "/none", reason: "the server answers 404")) {
            try place.store.importURL(server.base + "/none", importedAt: Workplace.day)
        }
        #expect {
            try place.store.importURL("http://127.0.0.1:1/", importedAt: Workplace.day)
        } throws: {
            if case PriceStoreError.download = $0 { true } else { false }
        }
        #expect(try place.store.offers().count == 1)
    }
}
