extension ServiceDefinition {
    private static let freeRequests = FreeTier("sqs.requests", 1_000_000, .always, fillsBands: true)

    /// Every API action is a request, empty receives included; each started 64 KB of a send's or a receive's payload is
    /// one more. A batch of up to 10 messages is one action. Standard and FIFO share the free million.
    ///
    /// - Source: Amazon SQS pricing page, "Requests"; `docs/billing-rules.md`.
    static let sqs = ServiceDefinition(
        "sqs", "Amazon SQS", offer: "AWSQueueService", page: "https://aws.amazon.com/sqs/pricing/",
        [
            .events("messages", "Messages sent."), .payload,
            .choice("type", ["standard", "fifo"], "Queue type."),
            .whole(
                "batch", "messages", 1, 1...10,
                "Messages in one call, for sending and, unless given, receiving and deleting."),
            .number("receive_batch", "messages", optional: true, "Messages in one receive."),
            .number("delete_batch", "messages", optional: true, "Messages in one delete."),
            .flag("receive", default: true, "Each message is received once."),
            .flag("delete", default: true, "Each message is deleted."),
            .number("receives_per_message", "", 1, "How often a message is received, redelivery included."),
            .number("empty_receives", "requests", "Receives a month that find nothing."),
            .number("requests", "requests", "Further API requests a month, of up to 64 KB each."),
            .flag("fair_queue", "Messages carry a group id on a standard queue: a surcharge on each request."),
        ]
    ) { input, meter in
        let batch = try input.number("batch")
        let receiveBatch = try input.given("receive_batch") ?? batch
        let deleteBatch = try input.given("delete_batch") ?? batch
        var requests = try input.units(ofKiB: 64, together: batch.value)
        if input.flag("receive") {
            let received = try input.units(ofKiB: 64, together: receiveBatch.value)
            requests = try requests + received * input.number("receives_per_message")
        }
        if input.flag("delete") {
            requests = try requests + (input.number("messages") / deleteBatch).roundedUp(to: 1)
        }
        requests = try requests + input.number("empty_receives") + input.number("requests")
        let fifo = input.text("type") == "fifo"
        meter.bill(
            fifo ? "Requests (FIFO)" : "Requests (standard)", fifo ? "Requests-FIFO-RBP" : "Requests-RBP", requests,
            "Requests", free: freeRequests)
        if input.flag("fair_queue") { meter.bill("Fair queue surcharge", "Requests-FairQueue", requests, "Requests") }
    }
}
