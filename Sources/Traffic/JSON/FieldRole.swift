/// What a named field of a JSON, logfmt or CSV record tells us.
enum FieldRole: UInt8 {
    case none
    case timestamp
    case source0, source1, source2, source3  // the lower one wins when a record has several
    case size, status, requestBytes, responseBytes
    case bedrockInput, bedrockOutput, bedrockCacheRead, bedrockCacheWrite
    case usageInput, usageOutput, usageCacheRead, usageCacheWrite
    case prompt, completion, cachedPrompt
    case eventID
    case lambdaDuration, lambdaBilled, lambdaMemory, lambdaUsed, lambdaInit
}

extension RecordFields {
    /// Takes in one field; a value that cannot be read as its role's type is as if it were absent.
    mutating func set(_ role: FieldRole, _ value: Bytes, clock: inout TimestampReader) {
        switch role {
        case .none: break
        case .timestamp:
            // The first readable one: `date` may be only a day where `time` has the rest.
            if minute == ProfileBuilder.untimed, let read = clock.minute(of: value) { minute = read }
        case .source0, .source1, .source2, .source3:
            if role.rawValue < sourcePriority, !value.isEmpty { (source, sourcePriority) = (value, role.rawValue) }
        case .eventID: hasID = hasID || !value.isEmpty
        case .size: setCount(value, \.size)
        case .status: setCount(value, \.status)
        case .requestBytes: setCount(value, \.requestBytes)
        case .responseBytes: setCount(value, \.responseBytes)
        case .lambdaDuration, .lambdaBilled, .lambdaMemory, .lambdaUsed, .lambdaInit: setLambda(role, value)
        default: setTokens(role, value)
        }
    }

    /// Sizes stop at 2⁴⁸ bytes (256 TiB): more is a mistake in the log, and sums stay exact.
    @inline(__always)
    private mutating func setCount(_ value: Bytes, _ field: WritableKeyPath<RecordFields, Int>) {
        if let count = Digits.whole(value), count <= 1 << 48 { self[keyPath: field] = count }
    }

    /// Streams repeat their usage with growing counts: the largest is the final one.
    private mutating func setTokens(_ role: FieldRole, _ value: Bytes) {
        guard let count = Digits.whole(value), count <= 1 << 48 else { return }
        hasTokens = true
        switch role {
        case .bedrockInput: tokens.bedrock.input = max(tokens.bedrock.input, count)
        case .bedrockOutput: tokens.bedrock.output = max(tokens.bedrock.output, count)
        case .bedrockCacheRead: tokens.bedrock.cacheRead = max(tokens.bedrock.cacheRead, count)
        case .bedrockCacheWrite: tokens.bedrock.cacheWrite = max(tokens.bedrock.cacheWrite, count)
        case .usageInput: tokens.usage.input = max(tokens.usage.input, count)
        case .usageOutput: tokens.usage.output = max(tokens.usage.output, count)
        case .usageCacheRead: tokens.usage.cacheRead = max(tokens.usage.cacheRead, count)
        case .usageCacheWrite: tokens.usage.cacheWrite = max(tokens.usage.cacheWrite, count)
        case .prompt: tokens.prompt = max(tokens.prompt, count)
        case .completion: tokens.completion = max(tokens.completion, count)
        case .cachedPrompt: tokens.cachedPrompt = max(tokens.cachedPrompt, count)
        default: break
        }
    }

    private mutating func setLambda(_ role: FieldRole, _ value: Bytes) {
        guard let thousandths = Digits.thousandths(value) else { return }
        switch role {
        case .lambdaDuration: lambda.durationMicroseconds = thousandths
        case .lambdaBilled: lambda.billedMilliseconds = thousandths / 1000
        case .lambdaMemory: lambda.memoryMB = thousandths / 1000
        case .lambdaUsed: lambda.maxMemoryUsedMB = thousandths / 1000
        case .lambdaInit: lambda.initMicroseconds = thousandths
        default: break
        }
        hasLambda = lambda.isComplete
    }
}
