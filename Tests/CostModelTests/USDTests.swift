import TestSupport
import Testing

@testable import CostModel

@Suite struct USDTests {
    @Test(arguments: [
        ("0.0000166667", "16666700"), ("1", "1000000000000"), ("1.0E-4", "100000000"), ("-2.5", "-2500000000000"),
    ])
    func isAWholeNumberOfPicodollars(_ text: String, _ picodollars: String) throws {
        #expect(try USD(text).picodollars == Int128(picodollars))
    }

    @Test func refusesWhatItCannotHold() {
        #expect(throws: ArithmeticError.inexact("0.0000000000001")) { try USD("0.0000000000001") }
        #expect(throws: ArithmeticError.malformed("$1")) { try USD("$1") }
        #expect(throws: ArithmeticError.overflow) { try USD("1e30") }
        #expect(throws: ArithmeticError.overflow) { try USD(picodollars: .max) + USD(picodollars: 1) }
        #expect(throws: ArithmeticError.overflow) { try USD(picodollars: .min) - USD(picodollars: 1) }
        #expect(throws: ArithmeticError.overflow) { try USD("1000000").times(Quantity(Int128.max)) }
    }

    @Test(arguments: [
        ("0.125", "0.12"), ("0.135", "0.14"), ("0.1350000001", "0.14"), ("-0.125", "-0.12"), ("2.5", "2.50"),
        ("0.994999", "0.99"), ("0.995", "1.00"), ("1234567.895", "1234567.90"),
    ])
    func roundsHalfToEvenForShow(_ text: String, _ cents: String) throws {
        #expect(try USD(text).rounded() == cents)
    }

    @Test func aProductSaysWhetherItIsExact() throws {
        let price = try USD("0.0000166667")
        #expect(try price.times(140_000) == USD.Product(usd: USD("2.333338"), isExact: true))
        let third = try price.times(Quantity("1/3"))
        #expect(try third == USD.Product(usd: USD("0.000005555567"), isExact: false))
        #expect(try USD(picodollars: 1).times(Quantity("1/2")).usd == .zero)  // half to even
        #expect(try USD(picodollars: 3).times(Quantity("1/2")).usd == USD(picodollars: 2))
        #expect(try USD(picodollars: -3).times(Quantity("1/2")).usd == USD(picodollars: -2))
    }

    @Test(arguments: UInt64(1)...100)
    func textRoundTrips(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let amount = USD(picodollars: Int128(Int64.random(in: .min ... .max, using: &random)))
        #expect(try USD(amount.exact) == amount)
        #expect(try USD(amount.description) == amount)
        #expect(try USD(exactly: Quantity(amount.exact)) == amount)
    }
}
