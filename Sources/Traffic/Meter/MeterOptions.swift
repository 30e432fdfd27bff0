/// How to meter.
public struct MeterOptions: Sendable {
    /// What an event's payload size is.
    public enum Payload: String, CaseIterable, Sendable {
        /// The record's own bytes, as a log shipper would send it.
        case record
        /// The request's bytes, as the access log reports them.
        case request
        /// The response's bytes, as the access log reports them.
        case response
    }

    public var format: LogFormat
    /// Sizes and minutes only: of JSON lines the first and the last byte are checked, not what is between; no sources,
    /// responses, tokens or findings from JSON, logfmt and CSV.
    public var sizesOnly: Bool
    /// Counts PII and secrets. Off when ``sizesOnly``.
    public var scanPII: Bool
    /// Counts ``TextCounts``. Off when ``sizesOnly``.
    public var textCounts: Bool
    /// The first so many events are kept as ``EventSample``s. Off when ``sizesOnly``.
    public var samples: Int
    /// Given each JSON event that has an id (`id`, `event_id`, `@id`) and a time, which is then not metered.
    public var setAside: (@Sendable (UnsafeBufferPointer<UInt8>) -> Void)?
    /// The JSON, logfmt or CSV field with the time of the event, instead of the usual names. A dot reaches into JSON.
    public var timestampField: String?
    /// The JSON, logfmt or CSV field with the payload size in bytes; records without it are rejected.
    public var sizeField: String?
    /// The JSON, logfmt or CSV field that names the source, instead of host, service, logger, logGroup.
    public var sourceField: String?
    public var payload: Payload
    /// The year of timestamps that have none (RFC 3164); without it such records are untimed.
    public var year: Int?
    /// Longer records are rejected. Also what memory a record may take, in bytes.
    public var maxLineBytes: Int
    /// The line number of the input's first line, for shards of one file.
    public var firstLine: Int

    public init(
        format: LogFormat = .auto, sizesOnly: Bool = false, scanPII: Bool = true, textCounts: Bool = false,
        samples: Int = 0, timestampField: String? = nil, sizeField: String? = nil, sourceField: String? = nil,
        payload: Payload = .record, year: Int? = nil, maxLineBytes: Int = 16 << 20, firstLine: Int = 1
    ) {
        self.format = format
        self.sizesOnly = sizesOnly
        self.scanPII = scanPII
        self.textCounts = textCounts
        self.samples = samples
        self.timestampField = timestampField
        self.sizeField = sizeField
        self.sourceField = sourceField
        self.payload = payload
        self.year = year
        self.maxLineBytes = maxLineBytes
        self.firstLine = firstLine
    }
}
