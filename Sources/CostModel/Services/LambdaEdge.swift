extension ServiceDefinition {
    /// Requests, and duration rounded up to 1 ms times memory. No free tier; priced the same at every edge.
    ///
    /// - Source: AWS Lambda pricing page, "Lambda@Edge"; `docs/billing-rules.md`.
    static let lambdaEdge = ServiceDefinition(
        "lambda_edge", "Lambda@Edge", offer: "AWSLambda", page: "https://aws.amazon.com/lambda/pricing/",
        [
            .events("requests", "Invocations."),
            .number("memory_mb", "MB", 128, 128...10_240, "Memory of the function."),
            .number(
                "duration_ms", "ms", optional: true, "Average duration of one invocation; rounded up to 1 ms."),
        ]
    ) { input, meter in
        let requests = try input.number("requests")
        guard let each = try input.given("duration_ms")?.roundedUp(to: 1, "ms") else {
            throw UsageError("duration_ms", "is missing: the average time of one invocation")
        }
        let duration = try requests * each * input.number("memory_mb") / Figure(1_024_000, "MB·ms/GB·s")
        meter.bill("Requests", "Lambda-Edge-Request", requests, "Requests")
        meter.bill("Duration", "Lambda-Edge-GB-Second", duration, "GB-Seconds")
    }
}
