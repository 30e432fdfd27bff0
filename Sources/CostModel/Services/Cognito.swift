extension ServiceDefinition {
    private static let freeLite = FreeTier("cognito.mau", 10_000, .always)
    private static let freeLegacy = FreeTier("cognito.legacy_mau", 50_000, .always)
    private static let freeFederated = FreeTier("cognito.federated_mau", 50, .always)

    /// Monthly active users by plan; the first 10,000 of Lite and Essentials (50,000 on the legacy price) are free, and
    /// the tiers begin after them.
    ///
    /// - Source: Amazon Cognito pricing page; `docs/billing-rules.md`.
    static let cognito = ServiceDefinition(
        "cognito", "Amazon Cognito", offer: "AmazonCognito", page: "https://aws.amazon.com/cognito/pricing/",
        [
            .number("monthly_active_users", "MAU", "Users that sign in directly or through a social provider."),
            .choice("plan", ["essentials", "lite", "plus", "legacy"], "Feature plan of the user pool."),
            .number("federated_users", "MAU", "Users that sign in through SAML or OIDC."),
            .number("m2m_token_requests", "requests", "Machine-to-machine token requests."),
        ]
    ) { input, meter in
        let plans: [String: (String, FreeTier?)] = [
            "essentials": ("CognitoEssentialsMAU", freeLite), "lite": ("CognitoLiteMAU", freeLite),
            "plus": ("CognitoPlusMAU", nil), "legacy": ("CognitoUserPoolsMAU", freeLegacy),
        ]
        let plan = input.text("plan")
        guard let (usageType, free) = plans[plan] else { throw UsageError("plan", "'\(plan)' is not known") }
        meter.bill("Active users (\(plan))", usageType, try input.number("monthly_active_users"), "MAU", free: free)
        meter.bill(
            "Federated users", "CognitoEnterpriseMAU", try input.number("federated_users"), "MAU", free: freeFederated)
        meter.bill("M2M token requests", "CognitoM2MTokenRequests", try input.number("m2m_token_requests"), "Tokens")
    }
}
