import CostModel
import Foundation
import PriceStore
import Testing

/// AWS's own files, where they lie beside the project (`../shared/pricing/offers`): all import, or are refused for a known reason,
/// and every rate is what an independent reader finds.
@Suite struct RealFileTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
        "../../../shared/pricing/offers"
    ).standardizedFileURL.path

    static let files: [String] = {
        guard let walk = FileManager.default.enumerator(atPath: root) else {
            print("\(root) is absent: its files are not tested")
            return []
        }
        return walk.compactMap { $0 as? String }.filter { $0.contains(".") && !$0.hasSuffix("/") }.sorted()
    }()

    /// What is no price list, by the end of its path, and what the refusal says.
    static let refused: [(path: String, reason: String)] = [
        ("SOURCES.md", "text without the header"), ("trimmed-lyft/ec2_offer.json", "its keys: BASIC_EC2_OFFER_SKU"),
        ("trimmed-lyft/rds_offer.json", "its keys: BASIC_RDS_W_EDITION_SKU"),
    ]

    @Test(.enabled(if: !files.isEmpty, "the folder of real offer files is not beside the project"), arguments: files)
    func aFileComesBackExactlyOrIsRefused(name: String) throws {
        var isDirectory = ObjCBool(false)
        let path = Self.root + "/" + name
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), !isDirectory.boolValue else {
            return
        }
        let place = try Workplace()
        let isIndex =
            name.hasPrefix("real/index/") || name.hasSuffix("region_index.json") || name.hasSuffix("aws/index.json")
        if let reason = Self.refused.first(where: { name.hasSuffix($0.path) })?.reason {
            #expect {
                try place.store.importFile(path, importedAt: Workplace.day)
            } throws: {
                if case PriceStoreError.notAnOffer(_, let said) = $0 { said.contains(reason) } else { false }
            }
        } else if isIndex {
            try checkIndex(path, place.store)
        } else {
            try place.store.importFile(path, importedAt: Workplace.day)
            #expect(try Self.rates(place.store) == Self.naive(path))
            #expect(try place.store.verify().isEmpty)
        }
    }

    /// An index outside a mirror has no host; inside, it leads to the lists that the mirror holds.
    private func checkIndex(_ path: String, _ store: PriceStore) throws {
        do {
            let report = try store.importFile(path, importedAt: Workplace.day)
            #expect(!report.imported.isEmpty)
        } catch PriceStoreError.indexWithoutHost { #expect(path.contains("/real/")) } catch PriceStoreError
            .nothingToImport
        {
            #expect(path.contains("/trimmed-ligoj/"))
        }
    }

    @Test(.enabled(if: !files.isEmpty)) func aDirectoryIsImportedWithWhatWasSkippedAndWhy() throws {
        let place = try Workplace()
        let report = try place.store.importDirectory(Self.root, importedAt: Workplace.day)
        #expect(report.imported.count + report.skipped.count == 40)
        #expect(report.irregularRates == 0 && report.duplicateRates == 0 && report.termsWithoutProduct == 0)
        #expect(try place.store.offers().count == report.imported.count)
        #expect(try place.store.verify().isEmpty)
    }

    @Test(.enabled(if: !files.isEmpty)) func comprehendIsTheSameInBothFormats() throws {
        let (csv, json) = (try Workplace(), try Workplace())
        let end = "/comprehend/ap-south-1/20260116160258/index."
        try csv.store.importFile(Self.root + "/real" + end + "csv", importedAt: Workplace.day)
        try json.store.importFile(Self.root + "/derived" + end + "json", importedAt: Workplace.day)
        func rates(_ store: PriceStore) throws -> [ImportTests.Bare] {
            try store.rates(offer: "comprehend", region: "ap-south-1").map(ImportTests.Bare.init)
        }
        #expect(try rates(csv.store) == rates(json.store))
        #expect(try rates(csv.store).count > 0)
    }

    private static func rates(_ store: PriceStore) throws -> [String] {
        var lines: [String] = []
        for version in try store.offers() {
            for region in version.regions {
                guard version.form != .meteredUnitMap else {
                    lines += try store.meteredRates(service: String(version.offerCode.dropFirst(6)), region: region).map
                    {
                        "\($0.rateCode)|\($0.rateCode.split(separator: ".")[0])|0|Inf||\(plain($0.usd))|USD"
                    }
                    continue
                }
                for rate in try store.rates(offer: version.offerCode, region: region) {
                    for (code, tier) in zip(rate.rateCodes, rate.price.tiers) {
                        let end = tier.end?.description ?? "Inf"
                        lines.append(
                            "\(code)|\(rate.sku)|\(tier.begin)|\(end)|\(rate.price.unit)|\(plain(tier.usd))|\(rate.currency)"
                        )
                    }
                }
                lines += try store.commitments(offer: version.offerCode, region: region).map {
                    "\($0.rateCode)|\($0.sku)|0|Inf|\($0.unit)|\(plain($0.amount))|\($0.currency)"
                }
            }
        }
        return lines.sorted()
    }

    /// Without trailing zeros, as Python's `Decimal.normalize` has it.
    private static func plain(_ amount: USD) -> String {
        var text = amount.description
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }

    private static func naive(_ path: String) throws -> [String] {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        let script = try #require(Bundle.module.url(forResource: "Fixtures/naive", withExtension: "py"))
        process.arguments = ["python3", script.path, path]
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return text.split(separator: "\n").map(String.init).sorted()
    }
}
