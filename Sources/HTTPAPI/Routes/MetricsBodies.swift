import CostModel
import Domain
import Foundation
import Traffic

/// The JSON of metrics and bills. Amounts and quantities are decimal strings.
enum MetricsBodies {
    private static let decimal = Schema<String>(
        description: ["type": "string", "pattern": #"^-?[0-9]+(\.[0-9]+)?(/[0-9]+)?$"#]
    ) { _, _, _ in
        nil
    } write: {
        $1.string($0)
    }

    struct Share: Sendable {
        var service: String
        var observed: USD
        var monthly: USD
    }

    /// What a line of the bills counts.
    struct Driver: Sendable {
        var service: String
        var line: String
        var unit: String
        var observed: Quantity
        var monthly: Quantity
    }

    struct Source: Sendable {
        var name: String
        var counts: SourceCounts.Counts
    }

    struct Finding: Sendable {
        var kind: PIIKind
        var count: Int
        var samples: [String]
    }

    static let metrics = Schema<Metrics>.answer(
        "Metrics",
        [
            Member(answer: "scenario_id", .id, "The scenario.") { $0.scenario.id },
            Member(answer: "summary", summary, "Totals.") { $0 },
            Member(answer: "cost_breakdown", .list(share), "Cost by service.") { $0.shares },
            Member(answer: "drivers", .list(driver, maximum: 10_000), "What the bills count, line by line.") {
                $0.drivers
            },
            Member(answer: "sources", .list(source), "Traffic by source, the most first.") { metrics in
                metrics.traffic.sources.named.map { Source(name: $0.name, counts: $0.counts) }
            },
            Member(answer: "other_sources", source, "Traffic of all sources beyond a thousand names, together.") {
                Source(name: "other", counts: $0.traffic.sources.other)
            },
            Member(answer: "pii", .list(finding), "PII and secrets found, by kind.") { metrics in
                PIIKind.allCases.filter { metrics.traffic.pii[$0] > 0 }.map {
                    Finding(kind: $0, count: metrics.traffic.pii[$0], samples: metrics.traffic.piiSamples[$0])
                }
            },
        ])

    static let summary = Schema<Metrics>.answer(
        "MetricsSummary",
        [
            Member(answer: "total_requests", .integer(), "Records metered.") { $0.traffic.totals.events },
            Member(answer: "rejected_records", .integer(), "Records that could not be read.") {
                $0.traffic.accounting.rejected
            },
            Member(answer: "total_bytes", .integer(), "Their payload in bytes.") { $0.traffic.totals.bytes },
            Member(answer: "observed_minutes", .integer(), "From the first to the last record, a few strays left out.")
            {
                ObservedTime($0.traffic)?.minutes ?? 0
            },
            Member(answer: "total_cost_usd", decimal, "What the recorded traffic cost, in US dollars.") {
                ($0.estimate.observed?.total ?? .zero).exact
            },
            Member(answer: "monthly_cost_usd", decimal, "What a month of it costs.") {
                $0.estimate.monthly.total.exact
            },
            Member(answer: "monthly_list_cost_usd", decimal, "The same without any free tier.") {
                $0.estimate.monthly.list.exact
            },
            Member(answer: "sqs_blocks", .integer(), "Payloads in started blocks of 64 KB.") { $0.blocks },
            Member(answer: "lambda_invocations", decimal, "Invocations on the observed bill.") {
                $0.invocations.description
            },
            Member(answer: "llm_tokens", .integer(), "Tokens that records report.") {
                $0.traffic.totals.tokens.total
            },
            Member(answer: "pii_violations", .integer(), "PII and secrets found.") { $0.traffic.pii.total },
        ])

    static let forecast = Schema<Forecast>.answer(
        "Forecast",
        [
            Member(answer: "factor", decimal, "Times the recorded traffic.") { $0.factor.description },
            Member(answer: "monthly_cost_usd", decimal, "Expected, with the chosen free tier.") {
                $0.expected.total.exact
            },
            Member(answer: "low_usd", decimal, "At the lower end of the interval.") { $0.low.total.exact },
            Member(answer: "high_usd", decimal, "At its upper end.") { $0.high.total.exact },
            Member(answer: "variation", decimal, "Half the interval as a part of the mean traffic.") {
                String(format: "%.6f", $0.variation)
            },
            Member(answer: "stretches", .integer(), "Stretches of time it was made of.") { $0.stretches },
            Member(answer: "stretch_minutes", .integer(), "Length of one in minutes.") { $0.stretchMinutes },
        ])

    /// `{"scenario_ids": […]}`
    static let comparison = Schema<[UUID]>(
        description: [
            "type": "object", "required": ["scenario_ids"], "additionalProperties": false,
            "properties": [
                "scenario_ids": [
                    "type": "array", "minItems": 1, "maxItems": 20, "items": ["type": "string", "format": "uuid"],
                ]
            ],
        ]
    ) { json, pointer, problems in
        let ids = Schema<[UUID]>.list(.id, maximum: 20)
        guard case .object(let members) = json, members.count == 1, let list = json["scenario_ids"],
            list.elements?.isEmpty == false
        else {
            problems.add(pointer, "expected scenario_ids alone, 1 to 20 of them")
            return nil
        }
        return ids.read(list, pointer + "/scenario_ids", &problems)
    } write: { _, _ in
    }

    static let compared = Schema<Compared>.answer(
        "ComparedScenario",
        [
            Member(answer: "scenario_id", .id, "The scenario.") { $0.metrics.scenario.id },
            Member(answer: "name", .plain, "Its name.") { $0.metrics.scenario.draft.name },
            Member(answer: "region", .plain, "Its region.") { $0.metrics.scenario.draft.region },
            Member(answer: "summary", summary, "Its sums.") { $0.metrics },
            Member(answer: "cost_breakdown", .list(share), "By service.") { $0.metrics.shares },
            Member(answer: "monthly_difference_usd", decimal, "More than the first, a month.") {
                let own = $0.metrics.estimate.monthly.total.picodollars
                return USD(picodollars: own - $0.first.estimate.monthly.total.picodollars).exact
            },
        ])

    private static let share = Schema<Share>.answer(
        "ServiceCost",
        [
            Member(answer: "service", .plain, "As in the workload.") { $0.service },
            Member(answer: "cost_usd", decimal, "Of the recorded traffic.") { $0.observed.exact },
            Member(answer: "monthly_cost_usd", decimal, "Of a month.") { $0.monthly.exact },
        ])

    private static let driver = Schema<Driver>.answer(
        "CostDriver",
        [
            Member(answer: "service", .plain, "As in the workload.") { $0.service },
            Member(answer: "line", .plain, "What is billed.") { $0.line },
            Member(answer: "unit", .plain, "The price's unit.") { $0.unit },
            Member(answer: "quantity", decimal, "Of the recorded traffic, as AWS rounds it.") {
                $0.observed.description
            },
            Member(answer: "monthly_quantity", decimal, "Of a month.") { $0.monthly.description },
        ])

    private static let source = Schema<Source>.answer(
        "SourceTraffic",
        [
            Member(answer: "source", .plain, "What the records name: host, service, logger.") { $0.name },
            Member(answer: "requests", .integer(), "Records.") { $0.counts.events },
            Member(answer: "bytes", .integer(), "Payload in bytes.") { $0.counts.bytes },
            Member(answer: "pii_violations", .integer(), "PII and secrets found.") { $0.counts.pii.total },
        ])

    private static let finding = Schema<Finding>.answer(
        "PIIFinding",
        [
            Member(answer: "kind", .plain, "Kind.") { "\($0.kind)" },
            Member(answer: "count", .integer(), "How often.") { $0.count },
            Member(answer: "samples", .list(.plain), "A few, blotted out.") { $0.samples },
        ])

    static let timeseries = Schema<[Bucket]>.list(
        .answer(
            "TimeBucket",
            [
                Member(answer: "start", .time, "When the bucket begins.") { $0.start },
                Member(answer: "requests", .integer(), "Records.") { $0.traffic.events },
                Member(answer: "bytes", .integer(), "Payload in bytes.") { $0.traffic.bytes },
                Member(answer: "llm_tokens", .integer(), "Tokens that records report.") {
                    $0.traffic.tokens.total
                },
                Member(answer: "pii_violations", .integer(), "PII and secrets found.") { $0.traffic.piiFindings },
            ]), maximum: 50_000)

    static let bill = Schema<PricedBill>.answer(
        "Bill",
        [
            Member(answer: "free_tier", .plain, "The choice that total_usd follows.") { $0.bill.freeTier.rawValue },
            Member(answer: "price_catalog", .plain, "Version of the embedded price list.") { $0.catalogVersion },
            Member(answer: "list_usd", decimal, "Without any free tier.") { $0.bill.list.exact },
            Member(answer: "total_usd", decimal, "With the chosen free tier.") { $0.bill.total.exact },
            Member(answer: "after_first_year_usd", decimal, "Once the 12-month offers have ended.") {
                $0.bill.afterFirstYear.exact
            },
            Member(answer: "lines", .list(line, maximum: 10_000), "The lines.") { $0.bill.lines },
        ])

    static let bills = Schema<Metrics>.answer(
        "Bills",
        [
            Member(answer: "scenario_id", .id, "The scenario.") { $0.scenario.id },
            Member(answer: "observed", bill.orNull, "What the recorded events cost.") { metrics in
                metrics.estimate.observed.map { PricedBill(bill: $0, catalogVersion: metrics.catalogVersion) }
            },
            Member(answer: "monthly", bill, "Projected to a month.") {
                PricedBill(bill: $0.estimate.monthly, catalogVersion: $0.catalogVersion)
            },
        ])

    private static let line = Schema<BillLine>.answer(
        "BillLine",
        [
            Member(answer: "service", .plain, "As in the workload.") { $0.usage.service },
            Member(answer: "line", .plain, "What is billed.") { $0.usage.label },
            Member(answer: "region", .plain, "AWS region.") { $0.price.region },
            Member(answer: "quantity", decimal, "As AWS rounds it; a fraction where no decimal is exact.") {
                $0.usage.quantity.description
            },
            Member(answer: "unit", .plain, "The price's unit.") { $0.usage.unit },
            Member(answer: "derivation", .plain, "How the quantity comes about.") { $0.usage.figure.text },
            Member(answer: "free_quantity", decimal, "Free of charge.") { $0.chosen.freeQuantity.description },
            Member(answer: "cost_usd", decimal, "With the chosen free tier.") { $0.chosen.cost.exact },
            Member(answer: "list_cost_usd", decimal, "Without any free tier.") { $0.list.cost.exact },
            Member(answer: "price", price, "The price used.") { $0.price },
            Member(answer: "slices", .list(slice), "Tier by tier.") { $0.chosen.slices },
        ])

    private static let price = Schema<Price>.answer(
        "PriceSource",
        [
            Member(answer: "offer_code", .plain, "AWS's offer code.") { $0.offerCode },
            Member(answer: "usage_type", .plain, "AWS's usage type.") { $0.usageType },
            Member(answer: "operation", .plain, "AWS's operation.") { $0.operation },
            Member(answer: "effective_date", .plain, "Since when.") { $0.effectiveDate },
            Member(answer: "source", .plain, "Where it was read.") { $0.source },
        ])

    private static let slice = Schema<TierSlice>.answer(
        "TierSlice",
        [
            Member(answer: "begin", decimal, "The tier's first unit.") { $0.tier.begin.description },
            Member(answer: "usd_per_unit", decimal, "Its price.") { $0.tier.usd.exact },
            Member(answer: "quantity", decimal, "Units in it.") { $0.quantity.description },
            Member(answer: "cost_usd", decimal, "Their cost.") { $0.cost.exact },
        ])
}

extension Metrics {
    /// The quantities of both bills, in the order of the monthly one.
    fileprivate var drivers: [MetricsBodies.Driver] {
        var (drivers, places): ([MetricsBodies.Driver], [[String]: Int]) = ([], [:])
        func add(_ bill: Bill?, _ path: WritableKeyPath<MetricsBodies.Driver, Quantity>) {
            var seen: [[String]: Int] = [:]
            for usage in (bill?.lines ?? []).map(\.usage) {
                let name = [usage.service, usage.label, usage.unit]
                seen[name, default: 0] += 1  // lines that differ in price alone stay apart
                let key = name + ["\(seen[name] ?? 0)"]
                let place = places[key] ?? drivers.count
                if place == drivers.count {
                    places[key] = place
                    drivers.append(
                        MetricsBodies.Driver(
                            service: usage.service, line: usage.label, unit: usage.unit, observed: 0, monthly: 0))
                }
                drivers[place][keyPath: path] = usage.quantity
            }
        }
        add(estimate.monthly, \.monthly)
        add(estimate.observed, \.observed)
        return drivers
    }

    /// Cost by service, dearest first.
    var shares: [MetricsBodies.Share] {
        var shares: [String: MetricsBodies.Share] = [:]
        func add(_ bill: Bill?, _ path: WritableKeyPath<MetricsBodies.Share, USD>) {
            for line in bill?.lines ?? [] {
                let none = MetricsBodies.Share(service: line.usage.service, observed: .zero, monthly: .zero)
                let sum = shares[line.usage.service, default: none][keyPath: path]
                shares[line.usage.service, default: none][keyPath: path] = USD(
                    picodollars: sum.picodollars + line.chosen.cost.picodollars)  // the bill's sum did not overflow
            }
        }
        add(estimate.observed, \.observed)
        add(estimate.monthly, \.monthly)
        return shares.values.sorted { ($1.monthly, $0.service) < ($0.monthly, $1.service) }
    }
}
