import Foundation
import Testing

@testable import HTTPAPI

@Suite struct TimeTests {
    @Test(arguments: [
        (-62_135_596_800, "0001-01-01T00:00:00Z"), (0, "1970-01-01T00:00:00Z"), (-0.5, "1969-12-31T23:59:59.500000Z"),
        (253_402_300_740, "9999-12-31T23:59:00Z"),
    ])
    func yearsHaveFourDigits(seconds: Double, text: String) {
        let date = Date(timeIntervalSince1970: seconds)
        #expect(date.rfc3339 == text)
        // Foundation reads years before 1583 by the Julian calendar.
        #expect(Date(rfc3339: text) == date || seconds < -12_219_292_800)
    }
}
