import AccessControl
import Foundation
import TestSupport
import Testing

@Suite struct NormalizationTests {
    /// Nothing is left out, and what is in NFC stays as it is.
    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func everyScalarIsKept(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let letters: [Unicode.Scalar] = ["a", "z", "\u{e4}", "\u{f40}", "\u{1100}", "\u{1161}", "\u{1b11}"]
        let marks: [Unicode.Scalar] = [
            "\u{301}", "\u{323}", "\u{344}", "\u{f71}", "\u{f73}", "\u{f75}", "\u{f81}", "\u{302e}", "\u{16ff0}",
            "\u{1b35}", "\u{1d165}", "\u{345}",
        ]
        for _ in 0..<200 {
            var text = ""
            let share = Double.random(in: 0...1, using: &random)
            for _ in 0..<Int.random(in: 0...150, using: &random) {
                let isMark = Double.random(in: 0...1, using: &random) < share
                text.unicodeScalars.append((isMark ? marks : letters).randomElement(using: &random) ?? "a")
            }
            guard let normalized = text.normalized else { continue }
            #expect(normalized.normalized.map { Array($0.unicodeScalars) } == Array(normalized.unicodeScalars))
            #expect(Self.parts(normalized) == Self.parts(text), "seed \(seed): \(text.debugDescription)")
        }
    }

    /// What a text is made of, in any order.
    private static func parts(_ text: String) -> [Unicode.Scalar] {
        text.unicodeScalars.flatMap { String($0).decomposedStringWithCanonicalMapping.unicodeScalars }.sorted()
    }

    @Test func rowsOfMarksEndAtThirty() {
        #expect("a\(String(repeating: "\u{301}", count: 30))z".normalized?.unicodeScalars.count == 31)
        #expect("a\(String(repeating: "\u{301}", count: 31))z".normalized == nil)
        #expect("a\(String(repeating: "\u{344}", count: 15))\u{301}".normalized == nil)
    }
}
