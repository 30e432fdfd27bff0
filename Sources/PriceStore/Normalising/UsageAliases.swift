/// The names the billing rules use for prices whose AWS usage type was not known when the rules were written, and AWS's own.
///
/// The store keeps AWS's names; only a rule that asks by its own name is led to them.
///
/// Source: AWS's offer files of S3, Lambda and EventBridge, and its page on S3 usage reports
/// ("Understanding your AWS billing and usage reports for Amazon S3"), read 2026-11. The others are listed in `docs/prices.md`.
enum UsageAliases {
    struct Alias: Hashable {
        var offerCode: String
        var ours: String
        var usageType: String
        var operations: [String] = []  // empty: any
    }

    static let all: [Alias] = [
        alias("AmazonS3", "Retrieval-GLACIER", "Standard-Retrieval-Bytes", "RestoreObject", ""),
        alias("AmazonS3", "Retrieval-GLACIER-Expedited", "Expedited-Retrieval-Bytes"),
        alias("AmazonS3", "Retrieval-GDA", "Standard-Retrieval-Bytes", "DeepArchiveRestoreObject"),
        alias("AmazonS3", "Retrieval-GDA-Bulk", "Bulk-Retrieval-Bytes", "DeepArchiveRestoreObject"),
        alias("AmazonS3", "Transition-SIA", "Requests-Tier4", "S3-SIATransition"),
        alias("AmazonS3", "Transition-ZIA", "Requests-Tier4", "S3-ZIATransition"),
        alias("AmazonS3", "Transition-INT", "Requests-Tier4", "S3-INTTransition"),
        alias("AmazonS3", "Transition-GIR", "Requests-Tier4", "S3-GIRTransition"),
        alias("AmazonS3", "Transition-GLACIER", "Requests-Tier3", "S3-GlacierTransition"),
        alias("AmazonS3", "Transition-GDA", "Requests-Tier3", "S3-GDATransition"),
        alias("AWSLambda", "Lambda-SnapStart-Cached-GB-Second", "Lambda-SnapStart-Cached-GB-S"),
        alias("AWSEvents", "Pipes-64K-Chunks", "Request-64K-Chunks", "PipeRequest"),
    ]

    static func of(_ usageType: String, offerCode: String) -> [Alias] {
        all.filter { $0.ours == usageType && $0.offerCode == offerCode }
    }

    private static func alias(_ offerCode: String, _ ours: String, _ usageType: String, _ operations: String...)
        -> Alias
    {
        Alias(offerCode: offerCode, ours: ours, usageType: usageType, operations: operations)
    }
}
