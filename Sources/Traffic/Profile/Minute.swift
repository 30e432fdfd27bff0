extension TrafficProfile {
    /// What was metered in one UTC minute; also the type of the totals.
    public struct Minute: Sendable, Equatable {
        /// Records metered.
        public var events = 0
        /// Payload bytes of all events.
        public var bytes = 0
        /// Payload sizes; its count equals ``events``.
        public var sizes = SizeHistogram()
        /// Response bytes, of the records that say so.
        public var responseBytes = 0
        /// Tokens, of the records that say so.
        public var tokens = TokenCounts()
        /// PII and secrets found, all kinds together; 0 when not scanned.
        public var piiFindings = 0

        public init() {}

        public mutating func merge(_ other: Minute) {
            events.accumulate(other.events)
            bytes.accumulate(other.bytes)
            sizes.merge(other.sizes)
            responseBytes.accumulate(other.responseBytes)
            tokens.merge(other.tokens)
            piiFindings.accumulate(other.piiFindings)
        }
    }
}
