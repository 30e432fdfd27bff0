/// What a reader found in one record. Pointers reach into the record and live as long as it does.
struct RecordFields {
    var minute = ProfileBuilder.untimed
    var size = -1  // the size field, bytes; -1: not seen
    var requestBytes = -1  // -1: not reported
    var responseBytes = -1
    var status = 0  // 0: not reported
    var source = Bytes(start: nil, count: 0)
    var sourcePriority = UInt8.max  // lower wins
    var hasID = false
    var hasTokens = false
    var hasLambda = false
    var tokens = ReportedTokens()
    var lambda = LambdaReport()
}

/// Token counts as the dialects report them, before one dialect is believed. -1: not seen.
///
/// A Bedrock invocation log repeats the model's own `usage` beside Bedrock's counts: they must not be added up.
struct ReportedTokens {
    var bedrock = TokenCounts(input: -1, output: -1, cacheRead: -1, cacheWrite: -1)
    var usage = TokenCounts(input: -1, output: -1, cacheRead: -1, cacheWrite: -1)
    var prompt = -1  // OpenAI's count includes the cached tokens
    var completion = -1
    var cachedPrompt = -1

    var counts: TokenCounts {
        func first(_ choices: Int...) -> Int { choices.first { $0 >= 0 } ?? 0 }
        // OpenAI counts cached tokens as part of the input, Anthropic and Bedrock beside it.
        let cached = usage.cacheRead < 0 ? max(0, cachedPrompt) : 0
        func uncached(_ count: Int) -> Int { count < 0 ? -1 : max(0, count - cached) }
        return TokenCounts(
            input: first(bedrock.input, uncached(usage.input), uncached(prompt)),
            output: first(bedrock.output, usage.output, completion),
            cacheRead: first(bedrock.cacheRead, usage.cacheRead, cachedPrompt),
            cacheWrite: first(bedrock.cacheWrite, usage.cacheWrite))
    }
}

/// What became of one record.
enum Outcome {
    case event
    case context
    case rejected(RejectReason)
    /// Held several events, all of them counted already.
    case done
}
