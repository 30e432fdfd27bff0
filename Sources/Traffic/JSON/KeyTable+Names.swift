/// The names of the usual log libraries and AWS's own logs.
extension KeyTable {
    static let timestampNames = [
        "timestamp", "@timestamp", "time", "ts", "date", "datetime", "eventTime", "event_time", "_time", "Timestamp",
        "timeStamp", "created_at", "createdAt", "timestampMillis", "asctime", "t", "requestTime", "requestTimeEpoch",
        "time_iso8601", "time_local", "@t", "startTime", "start_time", "ingestionTime",
    ]

    static let sourceNames: [(String, FieldRole)] = [
        ("host", .source0), ("hostname", .source0), ("service", .source1), ("service_name", .source1),
        ("logger", .source2), ("logGroup", .source3), ("log_group", .source3),
    ]

    static let idNames = ["id", "event_id", "@id"]

    static let countNames: [(String, FieldRole)] = [
        ("status", .status), ("status_code", .status), ("statusCode", .status), ("sc-status", .status),
        ("elb_status_code", .status),
        ("responseLength", .responseBytes), ("bytes_sent", .responseBytes), ("body_bytes_sent", .responseBytes),
        ("response_bytes", .responseBytes), ("response_size", .responseBytes), ("sent_bytes", .responseBytes),
        ("sc-bytes", .responseBytes),
        ("request_length", .requestBytes), ("requestLength", .requestBytes), ("received_bytes", .requestBytes),
        ("request_bytes", .requestBytes), ("request_size", .requestBytes), ("cs-bytes", .requestBytes),
    ]

    /// Amazon Bedrock model invocation logs and the Converse API; Anthropic's `usage`; OpenAI's `usage`.
    static let tokenNames: [(String, FieldRole)] = [
        ("inputTokenCount", .bedrockInput), ("outputTokenCount", .bedrockOutput),
        ("cacheReadInputTokenCount", .bedrockCacheRead), ("cacheWriteInputTokenCount", .bedrockCacheWrite),
        ("input_tokens", .usageInput), ("output_tokens", .usageOutput),
        ("cache_read_input_tokens", .usageCacheRead), ("cache_creation_input_tokens", .usageCacheWrite),
        ("inputTokens", .usageInput), ("outputTokens", .usageOutput),
        ("cacheReadInputTokens", .usageCacheRead), ("cacheWriteInputTokens", .usageCacheWrite),
        ("prompt_tokens", .prompt), ("completion_tokens", .completion), ("cached_tokens", .cachedPrompt),
    ]

    /// The metrics of a `platform.report` event, Lambda's REPORT line in JSON.
    static let lambdaNames: [(String, FieldRole)] = [
        ("durationMs", .lambdaDuration), ("billedDurationMs", .lambdaBilled), ("memorySizeMB", .lambdaMemory),
        ("maxMemoryUsedMB", .lambdaUsed), ("initDurationMs", .lambdaInit),
    ]
}
