import CostModel
import Domain
import Testing
import Traffic

/// Wrong files are told apart by line, field, what was found and what was expected.
@Suite struct WorkloadReadingTests {
    @Test(arguments: [
        ("region: [", "w.yaml:2: not YAML or JSON"),
        (
            "region: us-east-1\nusage:\n  - sqs: { messages: 1, share: 5% }",
            "w.yaml:3: usage[0].sqs: share is a part of the traffic"
        ),
        ("", "w.yaml:1: the file is empty"),
        ("usage:\n  - sqs: {}", "w.yaml:1: region: is missing"),
        ("region: us-east-1", "w.yaml:1: nothing to price"),
        ("region: us-east-1\nregin: x\nusage: [sqs]", "w.yaml:2: unknown field 'regin'; did you mean region"),
        ("region: us-east-1\nusage:\n  - sqss: {}", "w.yaml:3: usage[0]: unknown service 'sqss'; did you mean sqs"),
        (
            "region: us-east-1\nusage:\n  - sqs: { mesages: 1 }",
            "w.yaml:3: usage[0].sqs: unknown field 'mesages'; did you mean messages"
        ),
        (
            "region: us-east-1\nusage:\n  - sqs:\n      messages: many",
            "w.yaml:4: usage[0].sqs.messages: found 'many', expected a number"
        ),
        (
            "region: us-east-1\nusage:\n  - sqs: { batch: 11 }",
            "usage[0].sqs.batch: found '11', expected a whole number from 1 to 10"
        ),
        (
            "region: us-east-1\nusage:\n  - sqs: { batch: 2.5 }",
            "usage[0].sqs.batch: found '2.5', expected a whole number"
        ),
        ("region: us-east-1\nusage:\n  - sqs: { messages: -1 }", "found '-1', expected a number, 0 or more"),
        ("region: us-east-1\nusage:\n  - sqs: { type: fast }", "found 'fast', expected one of standard, fifo"),
        ("region: us-east-1\nusage:\n  - sqs: { receive: perhaps }", "found 'perhaps', expected true or false"),
        ("region: us-east-1\nusage: 7", "w.yaml:2: usage: found '7', expected a list"),
        ("region: us-east-1\nusage:\n  - bedrock: { requests: 1 }", "usage[0].bedrock: model is missing"),
        (
            "region: us-east-1\nusage: [sqs]\nprices:\n  - { service: sqs }",
            "prices[0]: expected one of usd, tiers and discount"
        ),
        ("region: us-east-1\nusage: [sqs]\nprices:\n  - { service: sqs, usd: 1 }", "prices[0]: usage_type is missing"),
        (
            "region: us-east-1\nusage: [sqs]\nprices:\n  - { usage_type: A, tiers: [{ usd: 1, end: 5 }, { begin: 6, usd: 2 }] }",
            "begins at 6, expected the end of the band before"
        ),
        ("region: us-east-1\nusage: [sqs]\nusage: [sns]", "given twice: usage"),
        (
            "region: us-east-1\nmonth_hours: 800\nusage: [sqs]",
            "month_hours: found '800', expected a number from 1 to 744"
        ),
    ])
    func saysWhereAndWhat(_ text: String, _ expected: String) {
        #expect {
            try Workload(text, file: "w.yaml")
        } throws: { error in
            let message = "\(error)"
            return message.contains(expected) && !message.contains("\n")
        }
    }

    /// What the rule would not look at would be missing from the bill without a word.
    @Test(arguments: [
        ("ec2: { instance_type: m7g.large, seconds: 90 }", "seconds"),
        ("dynamodb: { mode: provisioned, write_capacity_units: 5, writes: 1e6 }", "writes"),
        ("step_functions: { type: express, executions: 5, duration_ms: 100, transitions: 9 }", "transitions"),
        ("kinesis: { mode: provisioned, shards: 2, ingested_gb: 5 }", "ingested_gb"),
        ("elasticache: { node_type: cache.t4g.small, processing_units: 5 }", "processing_units"),
        ("rds: { class: db.t4g.medium, acu: 2 }", "acu"),
        ("s3: { storage_gb: 5, lifecycle_transitions: 9 }", "lifecycle_transitions"),
        ("fargate: { hours: 5, seconds: 90 }", "hours"),
        ("api_gateway: { requests: 5, cache_hours: 9 }", "cache_hours"),
        ("lambda: { requests: 5, duration_ms: 3, streamed_mb: 20 }", "streamed_mb"),
    ])
    func refusesAQuantityThatChangesNothing(_ usage: String, _ name: String) {
        #expect {
            try Workload("region: us-east-1\nusage:\n  - \(usage)", file: "w.yaml")
        } throws: {
            "\($0)".contains(": \(name) changes nothing")
        }
    }

    @Test func rawUsageNeedsAQuantity() throws {
        let workload = try Workload("region: us-east-1\nusage:\n  - raw: { offer: A, usage_type: B }", file: "w.yaml")
        let estimator = Estimator(lookup: PriceLookup([try PriceCatalog.embedded()]))
        #expect { try estimator.estimate(workload) } throws: { "\($0)".contains("quantity: is missing") }
    }

    @Test(arguments: [
        "ec2: { instance_type: m7g.large, seconds: 90, starts: 0 }", "ebs: { size_gb: 10, iops: 3000 }",
        "s3: { storage_gb: 5, stored_objects: 100, retrieved_gb: 1 }", "nat_gateway: { hours: 730 }",
        "api_gateway: { type: rest, requests: 5, payload_kb: 3 }", "lambda: { requests: 0, memory_mb: 512 }",
        "sqs: { messages: 1000000, payload_kb: 64, batch: 10 }",
    ])
    func keepsWhatMayBeSaidWithoutACost(_ usage: String) throws {
        #expect(try Workload("region: us-east-1\nusage:\n  - \(usage)", file: "w.yaml").usage.count == 1)
    }

    @Test func readsJSONAsWell() throws {
        let text = """
            {"name": "from JSON", "region": "eu-west-1", "free_tier": "none",
            \t"usage": [{"lambda": {"requests": 3e6, "duration_ms": 120.5, "architecture": "arm64"}}]}
            """
        let workload = try Workload(text, file: "w.json")
        #expect(workload.usage[0].values["requests"] == .number(3_000_000))
        #expect(workload.usage[0].values["duration_ms"] == .number(try Quantity("241/2")))
        #expect(workload.freeTier == .none)
    }

    @Test func overridesChangeOneValueOrEveryService() throws {
        let text =
            "region: us-east-1\nsteps:\n  - lambda: { memory_mb: 128 }\n  - sqs:\nfixed:\n  - lambda: { memory_mb: 256 }"
        func read(_ overrides: String...) throws -> Workload {
            try Workload(text, file: "w.yaml", overrides: overrides.map(WorkloadOverride.init))
        }
        #expect(try read("region=eu-west-1").region == "eu-west-1")
        let one = try read("steps[0].lambda.memory_mb=512", "steps[1].sqs.batch=10")
        #expect(one.steps[0].values["memory_mb"] == .number(512))
        #expect(one.steps[1].values["batch"] == .number(10))
        #expect(one.fixed[0].values["memory_mb"] == .number(256))
        let every = try read("lambda.memory_mb=1024")
        #expect([every.steps[0], every.fixed[0]].map { $0.values["memory_mb"] } == [.number(1_024), .number(1_024)])
        #expect { try read("steps[7].sqs.batch=1") } throws: { "\($0)".contains("the file has no such place") }
        #expect { try read("sns.payload_kb=1") } throws: { "\($0)".contains("the file has no sns") }
        #expect { try read("lambda.memory=1") } throws: {
            "\($0)".contains("unknown field 'memory'; did you mean memory_mb")
        }
    }

    @Test(arguments: StarterWorkload.all.map(\.name))
    func everyStarterIsRight(_ name: String) throws {
        let text = try #require(StarterWorkload.named(name)).text
        let workload = try Workload(text, file: name)
        #expect(workload.steps.count + workload.fixed.count >= 5)
    }

    @Test func aStepNeedsTraffic() throws {
        let workload = try Workload("region: us-east-1\nsteps:\n  - sqs: {}", file: "w.yaml")
        #expect {
            try Estimator(lookup: PriceLookup([])).estimate(workload)
        } throws: { "\($0)".hasPrefix("w.yaml:3: steps[0].sqs: steps need traffic") }
    }

    @Test(arguments: [
        ("sqs", "w.yaml:3: usage[0].sqs: says nothing to bill: give messages, payload_kb"),
        ("{ sqs: { label: mine } }", "says nothing to bill"),
        ("{ lambda_edge: { requests: 1 } }", "usage[0].lambda_edge: duration_ms: is missing"),
        ("{ athena: { queries: 1 } }", "usage[0].athena: scanned_mb: is missing"),
        ("{ lambda: { provisioned_requests: 1 } }", "usage[0].lambda: provisioned_duration_ms: is missing"),
        (
            "{ s3: { storage_class: standard_ia, retrieved_gb: 1, retrieval: bulk } }",
            "standard_ia has no bulk retrieval"
        ),
        ("{ lambda: { requests: 1 } }", "w.yaml:3: usage[0].lambda: duration_ms: is missing"),
    ])
    func nothingIsSilentlyFree(item: String, problem: String) throws {
        let workload = try Workload("region: us-east-1\nusage:\n  - \(item)", file: "w.yaml")
        #expect {
            try Estimator(lookup: PriceLookup([PriceCatalog.embedded()])).estimate(workload)
        } throws: { "\($0)".contains(problem) }
    }

    @Test func privatePricesAreForTheLinesUnitAndFitALine() throws {
        let estimator = Estimator(lookup: PriceLookup([try PriceCatalog.embedded()]))
        func bill(_ price: String) throws -> Bill {
            let text = """
                region: us-east-1
                usage:
                  - bedrock: { model: anthropic.claude-3-5-haiku, requests: 1000, input_tokens: 1000, output_tokens: 0 }
                prices:
                  - \(price)
                """
            return try estimator.estimate(try Workload(text, file: "w.yaml"))
        }
        #expect(
            try bill("{ service: bedrock, usage_type: anthropic.claude-3-5-haiku, usd: 0.0000008 }").total
                == USD("0.80"))
        #expect {
            try bill("{ service: bedrock, usage_type: Reqest, usd: 0 }")
        } throws: { "\($0)" == "w.yaml:5: this entry of prices fits no line of the bill" }
    }

    @Test func aByteOrderMarkIsNoPartOfTheFile() throws {
        #expect(try Workload("\u{FEFF}region: us-east-1\nusage:\n  - nat_gateway:", file: "w.yaml").usage.count == 1)
    }

    @Test func trafficWithoutTimesNeedsItsHours() throws {
        let workload = try Workload("region: us-east-1\nsteps:\n  - sqs: {}", file: "w.yaml")
        var meter = TrafficMeter(options: MeterOptions(format: .lines), sourceName: "log")
        let text = [UInt8]("one\ntwo\n".utf8)
        try text.withUnsafeBytes { try meter.consume($0) }
        let profile = try meter.finish()
        let estimator = Estimator(lookup: PriceLookup([try PriceCatalog.embedded()]))
        #expect {
            try estimator.estimate(workload, traffic: profile, projection: Projection())
        } throws: { "\($0)".contains("--observed-hours") }
        let day = try estimator.estimate(workload, traffic: profile, projection: Projection(observedHours: 24))
        #expect(day.scale == (try Quantity("730/24")))
        var none = TrafficMeter(options: MeterOptions(format: .ndjson), sourceName: "log")
        try text.withUnsafeBytes { try none.consume($0) }
        let damaged = try none.finish()
        #expect {
            try estimator.estimate(workload, traffic: damaged, projection: Projection())
        } throws: { "\($0)".contains("2 read, 2 rejected; log, line 1: malformed") }
    }
}
