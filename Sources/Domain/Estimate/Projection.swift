public import CostModel

/// From recorded traffic to a month: hours of a month ÷ hours observed × growth ÷ sample rate.
public struct Projection: Hashable, Sendable {
    public var growth: Quantity  // 6/5 for 20 % more
    public var sampleRate: Quantity  // 1/100 when one event in a hundred was recorded
    public var observedHours: Quantity?  // instead of first to last minute

    public init(growth: Quantity = 1, sampleRate: Quantity = 1, observedHours: Quantity? = nil) {
        (self.growth, self.sampleRate, self.observedHours) = (growth, sampleRate, observedHours)
    }

    /// What recorded counts are multiplied with to make a month of them.
    /// - Throws: ``ArithmeticError`` when no time was observed, or on overflow.
    func scale(monthHours: Quantity, observedHours: Quantity) throws(ArithmeticError) -> Quantity {
        try monthHours / observedHours * growth / sampleRate
    }
}
