import TestSupport
import Testing

@testable import CostModel

@Suite struct QuantityTests {
    @Test(arguments: [
        ("12", "12"), ("3_000_000", "3000000"), ("0.0000166667", "0.0000166667"), ("1.5e9", "1500000000"),
        ("1.0E-4", "0.0001"), ("730/24", "365/12"), ("-0.50", "-0.5"), ("1/4", "0.25"), ("00.10", "0.1"),
    ])
    func readsAndWritesExactly(_ text: String, _ expected: String) throws {
        #expect(try Quantity(text).description == expected)
    }

    @Test(arguments: ["", "-", "1.2.3", "1e", "e5", "0x10", "1__", "12a", "1,5", "½", "1/", "/2", "1e+-3", "--1", "∞"])
    func refusesWhatIsNotANumber(_ text: String) {
        #expect(
            throws: ArithmeticError.malformed(
                String(
                    text.split(separator: "/", omittingEmptySubsequences: false).first { Decimal128($0.utf8) == nil }
                        ?? ""))
        ) {
            try Quantity(text)
        }
    }

    @Test func divisionByZeroAndOverflowAreErrors() throws {
        #expect(throws: ArithmeticError.divisionByZero) { try Quantity("1/0") }
        let large = Quantity(Int128.max)
        #expect(throws: ArithmeticError.overflow) { try large + 1 }
        #expect(throws: ArithmeticError.overflow) { try large * 2 }
        #expect(throws: ArithmeticError.overflow) { try Quantity("1e39") }
        #expect(throws: ArithmeticError.malformed(String(repeating: "9", count: 40))) {
            try Quantity(String(repeating: "9", count: 40))
        }
    }

    @Test(arguments: [
        ("110", "100", "200"), ("100", "100", "100"), ("0", "100", "0"), ("0.1", "1", "1"), ("65", "64", "128"),
    ])
    func roundsUpToWholeSteps(_ value: String, _ step: String, _ expected: String) throws {
        #expect(try Quantity(value).roundedUp(toMultipleOf: Quantity(step)) == Quantity(expected))
    }

    @Test func roundsNegativeNumbersTowardsTheRightSide() throws {
        #expect(try Quantity("-3/2").roundedUp == -1)
        #expect(try Quantity("-3/2").roundedDown == -2)
    }

    @Test(arguments: UInt64(1)...200)
    func arithmeticIsAField(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        func any() throws -> Quantity {
            let top = Int128(Int64.random(in: -1_000_000_000...1_000_000_000, using: &random))
            return try Quantity(top, over: Int128(Int64.random(in: 1...1_000_000, using: &random)))
        }
        let (a, b, c) = (try any(), try any(), try any())
        #expect(try a + b == b + a)
        #expect(try (a + b) - b == a)
        #expect(try (a * b) * c == a * (b * c))
        #expect(try a * (b + c) == (a * b) + (a * c))
        if b != 0 { #expect(try (a / b) * b == a) }
        let difference = try b - a
        #expect((a < b) == (difference > 0))
        #expect(a.roundedUp >= a && a.roundedDown <= a)
        #expect(try a.roundedUp - a.roundedDown == (a.isWhole ? 0 : 1))
    }
}
