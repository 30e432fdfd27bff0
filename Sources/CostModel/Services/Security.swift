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

    private static let freeRequests = FreeTier("kms.requests", 20_000, .always)

    /// Keys by the month, prorated by the hour; a rotation adds a key-month, the first two only. 20,000 requests are free
    /// over all regions.
    ///
    /// - Source: AWS KMS pricing page; `docs/billing-rules.md`.
    static let kms = ServiceDefinition(
        "kms", "AWS KMS", offer: "awskms", page: "https://aws.amazon.com/kms/pricing/",
        [
            .events("requests", "Symmetric requests."),
            .number("keys", "keys", "Customer managed keys."),
            .number("hours", "h", optional: true, "Hours that they exist; the whole month unless given."),
            .whole("rotations", "rotations", 0, 0...2, "Rotations that each key has had, of which AWS charges two."),
            .number("rsa_2048_requests", "requests", "Asymmetric requests with RSA 2048."),
            .number("asymmetric_requests", "requests", "Other asymmetric requests."),
            .number("ecc_key_pairs", "requests", "GenerateDataKeyPair, ECC."),
            .number("rsa_key_pairs", "requests", "GenerateDataKeyPair, RSA."),
        ]
    ) { input, meter in
        let part = try input.partOfMonth()
        let versions = try input.number("keys") * (Figure(1, "key") + input.number("rotations"))
        meter.bill("Keys", "KMS-Keys", try versions * part, "Keys")
        meter.bill("Requests", "KMS-Requests", try input.number("requests"), "Requests", free: freeRequests)
        meter.bill(
            "RSA 2048 requests", "KMS-Requests-Asymmetric-RSA_2048", try input.number("rsa_2048_requests"), "Requests")
        meter.bill(
            "Asymmetric requests", "KMS-Requests-Asymmetric", try input.number("asymmetric_requests"), "Requests")
        meter.bill(
            "ECC data key pairs", "KMS-Requests-GenerateDatakeyPair-ECC", try input.number("ecc_key_pairs"), "Requests")
        meter.bill(
            "RSA data key pairs", "KMS-Requests-GenerateDatakeyPair-RSA", try input.number("rsa_key_pairs"), "Requests")
    }

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
