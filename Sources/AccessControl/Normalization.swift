import Foundation

extension String {
    /// Of Unicode's Stream-Safe Text Format (UAX #15, section 13).
    public static let marksLimit = 30

    /// In NFC.
    /// - Returns: nil where more than ``marksLimit`` combining marks follow one another, as in no language: of longer rows
    ///   Foundation leaves some out.
    public var normalized: String? {
        guard utf8.contains(where: { $0 >= 0x80 }) else { return self }
        var marks = 0
        for scalar in unicodeScalars {
            let properties = scalar.properties
            let isMark =
                properties.generalCategory == .nonspacingMark || properties.canonicalCombiningClass != .notReordered
            // Some are two of others.
            marks = isMark ? marks + String(scalar).decomposedStringWithCanonicalMapping.unicodeScalars.count : 0
            guard marks <= Self.marksLimit else { return nil }
        }
        // Twice: it leaves the marks that it took apart, such as U+0F73, in their places.
        return precomposedStringWithCanonicalMapping.precomposedStringWithCanonicalMapping
    }
}
