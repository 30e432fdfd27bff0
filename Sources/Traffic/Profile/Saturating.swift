extension Int {
    /// Adds a count that is never negative and stops at `Int.max` instead of trapping.
    ///
    /// Among non-negative numbers a sum that stops at a ceiling is still associative and commutative, so a profile
    /// from elsewhere cannot bring the process down and merging keeps its laws.
    @inline(__always)
    mutating func accumulate(_ count: Int) {
        let (sum, overflow) = addingReportingOverflow(count)
        self = overflow ? .max : sum
    }

    @inline(__always)
    func saturatingProduct(_ other: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}
