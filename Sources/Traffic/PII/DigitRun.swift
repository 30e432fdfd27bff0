/// At most 20 decimal digits of a candidate, its separators left out, and the check sums that identity numbers use.
struct DigitRun {
    private var digits = SIMD32<UInt8>()
    private(set) var count = 0

    /// The digits between `start` and `end`; more than 20 leave ``count`` at 21.
    init(_ text: RecordText, from start: Int, to end: Int) {
        var index = start
        while index < end {
            let byte = text[index]
            index += byte == 0x25 ? 3 : 1  // the digits of %20 are none
            guard byte.isDigit else { continue }
            guard count < 20 else {
                count = 21
                return
            }
            digits[count] = byte &- 0x30
            count += 1
        }
    }

    @inline(__always)
    subscript(index: Int) -> Int { Int(digits[index]) }

    /// The number that the digits of `range` spell; at most 18 of them.
    func number(_ range: Range<Int>) -> Int { range.reduce(0) { $0 * 10 + self[$1] } }

    /// The digits from `start` on, each multiplied by its weight: the last hexadecimal digit of `weights` is the first's.
    func weighted(_ weights: UInt64, from start: Int = 0, count: Int) -> Int {
        var (sum, rest) = (0, weights)
        for index in start..<start + count {
            sum += self[index] * Int(rest & 15)
            rest >>= 4
        }
        return sum
    }

    var allEqual: Bool { (1..<max(1, count)).allSatisfy { self[$0] == self[0] } }

    /// ISO/IEC 7812-1: every second digit from the right doubled.
    var passesLuhn: Bool {
        var sum = 0
        for index in 0..<count {
            let digit = self[index]
            sum += (count - index) % 2 == 1 ? digit : (digit > 4 ? 2 * digit - 9 : 2 * digit)
        }
        return sum % 10 == 0
    }

    /// ISO 7064 mod 11,10 over all digits, the check digit last.
    var passesMod11And10: Bool {
        var product = 10
        for index in 0..<count - 1 {
            let sum = (self[index] + product) % 10
            product = (sum == 0 ? 10 : sum) * 2 % 11
        }
        return (11 - product) % 10 == self[count - 1]
    }

    /// Verhoeff's check over all digits, in the dihedral group of order 10.
    var passesVerhoeff: Bool {
        var check = 0
        for position in 0..<count {
            check = Self.product(check, Self.permutation[position % 8][self[count - 1 - position]])
        }
        return check == 0
    }

    private static func product(_ left: Int, _ right: Int) -> Int {
        switch (left < 5, right < 5) {
        case (true, true): (left + right) % 5
        case (true, false): (left + right) % 5 + 5
        case (false, true): (left - right) % 5 + 5
        case (false, false): (left - right + 5) % 5
        }
    }

    private static let permutation: [[Int]] = [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 5, 7, 6, 2, 8, 3, 0, 9, 4], [5, 8, 0, 3, 7, 9, 6, 1, 4, 2],
        [8, 9, 1, 6, 0, 4, 3, 5, 2, 7], [9, 4, 5, 3, 1, 2, 6, 8, 7, 0], [4, 2, 8, 6, 5, 7, 3, 9, 0, 1],
        [2, 7, 9, 3, 8, 0, 6, 4, 1, 5], [7, 0, 4, 6, 9, 1, 3, 2, 5, 8],
    ]
}
