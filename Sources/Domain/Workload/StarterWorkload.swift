import Foundation

/// A commented workload to begin with; the texts are resources.
public struct StarterWorkload: Sendable {
    public var name: String
    public var summary: String

    public static let all: [StarterWorkload] = [
        .init(name: "serverless-api", summary: "API Gateway, Lambda, DynamoDB"),
        .init(name: "queue-worker", summary: "SQS, Lambda, S3"),
        .init(name: "event-pipeline", summary: "EventBridge, Kinesis, Firehose, S3"),
        .init(name: "rag-bedrock", summary: "retrieval and a model on Bedrock"),
        .init(name: "containers-rds", summary: "ALB, Fargate, RDS, ElastiCache"),
    ]

    public static func named(_ name: String) -> StarterWorkload? { all.first { $0.name == name } }

    /// - Throws: what reading the resource throws.
    public func text() throws -> String {
        guard let url = Bundle.module.url(forResource: name, withExtension: "yaml", subdirectory: "Starters") else {
            throw CocoaError(.fileNoSuchFile)
        }
        return try String(contentsOf: url, encoding: .utf8)
    }
}
