extension ServiceDefinition {
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
}
