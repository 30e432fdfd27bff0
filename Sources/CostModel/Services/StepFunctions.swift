extension ServiceDefinition {
    private static let freeTransitions = FreeTier("step_functions.transitions", 4_000, .always)

    /// Standard: state transitions, retries included. Express: requests, and duration in steps of 100 ms times memory in
    /// steps of 64 MB.
    ///
    /// - Source: AWS Step Functions pricing page; `docs/billing-rules.md`.
    static let stepFunctions = ServiceDefinition(
        "step_functions", "AWS Step Functions", offer: "AmazonStates",
        page: "https://aws.amazon.com/step-functions/pricing/",
        [
            .events("executions", "Workflow executions."),
            .choice("type", ["standard", "express"], "Workflow type."),
            .number(
                "transitions_per_execution", "transitions", optional: true,
                "Standard: state transitions of one execution."),
            .number("retries_per_execution", "retries", "Standard: retries of one execution, each a transition."),
            .number("transitions", "transitions", "Standard: further transitions a month."),
            .number("memory_mb", "MB", 64, "Express: memory of one execution."),
            .number("duration_ms", "ms", "Express: duration of one execution."),
            .number("gb_seconds", "GB-s", "Express: further duration times memory a month."),
        ]
    ) { input, meter in
        let executions = try input.number("executions")
        if input.text("type") == "express" {
            meter.bill("Requests (Express)", "StepFunctions-Request", executions, "Requests")
            let memory = try input.number("memory_mb").roundedUp(to: 64, "MB")
            let time = try input.number("duration_ms").roundedUp(to: 100, "ms")
            let duration = try executions * time * memory / Figure(1_024_000, "MB·ms/GB·s") + input.number("gb_seconds")
            meter.bill("Duration (Express)", "StepFunctions-GB-Second", duration, "GB-Seconds")
            return
        }
        let each = try input.number("transitions_per_execution") + input.number("retries_per_execution")
        if executions.value > 0, each.value == 0 {
            throw UsageError("transitions_per_execution", "is needed for standard workflows")
        }
        let transitions = try executions * each + input.number("transitions")
        meter.bill("State transitions", "StateTransition", transitions, "StateTransitions", free: freeTransitions)
    }
}
