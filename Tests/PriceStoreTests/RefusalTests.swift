import Foundation
import PriceStore
import TestSupport
import Testing

@Suite struct RefusalTests {
    @Test func everyTruncationIsAnErrorWithinTheFileAndChangesNothing() throws {
        let place = try Workplace()
        let small = #"""
            {"offerCode":"AmazonTest","version":"1","products":{"S":{"sku":"S","productFamily":"F","attributes":{"usagetype":
            "EUC1-Request","regionCode":"eu-central-1","operation":"a \"b\" \u00e9"}}},"terms":{"OnDemand":{"S":{"S.T":{
            "offerTermCode":"T","priceDimensions":{"S.T.R":{"beginRange":"0","endRange":"Inf","unit":"u","pricePerUnit":
            {"USD":"0.10"},"appliesTo":["X"]}},"termAttributes":{}}}}},"attributesList":{}}
            """#
        let text = Array(small.utf8)
        try place.load(String(decoding: text, as: UTF8.self))
        let before = try place.store.prices(offer: "AmazonTest", region: "eu-central-1")
        let whole = text.lastIndex(of: UInt8(ascii: "}")) ?? 0
        for length in 0...whole {
            let file = try place.write(Data(text[..<length]), "cut.json")
            do {
                try place.store.importFile(file, importedAt: Workplace.day)
                Issue.record("\(length) of \(text.count) bytes were taken for a price list")
            } catch PriceStoreError.malformed(_, .byte(let offset), _, _) {
                #expect(offset <= length)
            }
        }
        #expect(try place.store.prices(offer: "AmazonTest", region: "eu-central-1") == before)
        #expect(try place.store.verify().isEmpty)
    }

    /// A cut between two lines leaves a valid, shorter CSV: there is nothing in the format to tell.
    @Test func aCSVCutInsideALineIsAnErrorNamingTheLine() throws {
        let place = try Workplace()
        let text = Array(try Fixture.text("offer.csv").utf8)
        let last = text.dropLast().lastIndex(of: 0x0A) ?? 0
        for length in last + 2..<text.count {
            let file = try place.write(Data(text[..<length]), "cut.csv")
            do {
                try place.store.importFile(file, importedAt: Workplace.day)
                Issue.record("\(length) of \(text.count) bytes were taken for a price list")
            } catch PriceStoreError.malformed(_, .line(let line, _), _, _) { #expect(line == 13) }
        }
    }

    @Test func aMalformedNumberIsNamedWithItsPlace() throws {
        let place = try Workplace()
        let json = try Fixture.text("offer.json").replacing("\"0.0200000000\"", with: "\"0.02x\"")
        let offset =
            Array(json.utf8).count
            - Array(json[(json.firstRange(of: "0.02x")?.lowerBound ?? json.endIndex)...].utf8).count
        #expect(
            throws: PriceStoreError.malformed(
                source: place.path + "/a.json", at: .byte(offset), found: "'0.02x'", expected: "a decimal number")
        ) { try place.load(json, "a.json") }
        let csv = try Fixture.text("offer.csv").replacing("\"0.0200000000\"", with: "\"1.0000000000001\"")
        #expect(
            throws: PriceStoreError.malformed(
                source: place.path + "/a.csv", at: .line(12, column: "PricePerUnit"), found: "'1.0000000000001'",
                expected: "a price of at most 12 decimals")
        ) { try place.load(csv, "a.csv") }
    }

    @Test(arguments: [
        ("\"0.0200000000\"", "\"-0.02\"", "a price of 0 or more"), ("2026-09-01T", "yesterday T", "a date"),
        ("2026-09-01T12", "2026-13-01T12", "a date"), ("AmazonTest", "Amazon\\u001bTest", "a printable name"),
        ("EUC1-Request", "EUC1-\\u0007Request", "a printable name"), ("\"Call\"", "\"Ca\u{9B}ll\"", "a printable name"),
        ("\"unit\" : \"GB\"", "\"unit\" : \"G\\nB\"", "a printable name"),
        ("\"TRANSFER00000001\" : {", "\"TRANSFER000000\u{7F}1\" : {", "a printable name"),
    ]) func whatNoPriceListSaysIsRefusedWithItsByte(old: String, new: String, expected: String) throws {
        let place = try Workplace()
        let text = try Fixture.text("offer.json")
        #expect(text.contains(old))
        try place.load(text)
        let before = try place.store.offers()
        #expect {
            try place.load(text.replacing(old, with: new))
        } throws: {
            guard case PriceStoreError.malformed(_, .byte(let at), _, let said) = $0 else { return false }
            return at > 0 && said.contains(expected)
        }
        #expect(try place.store.offers() == before)
    }

    @Test(arguments: [
        ("Date\",\"2026-09", "Date\",\"soon", 3), ("AmazonTest\"\n", "Amazon\u{1B}Test\"\n", 5),
        ("EUC1-EU-AWS", "EUC1-EU\tAWS", 12), ("\"GB\"", "\"G\u{7F}B\"", 12),
    ]) func aLineOfACSVIsNamedToo(old: String, new: String, line: Int) throws {
        let place = try Workplace()
        let text = try Fixture.text("offer.csv")
        #expect(text.contains(old))
        #expect {
            try place.load(text.replacing(old, with: new), "a.csv")
        } throws: {
            guard case PriceStoreError.malformed(_, .line(let at, _), _, _) = $0 else { return false }
            return at == line
        }
        #expect(try place.store.offers().isEmpty)
    }

    /// The key that is added, again, to the object that begins with `before`.
    @Test(arguments: [
        ("{\n  \"formatVersion\"", "{ \"offerCode\" : \"Other\", \"formatVersion\""),
        ("\"products\" : {", "\"products\" : { \"TIERED0000000001\" : { \"sku\" : \"X\" },"),
        ("\"usagetype\" : \"EUC1-Request\",", "\"usagetype\" : \"a\", \"usagetype\" : \"EUC1-Request\","),
        ("\"productFamily\" : \"Bundle\",", "\"productFamily\" : \"a\", \"productFamily\" : \"Bundle\","),
        ("\"OnDemand\" : {", "\"OnDemand\" : { \"TIERED0000000001\" : {},"),
        ("\"OnDemand\" : {", "\"OnDemand\" : {}, \"OnDemand\" : {"),
        (
            "\"TIERED0000000001.JRTCKXETXF\" : {",
            "\"TIERED0000000001.JRTCKXETXF\" : {}, \"TIERED0000000001.JRTCKXETXF\" : {"
        ),
        ("\"priceDimensions\" : {", "\"priceDimensions\" : {}, \"priceDimensions\" : {"),
        ("\"unit\" : \"GB\"", "\"unit\" : \"GB\", \"unit\" : \"GB\""),
        ("{ \"USD\" : \"0.0200000000\" }", "{ \"USD\" : \"0.0200000000\", \"USD\" : \"0.03\" }"),
    ]) func aKeyGivenTwiceIsRefused(old: String, new: String) throws {
        let place = try Workplace()
        let text = try Fixture.text("offer.json")
        #expect(text.contains(old))
        #expect {
            try place.load(text.replacing(old, with: new, maxReplacements: 1))
        } throws: {
            guard case PriceStoreError.malformed(_, .byte, let found, "each key once") = $0 else { return false }
            return found.contains("again")
        }
        let plan = try Fixture.text("plan.json")
        #expect {
            try place.load(
                plan.replacing("\"version\"", with: "\"regionCode\" : \"a\", \"version\"", maxReplacements: 1))
        } throws: {
            guard case PriceStoreError.malformed(_, .byte, _, "each key once") = $0 else { return false }
            return true
        }
    }

    @Test func aLostQuoteIsNeverReadOver() throws {
        let place = try Workplace()
        let bytes = Array(try Fixture.text("offer.csv").utf8)
        for (at, byte) in bytes.enumerated() where byte == UInt8(ascii: "\"") {
            let file = try place.write(Data(bytes[..<at] + bytes[(at + 1)...]), "lost.csv")
            #expect(throws: PriceStoreError.self, "without the quote at byte \(at)") {
                try place.store.importFile(file, importedAt: Workplace.day)
            }
        }
    }

    @Test func aCompressedFileIsToBeUnpackedFirst() throws {
        let place = try Workplace()
        let file = try place.write(Data([0x1F, 0x8B, 0x08, 0x00, 0x00]), "index.json.gz")
        #expect(throws: PriceStoreError.notAnOffer(source: file, reason: "gzip; unpack it first")) {
            try place.store.importFile(file, importedAt: Workplace.day)
        }
    }

    @Test(arguments: [
        ("<html><body>AccessDenied</body></html>", "HTML"), ("[1, 2]", "array"),
        ("{\"a\": 1, \"b\": {}}", "its keys: a, b"),
        ("{\"FormatVersion\": \"aws_v1\", \"PriceList\": [\"{}\"]}", "GetProducts"), ("just some words\n", "header"),
        ("{\"terms\": {}, \"products\": {}}", "before the products"),
    ]) func otherFilesAreNamedForWhatTheyAre(text: String, reason: String) throws {
        let place = try Workplace()
        #expect {
            try place.load(text)
        } throws: {
            guard case PriceStoreError.notAnOffer(_, let said) = $0 else { return false }
            return said.contains(reason)
        }
    }

    @Test(arguments: ["", "   \n", "{", "{\"a\"", "{\"products\": {]"]) func brokenFilesAreMalformed(text: String)
        throws
    {
        let place = try Workplace()
        #expect {
            try place.load(text)
        } throws: {
            if case PriceStoreError.malformed = $0 { true } else { false }
        }
        #expect(try place.store.offers().isEmpty)
    }

    /// Bytes changed at random may throw; they never trap, and never hurt what is there.
    @Test(arguments: UInt64(1)...40) func damagedSourcesNeverTrap(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let place = try Workplace()
        for name in ["offer.json", "offer.csv", "plan.json", "plan.csv"] {
            var bytes = Array(try Fixture.text(name).utf8)
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            _ = try? place.store.importFile(place.write(Data(bytes), name), importedAt: Workplace.day)
        }
        #expect(try place.store.verify().isEmpty)
    }
}
