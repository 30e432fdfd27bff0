/// Model tokens that the records themselves reported: exact, never estimated.
public struct TokenCounts: Sendable, Equatable {
    /// Tokens read by the model, those served from a prompt cache excluded.
    public var input = 0
    public var output = 0
    /// Input tokens served from a prompt cache.
    public var cacheRead = 0
    /// Input tokens written to a prompt cache.
    public var cacheWrite = 0

    public init(input: Int = 0, output: Int = 0, cacheRead: Int = 0, cacheWrite: Int = 0) {
        (self.input, self.output, self.cacheRead, self.cacheWrite) = (input, output, cacheRead, cacheWrite)
    }

    public var isEmpty: Bool { input | output | cacheRead | cacheWrite == 0 }

    /// All of them; stops at `Int.max`.
    public var total: Int {
        var total = input
        for count in [output, cacheRead, cacheWrite] { total.accumulate(count) }
        return total
    }

    public mutating func merge(_ other: TokenCounts) {
        input.accumulate(other.input)
        output.accumulate(other.output)
        cacheRead.accumulate(other.cacheRead)
        cacheWrite.accumulate(other.cacheWrite)
    }
}
