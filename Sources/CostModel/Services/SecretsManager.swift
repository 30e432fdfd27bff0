extension ServiceDefinition {
    /// Secrets by the month, prorated by the hour; API calls.
    ///
    /// - Source: AWS Secrets Manager pricing page; `docs/billing-rules.md`.
    static let secretsManager = ServiceDefinition(
        "secrets_manager", "AWS Secrets Manager", offer: "AWSSecretsManager",
        page: "https://aws.amazon.com/secrets-manager/pricing/",
        [
            .events("api_calls", "API calls."),
            .number("secrets", "secrets", "Secrets stored."),
            .number("hours", "h", optional: true, "Hours that they are stored; the whole month unless given."),
        ]
    ) { input, meter in
        let part = try input.partOfMonth()
        meter.bill("Secrets", "AWSSecretsManager-Secrets", try input.number("secrets") * part, "Secrets")
        meter.bill("API calls", "AWSSecretsManagerAPIRequest", try input.number("api_calls"), "Requests")
    }
}
