@testable import HTTPAPI
import TestSupport
import Testing

/// Patterns that are matched by hand for speed: clients read the expression, and it must say the same.
struct PatternTests {
    @Test(arguments: [
        (
            ScenarioBodies.trimmedPattern, ScenarioBodies.isTrimmed,
            "a \t\u{0}\u{1f}\u{7f}\u{85}\u{9f}\u{a0}\u{1680}\u{2003}\u{2028}\u{202f}\u{205f}\u{3000}\u{feff}é😀\u{301}"
        ),
        (ScenarioBodies.regionPattern, ScenarioBodies.isRegion, "aaaaaaaz---19A_é{`/:"),
    ])
    func whatIsMatchedByHandIsThePattern(
        expression: String, isMatch: @Sendable (String) -> Bool, alphabet: String
    ) {
        let seed: UInt64 = 20_261_126  // another one: another 6,000 texts
        var random = SplitMix64(state: seed)
        let (pattern, scalars) = (Pattern(expression), Array(alphabet.unicodeScalars))
        let known = ["", "eu-west-1", "us-gov-east-1", "ap-southeast-12", "us-1", "a b", "eu-west-1\n", "a\r\n"]
        let made = (0..<3_000).map { _ in
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...9, using: &random) { text.append(scalars.randomElement(using: &random)!) }
            return String(text)
        }
        let regions = (0..<3_000).map { _ in
            (0..<Int.random(in: 2...6, using: &random)).map { _ in
                String(repeating: "ab1".randomElement(using: &random)!, count: Int.random(in: 1...13, using: &random))
            }.joined(separator: "-")
        }
        for text in known + made + regions {
            #expect(pattern.matches(text) == isMatch(text), "seed \(seed): \(text.debugDescription)")
        }
    }
}
