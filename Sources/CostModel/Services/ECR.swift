extension ServiceDefinition {
    private static let freeStorage = FreeTier("ecr.storage", .ratio(1, 2), .firstYear)

    /// Storage of private repositories. Pulls to the internet are `data_transfer`'s.
    ///
    /// - Source: Amazon ECR pricing page; `docs/billing-rules.md`.
    static let ecr = ServiceDefinition(
        "ecr", "Amazon ECR", offer: "AmazonECR", page: "https://aws.amazon.com/ecr/pricing/",
        [.number("storage_gb", "GB", "Images stored in private repositories.")]
    ) { input, meter in
        meter.bill("Storage", "TimedStorage-ByteHrs", try input.number("storage_gb"), "GB-Mo", free: freeStorage)
    }
}
