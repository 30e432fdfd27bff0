/// A commented workload to begin with; the texts are part of the program.
public struct StarterWorkload: Sendable {
    public var name: String
    public var summary: String
    public var text: String

    public static let all: [StarterWorkload] = [
        StarterWorkload("serverless-api", "API Gateway, Lambda, DynamoDB", PackageResources.serverless_api_yaml),
        StarterWorkload("queue-worker", "SQS, Lambda, S3", PackageResources.queue_worker_yaml),
        StarterWorkload("event-pipeline", "EventBridge, Kinesis, Firehose, S3", PackageResources.event_pipeline_yaml),
        StarterWorkload("rag-bedrock", "retrieval and a model on Bedrock", PackageResources.rag_bedrock_yaml),
        StarterWorkload("containers-rds", "ALB, Fargate, RDS, ElastiCache", PackageResources.containers_rds_yaml),
    ]

    public static func named(_ name: String) -> StarterWorkload? { all.first { $0.name == name } }

    private init(_ name: String, _ summary: String, _ bytes: [UInt8]) {
        (self.name, self.summary, text) = (name, summary, String(decoding: bytes, as: UTF8.self))
    }
}
