extension ServiceDefinition {
    private static let freeRequests = FreeTier("lambda.requests", 1_000_000, .always)
    private static let freeDuration = FreeTier("lambda.gb-seconds", 400_000, .always)

    /// Requests; duration rounded up to 1 ms, times memory; /tmp above 512 MB; provisioned concurrency in steps of 5
    /// minutes; the first 256 KB of an asynchronous event and each further 64 KB are requests of their own.
    /// The free GB-seconds never cover duration on provisioned concurrency; the free requests cover every request.
    ///
    /// - Source: AWS Lambda pricing page, read 2026; `docs/billing-rules.md`.
    static let lambda = ServiceDefinition(
        "lambda", "AWS Lambda", offer: "AWSLambda", page: "https://aws.amazon.com/lambda/pricing/",
        [
            .events("requests", "Invocations, on demand; with `batch`, the messages that are batched."), .payload,
            .choice("architecture", ["x86_64", "arm64"], "Processor."),
            .number(
                "memory_mb", "MB", 128, 128...32_768,
                "Memory of the function; in a replay, the recorded memory when this is left out."),
            .number(
                "duration_ms", "ms", optional: true,
                "Average billed time of one invocation; rounded up to 1 ms. In a replay, recorded durations are used when this is left out."
            ),
            .whole("batch", "messages", 1, 1...10_000, "Messages that one invocation takes."),
            .flag("asynchronous", "Events are queued by Lambda: payload beyond 256 KB is billed as further requests."),
            .number(
                "gb_seconds", "GB-s", "Duration times memory, where it is already known; added to the computed one."),
            .number("ephemeral_storage_mb", "MB", 512, 512...10_240, "Size of /tmp; 512 MB are included."),
            .number("provisioned_concurrency", "environments", "Environments kept warm."),
            .number(
                "provisioned_hours", "h", optional: true, "Hours a month they are kept; the whole month unless given."),
            .number("provisioned_requests", "requests", "Invocations served by them, beside `requests`."),
            .number(
                "provisioned_duration_ms", "ms", optional: true, "Their average duration; `duration_ms` unless given."),
            .number("streamed_responses", "responses", "Responses that are streamed."),
            .number("streamed_mb", "MB", "Size of a streamed response; 6 MB of each are included."),
            .number(
                "streamed_free_gb", "GB", 0, 0...100,
                "Streamed GB that are free. AWS grants 100 and its own published example does not take them off."),
            .number("snapstart_cached_gb", "GB", "Memory of all cached SnapStart versions."),
            .number(
                "snapstart_hours", "h", optional: true,
                "Hours they are cached, at least 3; the whole month unless given."),
            .number("snapstart_restored_gb", "GB", "Memory restored from snapshots."),
            .number("kafka_poller_hours", "h", "Event poller unit hours, Kafka."),
            .number("sqs_poller_hours", "h", "Event poller unit hours, SQS."),
            .number("durable_operations", "operations", "Durable function operations."),
            .number("durable_written_gb", "GB", "Durable data written, decimal GB."),
            .number("durable_retained_gb_month", "GB-month", "Durable data kept, decimal GB."),
            .number("tenant_environments", "environments", "Tenant-isolated environments created."),
            .number("microvm_vcpu_seconds", "vCPU-s", "MicroVM processor time."),
            .number("microvm_gb_seconds", "GB-s", "MicroVM memory time."),
            .number("microvm_snapshot_read_gb", "GB", "MicroVM snapshots read or launched."),
            .number("microvm_snapshot_written_gb", "GB", "MicroVM snapshots written."),
            .number("microvm_snapshot_gb_month", "GB-month", "MicroVM snapshots stored."),
            .text("managed_instance_type", "Managed instances: the EC2 type they run on."),
            .number(
                "managed_instance_hours", "h",
                "Hours of managed instances; a fee of 15 % of the on-demand price is added."),
        ]
    ) { input, meter in
        let arm = input.text("architecture") == "arm64"
        let suffix = arm ? "-ARM" : ""
        let memory = try input.number("memory_mb")
        let invocations = try input.lambdaInvocations()
        let provisioned = try input.number("provisioned_requests")
        let requests = input.flag("asynchronous") ? try input.asynchronousRequests() : invocations
        meter.bill(
            "Requests (\(input.text("architecture")))", "Request" + suffix, try requests + provisioned, "Requests",
            free: freeRequests)

        let megabytes = Figure(1_024_000, "MB·ms/GB·s")
        var duration = try input.number("gb_seconds")
        var seconds = Figure(0, "s")
        if let each = try input.given("duration_ms")?.roundedUp(to: 1, "ms") {
            duration = try duration + invocations * each * memory / megabytes
            seconds = try invocations * each / Figure(1_000, "ms/s")
        } else if let recorded = try input.recorded({ $0.invocations?.milliseconds }, "ms recorded") {
            seconds = try recorded / Figure(1_000, "ms/s")
            let own = input.has("memory_mb") ? try recorded * memory : nil
            let all = try own ?? input.recorded({ $0.invocations?.megabyteMilliseconds }, "MB·ms recorded")
            duration = try duration + (all ?? Figure(0)) / megabytes
        } else if invocations.value > 0, duration.value == 0, try input.number("managed_instance_hours").value == 0 {
            throw UsageError("duration_ms", "is missing: the average billed time of one invocation")
        }
        meter.bill(
            "Duration (\(input.text("architecture")))", "Lambda-GB-Second" + suffix, duration, "GB-Seconds",
            free: freeDuration)
        if provisioned.value > 0 {
            guard let each = try input.provisionedDuration() else {
                throw UsageError("provisioned_duration_ms", "is missing: the average time of a provisioned invocation")
            }
            seconds = try seconds + provisioned * each / Figure(1_000, "ms/s")
        }
        let storage = try (input.number("ephemeral_storage_mb") - Figure(512, "MB")) / Figure(1_024, "MB/GB")
        meter.bill("Ephemeral storage", "Lambda-Storage-GB-Second" + suffix, try seconds * storage, "GB-Seconds")

        try input.provisionedConcurrency(memory: memory, suffix: suffix, &meter)
        let streamed = try (input.number("streamed_mb") - Figure(6, "MB")) / Figure(1_024, "MB/GB")
        let freeStreaming = FreeTier("lambda.streaming", try input.number("streamed_free_gb").value, .always)
        meter.bill(
            "Response streaming", "Lambda-Streaming-Response-Processed-Bytes",
            try input.number("streamed_responses") * streamed, "GB", free: freeStreaming)
        let cached =
            try input.number("snapstart_cached_gb") * input.hours("snapstart_hours").atLeast(3, "h")
            * Figure(3_600, "s/h")
        meter.bill("SnapStart cache", "Lambda-SnapStart-Cached-GB-Second", cached, "GB-Seconds")
        meter.bill("SnapStart restore", "Lambda-SnapStart-Restored-GB", try input.number("snapstart_restored_gb"), "GB")
        meter.bill("Event pollers, Kafka", "EventPollerUnit-Kafka", try input.number("kafka_poller_hours"), "Hrs")
        meter.bill("Event pollers, SQS", "EventPollerUnit-SQS", try input.number("sqs_poller_hours"), "Hrs")
        meter.bill("Durable operations", "Durable-Operations", try input.number("durable_operations"), "Operations")
        meter.bill("Durable data written", "Durable-Written-Bytes", try input.number("durable_written_gb"), "GB")
        meter.bill(
            "Durable data retained", "Durable-Retained-ByteHrs", try input.number("durable_retained_gb_month"), "GB-Mo")
        let tenants = try input.number("tenant_environments") * memory / Figure(1_024, "MB/GB")
        meter.bill("Tenant environments", "Tenant-Environment-GB", tenants, "GB")
        try input.microVM(&meter)
        try input.managedInstances(&meter)
    }
}

extension ServiceInput {
    fileprivate func lambdaInvocations() throws(ArithmeticError) -> Figure {
        if !has("requests"),
            let recorded = try recorded({ $0.invocations.map { Quantity($0.count) } }, "invocations recorded")
        {
            return recorded
        }
        return try (number("requests") / number("batch")).roundedUp(to: 1)
    }

    /// One request for the first 256 KB of an event and one for each further 64 KB.
    fileprivate func asynchronousRequests() throws(ArithmeticError) -> Figure {
        guard let flow, !has("requests"), !has("payload_kb") else {
            let extra = try (number("payload_kb") - Figure(256, "KB")).roundedUp(to: 64, "KB") / Figure(64, "KB")
            return try lambdaInvocations() * (Figure(1) + extra)
        }
        var total = Quantity.zero
        for size in flow.sizes {
            let further = (size.kib > 256 ? size.kib - 256 : 0, 64)
            let steps = further.0 / further.1 + (further.0 % further.1 == 0 ? 0 : 1)
            total = try total + Quantity(size.count) * (Quantity(steps) + 1)
        }
        return try Figure(total, "requests of 256 KB + 64 KB steps") * Figure(flow.scale)
    }

    fileprivate func provisionedDuration() throws -> Figure? {
        try (given("provisioned_duration_ms") ?? given("duration_ms"))?.roundedUp(to: 1, "ms")
    }

    fileprivate func provisionedConcurrency(memory: Figure, suffix: String, _ meter: inout Meter) throws {
        let gigabytes = try memory / Figure(1_024, "MB/GB")
        let time = try (hours("provisioned_hours") * Figure(3_600, "s/h")).roundedUp(to: 300, "s")
        let configured = try number("provisioned_concurrency") * time * gigabytes
        meter.bill("Provisioned concurrency", "Lambda-Provisioned-Concurrency" + suffix, configured, "GB-Seconds")
        guard let each = try provisionedDuration() else { return }
        let duration = try number("provisioned_requests") * each * gigabytes / Figure(1_000, "ms/s")
        meter.bill(
            "Duration on provisioned concurrency", "Lambda-Provisioned-GB-Second" + suffix, duration, "GB-Seconds")
    }

    fileprivate func microVM(_ meter: inout Meter) throws {
        meter.bill("MicroVM vCPU", "MicroVM-vCPU-Second", try number("microvm_vcpu_seconds"), "vCPU-Second")
        meter.bill("MicroVM memory", "MicroVM-GB-Second", try number("microvm_gb_seconds"), "GB-Seconds")
        meter.bill("MicroVM snapshot read", "MicroVM-Snapshot-Read-Bytes", try number("microvm_snapshot_read_gb"), "GB")
        meter.bill(
            "MicroVM snapshot write", "MicroVM-Snapshot-Write-Bytes", try number("microvm_snapshot_written_gb"), "GB")
        meter.bill(
            "MicroVM snapshot storage", "MicroVM-Snapshot-ByteHrs", try number("microvm_snapshot_gb_month"), "GB-Mo")
    }

    /// The fee is 15 % of the on-demand price even when the instance itself is bought for less.
    fileprivate func managedInstances(_ meter: inout Meter) throws {
        let hours = try number("managed_instance_hours")
        guard hours.value > 0 else { return }
        guard let type = given(text: "managed_instance_type") else {
            throw UsageError("managed_instance_type", "is needed with managed_instance_hours")
        }
        let usageType = "BoxUsage:" + type
        meter.bill(
            "Managed instances", usageType, hours, "Hrs", operation: "RunInstances", offer: "AmazonEC2", as: "ec2")
        meter.bill(
            "Management fee", usageType, hours, "Hrs", operation: "RunInstances", offer: "AmazonEC2",
            factor: .ratio(15, 100))
    }
}
