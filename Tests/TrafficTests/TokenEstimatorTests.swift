import TestSupport
import Testing

@testable import Traffic

@Suite struct TokenEstimatorTests {
    static func counts(_ text: String) -> TextCounts {
        var counts = TextCounts()
        Array(text.utf8).withUnsafeBufferPointer { counts.add($0) }
        return counts
    }

    @Test(arguments: TokenEstimator.Family.allCases) func estimatesAddUp(family: TokenEstimator.Family) {
        let estimator = TokenEstimator(family: family)
        let (left, right) = (Self.counts("The quick brown fox, 42 times. "), Self.counts("Übergröße 漢字 😀\n"))
        var both = left
        both.merge(right)
        #expect(
            estimator.thousandths(for: both) == estimator.thousandths(for: left) + estimator.thousandths(for: right))
        #expect(estimator.tokens(for: TextCounts()) == 0 && left.estimatedTokens(family: family) > 5)
        var most = TextCounts()
        most.digits = .max
        #expect(estimator.tokens(for: most) > 1 << 50)
    }

    @Test func aModelIDNamesItsFamily() {
        #expect(TokenEstimator.Family(modelID: "eu.anthropic.claude-3-haiku-20240307-v1:0") == .anthropic)
        #expect(TokenEstimator.Family(modelID: "amazon.nova-pro-v1:0") == .amazonNova)
        #expect(TokenEstimator.Family(modelID: "us.meta.llama4-scout-17b-instruct-v1:0") == .llama4)
        #expect(TokenEstimator.Family(modelID: "meta.llama3-8b-instruct-v1:0") == .llama3)
        #expect(TokenEstimator.Family(modelID: "ai21.jamba-1-5-large-v1:0") == .other)
    }

    /// The fast path takes eight ASCII bytes at once, the table the rest.
    @Test(arguments: UInt64(1)...50) func countsEqualOneByteAtATime(seed: UInt64) {
        var random = SplitMix64(state: seed)
        let alphabet = Array("aZ09 \t\n\r\u{b}\u{c}_-@[`{/:~é漢😀".utf8) + [0, 0x7f, 0x80, 0xc0, 0xff]
        let length = Int.random(in: 0...5000, using: &random)
        let isASCII = seed % 2 == 0
        let bytes = (0..<length).map { _ in
            alphabet[Int.random(in: 0..<(isASCII ? 19 : alphabet.count), using: &random)]
        }
        var counts = TextCounts()
        bytes.withUnsafeBufferPointer { counts.add($0) }
        func count(_ isMember: (UInt8) -> Bool) -> Int { bytes.count(where: isMember) }
        #expect(counts.asciiLetters == count { ($0 | 0x20) &- 0x61 < 26 } && counts.digits == count { $0 &- 0x30 < 10 })
        #expect(
            counts.whitespace == count { [0x20, 9, 11, 12].contains($0) }
                && counts.newlines == count { $0 == 10 || $0 == 13 })
        #expect(
            counts.twoByteScalars == count { 0xc2...0xdf ~= $0 }
                && counts.threeByteScalars == count { 0xe0...0xef ~= $0 })
        func isWord(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || byte >= 0x80 }
        #expect(
            counts.words == bytes.indices.count { isWord(bytes[$0]) && ($0 == 0 || !isWord(bytes[$0 - 1])) },
            "seed \(seed)")
        let rest =
            counts.asciiLetters + counts.digits + counts.whitespace + counts.newlines + counts.twoByteScalars
            + counts.threeByteScalars + counts.fourByteScalars + count { 0x80...0xbf ~= $0 }
        #expect(counts.punctuation == length - rest, "seed \(seed)")
    }
}
