/// When waiting events are put in line, for who looks at them five times a second: at once, but while many come only those
/// that have waited about five seconds, so that the requests that bring them go before. What waits at the first look has waited.
public struct LinkingPace: Sendable {
    /// Of the events between two looks; 500 a second.
    static let many: Int64 = 100
    /// Looks that an event waits at most.
    static let patience = 25

    private var newest: [Int64] = []  // at each look since many come, the latest last
    private var hasLooked = false

    public init() {}

    /// - Parameter waiting: The numbers of the events that wait; they may begin anew once none does.
    /// - Returns: The last that is due; nil for none.
    public mutating func due(_ waiting: ClosedRange<Int64>?) -> Int64? {
        defer { hasLooked = true }
        let before = max(newest.last ?? 0, waiting?.lowerBound ?? 0)
        guard let waiting, hasLooked, max(before, waiting.upperBound) - before >= Self.many else {
            newest = []
            return waiting?.upperBound
        }
        newest.append(waiting.upperBound)
        return newest.count > Self.patience ? newest.removeFirst() : nil
    }
}
