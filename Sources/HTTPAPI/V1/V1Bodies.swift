import CostModel
import Domain
import Foundation
import Traffic

/// The JSON of version 1: amounts are numbers.
enum V1Bodies {
    private static let number = Schema<Double>(description: ["type": "number"], read: { _, _, _ in nil }) {
        $1.raw("\($0)")
    }

    // MARK: Scenarios

    private static func members(nameIsRequired: Bool) -> [Member<Scenario.Draft>] {
        [
            Member(
                "name", \.name, ScenarioBodies.trimmed(1...Scenario.longestName),
                required: nameIsRequired, "Name."),
            Member("description", \.description, .text(hasLines: true), "What it is about."),
            Member("region", \.region, ScenarioBodies.region, "AWS region; us-east-1 unless given."),
            Member("tags", \.tags, ScenarioBodies.tags, "Tags."),
        ]
    }

    static let draft = Schema.request("ScenarioCreateV1", Scenario.Draft(), members(nameIsRequired: true))

    private static let changes = members(nameIsRequired: false)

    /// Members that are left out stay; ``apply(_:to:)`` reads the others once the scenario is known.
    static let change: Schema<JSON> = {
        let described = Schema.request("ScenarioUpdateV1", Scenario.Draft(), changes)
        var change = Schema.any(described.description)
        change.components = described.components
        return change
    }()

    static func apply(_ change: JSON, to draft: inout Scenario.Draft) throws {
        var problems = WrongMembers()
        guard let changed = changes.read(change, over: draft, as: "ScenarioUpdateV1", "", &problems) else {
            throw problems.error
        }
        draft = changed
    }

    static let scenario = Schema<Scenario>.answer(
        "ScenarioV1",
        [
            Member(answer: "id", .id, "Id.") { $0.id },
            Member(answer: "name", .plain, "Name.") { $0.draft.name },
            Member(answer: "description", .plain, "What it is about.") { $0.draft.description },
            Member(answer: "region", .plain, "AWS region.") { $0.draft.region },
            Member(answer: "tags", .list(.plain), "Tags.") { $0.draft.tags },
            Member(answer: "status", .choice, "State.") { $0.status },
            Member(answer: "created_at", .time, "Made.") { $0.createdAt },
            Member(answer: "updated_at", .time, "Changed last.") { $0.updatedAt },
        ])

    static let page = Schema<ScenarioPage>.answer(
        "ScenarioListV1",
        [
            Member(answer: "items", .list(scenario), "The scenarios of this page.") { $0.page.items },
            Member(answer: "total", .integer(), "Scenarios on all pages.") { $0.page.total },
            Member(answer: "page", .integer(), "This page, from 1.") { $0.query.page },
            Member(answer: "page_size", .integer(), "Scenarios a page.") { $0.query.pageSize },
        ])

    // MARK: Metrics

    private static let summary = Schema<Metrics>.answer(
        "MetricSummaryV1",
        [
            Member(answer: "total_requests", .integer(), "Records metered.") { $0.traffic.totals.events },
            Member(answer: "total_cost_usd", number, "What the recorded traffic cost.") {
                ($0.estimate.observed?.total ?? .zero).double
            },
            Member(answer: "sqs_blocks", .integer(), "Payloads in started blocks of 64 KB.") { $0.blocks },
            Member(answer: "lambda_invocations", number, "Invocations on the observed bill.") { $0.invocations.double },
            Member(answer: "llm_tokens", .integer(), "Tokens that records report.") { $0.traffic.totals.tokens.total },
            Member(answer: "pii_violations", .integer(), "PII and secrets found.") { $0.traffic.pii.total },
        ])

    private struct Part: Sendable {
        var service: String
        var cost: Double
        var percentage: Double
    }

    private static let part = Schema<Part>.answer(
        "CostBreakdownV1",
        [
            Member(answer: "service", .plain, "The AWS service.") { $0.service },
            Member(answer: "cost_usd", number, "What it cost.") { $0.cost },
            Member(answer: "percentage", number, "Of the whole.") { $0.percentage },
        ])

    private struct Point: Sendable {
        var start: Date
        var kind: String
        var value: Int
    }

    private static let point = Schema<Point>.answer(
        "TimeseriesPointV1",
        [
            Member(answer: "timestamp", .time, "When the hour begins.") { $0.start },
            Member(answer: "metric_type", .plain, "requests, bytes, llm_tokens or pii_violations.") { $0.kind },
            Member(answer: "value", .integer(), "How much in this hour.") { $0.value },
        ])

    private static func parts(_ metrics: Metrics) -> [Part] {
        let total = (metrics.estimate.observed?.total ?? .zero).double
        return metrics.shares.map { share in
            let cost = share.observed.double
            return Part(service: share.service, cost: cost, percentage: total > 0 ? cost / total * 100 : 0)
        }
    }

    private static func points(_ metrics: Metrics) -> [Point] {
        Bucket.series(metrics.traffic, minutes: 60).suffix(8_760).flatMap { bucket in
            [
                Point(start: bucket.start, kind: "requests", value: bucket.traffic.events),
                Point(start: bucket.start, kind: "bytes", value: bucket.traffic.bytes),
                Point(start: bucket.start, kind: "llm_tokens", value: bucket.traffic.tokens.total),
                Point(start: bucket.start, kind: "pii_violations", value: bucket.traffic.piiFindings),
            ]
        }
    }

    static let metrics = Schema<Metrics>.answer(
        "MetricsV1",
        [
            Member(answer: "scenario_id", .id, "The scenario.") { $0.scenario.id },
            Member(answer: "summary", summary, "Totals.") { $0 },
            Member(answer: "cost_breakdown", Schema<[Part]>.answers(part), "Cost by service.") { parts($0) },
            Member(
                answer: "timeseries", Schema<[Point]>.answers(point),
                "Traffic by the hour; the last 8,760 hours that have any."
            ) {
                points($0)
            },
        ])

    // MARK: Accounts

    static let user = Schema<User>.answer(
        "UserV1",
        [
            Member(answer: "id", .id, "The user.") { $0.id },
            Member(answer: "email", .plain, "E-mail address.") { $0.email },
            Member(answer: "full_name", .plain, "What they are called.") { $0.name },
            Member(answer: "is_active", .flag, "Whether they are let in.") { !$0.isDisabled },
            Member(answer: "is_superuser", .flag, "Whether they are administrators.") { $0.role == .admin },
            Member(answer: "is_verified", .flag, "Whether the address was shown to be theirs.") {
                $0.verifiedAt != nil
            },
            Member(answer: "created_at", .time, "Since when.") { $0.createdAt },
        ])

    static let key = Schema<(key: APIKey, secret: String?, isActive: Bool)>.answer(
        "APIKeyV1",
        [
            Member(answer: "id", .id, "The key.") { $0.key.id },
            Member(answer: "name", .plain, "What it is for.") { $0.key.name },
            Member(answer: "key_prefix", .plain, "The first characters of the secret.") { $0.key.prefix },
            Member(answer: "key", Schema<String>.plain.orNull, "The secret, when it is made.") { $0.secret },
            Member(answer: "scopes", KeyRoutes.scopes, "What it may be used for.") { $0.key.scopes },
            Member(answer: "is_active", .flag, "Whether it has not ended.") { $0.isActive },
            Member(answer: "created_at", .time, "When it was made.") { $0.key.createdAt },
            Member(answer: "expires_at", Schema<Date>.time.orNull, "When it ends.") { $0.key.expiresAt },
            Member(answer: "last_used_at", Schema<Date>.time.orNull, "When it was last used.") { $0.key.lastUsedAt },
        ])
}

extension USD {
    /// For version 1, which has numbers.
    fileprivate var double: Double { Double(exact) ?? 0 }  // a decimal is a number
}

extension Quantity {
    fileprivate var double: Double { Double(numerator) / Double(denominator) }
}
