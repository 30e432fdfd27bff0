import Foundation
import TestSupport
import Testing
import Traffic

/// Precision and recall on ``PIISentences``, and on texts without findings.
@Suite struct PIISentenceTests {
    /// Texts of each kind.
    private static let count = 400

    @Test(arguments: PIISentences.kinds) func sentencesAreReadAsPeopleWriteThem(kind: PIIKind) {
        let seed = ProcessInfo.processInfo.environment["PII_SEED"].flatMap { UInt64($0) } ?? 20_261_124
        var sentences = PIISentences(seed: seed + UInt64(kind.rawValue))
        var (found, wrong, mistakes) = (0, 0, [String]())
        for _ in 0..<Self.count {
            let text = sentences.text(with: kind)
            let result = findings(in: text)
            found += min(1, result[kind] ?? 0)
            wrong += result.reduce(0) { $0 + $1.value } - min(1, result[kind] ?? 0)
            if result != [kind: 1] { mistakes.append("\(result) in \(text)") }
        }
        let (recall, precision) = (Double(found) / Double(Self.count), Double(found) / Double(max(1, found + wrong)))
        let target = PIICorpusTests.checksummed.contains(kind) ? 0.99 : 0.95
        print("sentences, \(kind): precision \(precision), recall \(recall) of \(Self.count)")
        if ProcessInfo.processInfo.environment["PII_MISTAKES"] != nil { for mistake in mistakes { print(mistake) } }
        #expect(recall >= target && precision >= target, "\(kind): \(mistakes.prefix(5))")
    }

    /// `Fixtures/pii-forms.tsv`, one form a line.
    @Test func everyFormIsTold() throws {
        let fixture = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/pii-forms.tsv")
        let lines = try String(contentsOf: fixture, encoding: .utf8).split(separator: "\n").dropFirst()
        #expect(lines.count > 130)
        for line in lines {
            let parts = line.replacing("§", with: "").split(separator: "\t", maxSplits: 1).map(String.init)
            let found = findings(in: parts[1]).flatMap { [String](repeating: "\($0)", count: $1) }.sorted()
            let due = parts[0] == "-" ? [] : parts[0].split(separator: ",").map(String.init).sorted()
            #expect(found == due, "\(parts[1])")
        }
    }

    @Test func whatIsNobodysIsNoFinding() {
        var random = SplitMix64(state: 5)
        func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
        func hex(_ count: Int) -> String {
            (0..<count).map { _ in String(number(0...15), radix: 16) }.joined()
        }
        for _ in 0..<300 {
            let (epoch, day) = (number(1_500_000_000...1_900_000_000), "2026-\(number(10...12))-\(number(10...28))")
            let bytes = Data((0..<number(9...60)).map { _ in UInt8(number(0...255)) })
            let texts = [
                "\(hex(8))-\(hex(4))-4\(hex(3))-a\(hex(3))-\(hex(12))", "commit \(hex(40)) by", "sha256:\(hex(64))",
                "span \(hex(16)) in trace \(hex(32))", "_id \(hex(24))", "etag W/\"\(hex(20))\"", "be\(hex(14))",
                "at \(epoch)", "at +\(epoch)", "at \(epoch)\(number(100...999)) ms", "+\(epoch)\(number(100...999))",
                "\(day)T08:00:00+\(number(10...14))00",
                "\(day) 08:00:00 +\(number(10...14))00 \(number(200...504)) \(number(1...99999))",
                "+\(day.replacing("-", with: ""))", "+\(day)",
                "v\(number(1...30)).\(number(0...40)).\(number(0...999))",
                "order \(number(10_000_000...99_999_999))\(number(10_000_000...99_999_999)) was paid",
                "\"GET / HTTP/1.1\" 200 \(number(100...99999)) \"-\" \"Mobile/15E148 Safari/604.1\" \(number(200...504)) \(number(100...999)) \(number(1000...9999))",
                bytes.base64EncodedString(), "/static/logo@\(number(2...4))x.png?v=\(epoch)",
                "icon@\(number(2...3))x.webp",
                "lib-\(hex(3))@\(number(0...9)).\(number(0...9)).\(number(0...9))-beta.rc",
                "session-\(number(1...99999)).scope",
                "user@\(number(1...9999)).service", "delta +\(number(10_000_000...999_999_999)) us",
                "x@example.com.png",
            ]
            for text in texts {
                #expect(findings(in: text).isEmpty, "\(text)")
                #expect(findings(in: "{\"a\":\"\(text.replacing("\"", with: #"\""#))\"}").isEmpty, "\(text)")
            }
        }
    }
}
