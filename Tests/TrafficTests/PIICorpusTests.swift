import Foundation
import Testing
import Traffic

/// What a scanner finds in a line of text.
func findings(in text: String) -> [PIIKind: Int] {
    var scanner = PIIScanner()
    var counts = PIICounts()
    Array(text.utf8).withUnsafeBufferPointer { scanner.scan($0, into: &counts) }
    return Dictionary(uniqueKeysWithValues: PIIKind.allCases.filter { counts[$0] > 0 }.map { ($0, counts[$0]) })
}

/// Precision and recall by kind on the lines of `Scripts/generate-pii-corpus`. Another corpus, by another seed, can be
/// given as `PII_CORPUS`.
@Suite struct PIICorpusTests {
    static let checksummed: Set<PIIKind> = [
        .paymentCard, .iban, .codiceFiscale, .partitaIVA, .nhsNumber, .dni, .steuerID, .nir, .bsn, .pesel, .cpf, .cnpj,
        .aadhaar, .canadianSIN, .australianTFN, .gitHubToken,
    ]

    struct Tally {
        var (found, missed, wrong) = (0, 0, 0)
        var precision: Double { found + wrong == 0 ? 1 : Double(found) / Double(found + wrong) }
        var recall: Double { found + missed == 0 ? 1 : Double(found) / Double(found + missed) }
    }

    @Test func everyKindIsFoundAndLittleElse() throws {
        let fixture = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/pii-corpus.tsv")
        let environment = ProcessInfo.processInfo.environment
        let path = environment["PII_CORPUS"] ?? fixture.path
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").dropFirst()
        let names = Dictionary(uniqueKeysWithValues: PIIKind.allCases.map { ("\($0)", $0) })
        var tallies = Dictionary(uniqueKeysWithValues: PIIKind.allCases.map { ($0, Tally()) })
        var mistakes: [String] = []
        for line in lines {
            let parts = line.split(separator: "\t", maxSplits: 1)
            let expected = names[String(parts[0])]
            let found = findings(in: String(parts[1].replacing("§", with: "")))  // which disguises keys in the file
            for kind in PIIKind.allCases {
                let (count, due) = (found[kind] ?? 0, kind == expected ? 1 : 0)
                tallies[kind]?.found += min(count, due)
                tallies[kind]?.missed += max(0, due - count)
                tallies[kind]?.wrong += max(0, count - due)
                if count != due { mistakes.append("\(kind) \(count) not \(due): \(parts[1])") }
            }
        }
        for kind in PIIKind.allCases {
            let tally = tallies[kind] ?? Tally()
            let target = Self.checksummed.contains(kind) ? 0.99 : 0.95
            print("\(kind): precision \(tally.precision), recall \(tally.recall) of \(tally.found + tally.missed)")
            #expect(tally.found + tally.missed >= 50, "\(kind) is hardly in the corpus")
            #expect(tally.precision >= target && tally.recall >= target, "\(kind)")
        }
        if environment["PII_MISTAKES"] != nil { for mistake in mistakes { print(mistake) } }
    }
}
