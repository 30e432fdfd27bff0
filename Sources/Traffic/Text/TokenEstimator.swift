/// Estimates how many tokens a model makes of text, from its ``TextCounts``.
///
/// Linear with whole coefficients: the estimate of a sum is the sum of the estimates, so profiles may be merged before or
/// after. Calibrated against the families' own tokenizers where those are public; `docs/tokens.md` has method and errors.
/// Where the record itself reports its tokens, use those.
public struct TokenEstimator: Sendable {
    public enum Family: String, CaseIterable, Sendable {
        /// The last published tokenizer, of Claude 2, stands in for later models.
        case anthropic
        /// Not published: Llama 3's stands in, for the four below named so.
        case amazonNova, amazonTitan, cohere, other
        case llama3, llama4
        /// Tekken, of Mistral NeMo and later.
        case mistral
        /// o200k, of gpt-oss.
        case openAI
        case deepSeek
        case qwen
    }

    public let family: Family

    public init(family: Family) { self.family = family }

    /// Thousandths of a token. Stops at `Int.max`.
    public func thousandths(for text: TextCounts) -> Int {
        var sum = 0
        for (weight, column) in zip(weights, Self.columns) {
            sum.accumulate(text[keyPath: column].saturatingProduct(weight))
        }
        return sum
    }

    /// Whole tokens, rounded up. Round once, over everything that is billed together.
    public func tokens(for text: TextCounts) -> Int {
        let thousandths = thousandths(for: text)
        return thousandths / 1000 + (thousandths % 1000 == 0 ? 0 : 1)
    }

    private static var columns: [KeyPath<TextCounts, Int>] {
        [
            \.asciiLetters, \.digits, \.whitespace, \.newlines, \.punctuation,
            \.twoByteScalars, \.threeByteScalars, \.fourByteScalars, \.words,
        ]
    }

    /// Thousandths of a token by column, fitted on 2026-11-24.
    private var weights: [Int] {
        switch family {
        case .anthropic: [199, 460, 16, 0, 636, 518, 1023, 2230, 476]
        case .llama3, .amazonNova, .amazonTitan, .cohere, .other: [234, 681, 86, 0, 449, 326, 789, 2855, 190]
        case .llama4: [198, 660, 96, 29, 498, 213, 608, 2040, 275]
        case .mistral: [251, 1216, 77, 108, 552, 337, 842, 4297, 72]
        case .openAI: [218, 684, 93, 0, 502, 269, 780, 1624, 183]
        case .deepSeek: [196, 566, 66, 0, 560, 283, 721, 1733, 415]
        case .qwen: [196, 1112, 112, 146, 573, 239, 585, 2608, 269]
        }
    }
}

extension TokenEstimator.Family {
    /// The family of a Bedrock model id, such as `eu.anthropic.claude-3-haiku-20240307-v1:0`.
    public init(modelID: String) {
        let parts = modelID.lowercased().split { $0 == "." || $0 == "-" || $0 == ":" || $0 == "/" }
        let known: [(Substring, Self)] = [
            ("anthropic", .anthropic), ("claude", .anthropic), ("nova", .amazonNova), ("titan", .amazonTitan),
            ("llama4", .llama4), ("llama3", .llama3), ("meta", .llama3), ("mistral", .mistral), ("cohere", .cohere),
            ("openai", .openAI), ("deepseek", .deepSeek), ("qwen", .qwen),
        ]
        self = known.first { parts.contains($0.0) }?.1 ?? .other
    }
}

extension TextCounts {
    /// Whole tokens, rounded up, that a model of `family` makes of this text.
    public func estimatedTokens(family: TokenEstimator.Family) -> Int {
        TokenEstimator(family: family).tokens(for: self)
    }
}
