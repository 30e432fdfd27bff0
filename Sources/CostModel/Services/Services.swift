/// Every AWS service that has a billing rule here.
public enum Services {
    public static let all: [ServiceDefinition] = [
        .lambda, .lambdaEdge, .sqs, .sns, .eventBridge, .stepFunctions, .apiGateway, .s3, .dynamoDB, .kinesis,
        .firehose,
        .cloudWatch,
        .cloudWatchLogs, .bedrock, .ec2, .ebs, .rds, .elastiCache, .fargate, .ecr, .loadBalancer, .natGateway,
        .cloudFront, .dataTransfer, .route53, .secretsManager, .kms, .cognito, .openSearch, .athena, .ses, .raw,
    ]

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    public static func named(_ name: String) -> ServiceDefinition? { byName[name] }
}
