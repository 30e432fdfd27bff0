extension ServiceDefinition {
    /// Tokens in, tokens out, cache reads and writes, each at the model's own price; batch inference at half of it.
    ///
    /// A model with a profile prefix (`us.`, `eu.`, `apac.`, `global.`, `au.`, `jp.`) is priced as that inference
    /// profile; one without, in its region, or where no source names the region, at the price that is given for all.
    ///
    /// - Source: Amazon Bedrock pricing page; `docs/billing-rules.md`.
    static let bedrock = ServiceDefinition(
        "bedrock", "Amazon Bedrock", offer: "AmazonBedrock", page: "https://aws.amazon.com/bedrock/pricing/",
        [
            .events("requests", "Model invocations."),
            .text(
                "model", required: true,
                "Model id, or its beginning where that is unique: `anthropic.claude-3-5-haiku`, `eu.amazon.nova-lite`."),
            .number(
                "input_tokens", "tokens", optional: true,
                "Input tokens of one request; in a replay, recorded or estimated ones unless given."),
            .number(
                "output_tokens", "tokens", optional: true,
                "Output tokens of one request; in a replay, recorded ones unless given."),
            .number("cache_read_tokens", "tokens", optional: true, "Tokens of one request read from the prompt cache."),
            .number(
                "cache_write_tokens", "tokens", optional: true, "Tokens of one request written to the prompt cache."),
            .flag("batch", "Batch inference, at half the price."),
        ]
    ) { input, meter in
        let requests = try input.number("requests")
        let (region, model) = BedrockModel.place(input.text("model"), region: input.region)
        let factor = input.flag("batch") ? Quantity.ratio(1, 2) : 1
        func bill(
            _ label: String, _ operation: String, _ parameter: String, isNeeded: Bool = false,
            _ recorded: (EventFlow.Tokens) -> Int?
        ) throws {
            var tokens = Figure(0)
            let own = input.has("requests") ? nil : input.flow?.tokens
            if let each = try input.given(parameter) {
                tokens = try requests * each
            } else if let own, let count = recorded(own) {
                let how = own.isEstimate ? "tokens, estimated" : "tokens recorded"
                tokens = try input.recorded({ _ in Quantity(count) }, how) ?? tokens
            } else if isNeeded, requests.value > 0 {
                throw UsageError(parameter, "is needed, because the traffic does not report it")
            }
            meter.bill(
                "\(label) (\(model))", model, tokens, "Tokens", operation: operation, region: region, factor: factor)
        }
        try bill("Input tokens", "input tokens", "input_tokens", isNeeded: true) { $0.input }
        let answers = !model.contains("embed")
        try bill("Output tokens", "output tokens", "output_tokens", isNeeded: answers) {
            $0.isEstimate ? nil : $0.output
        }
        try bill("Cache reads", "cache read tokens", "cache_read_tokens") { $0.cacheRead }
        try bill("Cache writes", "cache write tokens", "cache_write_tokens") { $0.cacheWrite }
    }
}

enum BedrockModel {
    static let offerCode = "AmazonBedrock"
    static let anyRegion = "default"  // prices whose source names no region
    private static let profiles = ["us", "eu", "apac", "global", "au", "jp"]

    /// `eu.anthropic.…` is priced under `cross-region-eu`.
    static func place(_ model: String, region: String) -> (region: String, model: String) {
        for profile in profiles where model.hasPrefix(profile + ".") {
            return ("cross-region-" + profile, String(model.dropFirst(profile.count + 1)))
        }
        return (region, model)
    }

    /// Whether `name` is the beginning of the model id `id`, up to a version: `…-haiku` of `…-haiku-20240307-v1:0`.
    static func isShort(_ name: String, of id: String) -> Bool {
        guard id.hasPrefix(name), let next = id.dropFirst(name.count).first else { return false }
        guard next == "-" || next == ":" else { return false }
        let rest = id.dropFirst(name.count + 1)
        return rest.first == "v" || rest.prefix(8).count(where: \.isNumber) == 8 || next == ":"
    }
}
