extension ServiceDefinition {
    /// vCPU and memory per second from the start of the image pull, with a minimum of 1 minute (Windows 5); ephemeral
    /// storage above 20 GB. Windows adds a licence per vCPU.
    ///
    /// - Source: AWS Fargate pricing page; the price list quotes per hour, the page rounds to a second.
    static let fargate = ServiceDefinition(
        "fargate", "AWS Fargate (ECS)", offer: "AmazonECS", page: "https://aws.amazon.com/fargate/pricing/",
        [
            .number("tasks", "tasks", 1, "Tasks a month; for a service, those that run side by side."),
            .number("vcpu", "vCPU", 1, "vCPUs of one task."),
            .number("memory_gb", "GB", 2, "Memory of one task."),
            .number("hours", "h", optional: true, "Hours that one task runs; the whole month unless given."),
            .number("seconds", "s", optional: true, "Seconds that one task runs, instead of hours."),
            .choice("architecture", ["x86_64", "arm64"], "Processor."),
            .choice("operating_system", ["linux", "windows"], "Operating system."),
            .number("ephemeral_gb", "GB", 20, "Ephemeral storage of one task; 20 GB are included."),
        ]
    ) { input, meter in
        let windows = input.text("operating_system") == "windows"
        let arm = input.text("architecture") == "arm64"
        if windows, arm { throw UsageError("architecture", "Windows tasks run on x86_64 only") }
        let minimum: Quantity = windows ? 300 : 60
        var hours = try input.hours()
        if let seconds = try input.given("seconds") {
            hours = try seconds.roundedUp(to: 1, "s").atLeast(minimum, "s") / Figure(3_600, "s/h")
        } else if try hours.value < minimum / 3_600 {
            hours = try Figure(minimum, "s") / Figure(3_600, "s/h")
        }
        let taskHours = try input.number("tasks") * hours
        let prefix = windows ? "Fargate-Windows-" : arm ? "Fargate-ARM-" : "Fargate-"
        let kind = windows ? "Windows" : arm ? "arm64" : "x86_64"
        let processors = try taskHours * input.number("vcpu")
        meter.bill("vCPU (\(kind))", prefix + "vCPU-Hours:perCPU", processors, "vCPU-Hours")
        meter.bill("Memory (\(kind))", prefix + "GB-Hours", try taskHours * input.number("memory_gb"), "Hrs")
        if windows { meter.bill("Windows licence", "Fargate-Windows-OS-Hours:perCPU", processors, "vCPU-Hours") }
        let storage = try input.number("ephemeral_gb") - Figure(20, "GB included")
        meter.bill("Ephemeral storage", "Fargate-EphemeralStorage-GB-Hours", try taskHours * storage, "GB-Hours")
    }
}
