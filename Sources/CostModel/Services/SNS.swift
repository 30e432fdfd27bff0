extension ServiceDefinition {
    private static let freePush = FreeTier("sns.push", 1_000_000, .always)

    /// Each started 64 KB published is a request. Deliveries are billed by protocol; to SQS and Lambda they are free.
    /// The free publishes and deliveries are zero-priced bands of the price list; a million mobile pushes are free beside
    /// them.
    ///
    /// - Source: Amazon SNS pricing page; `docs/billing-rules.md`.
    static let sns = ServiceDefinition(
        "sns", "Amazon SNS", offer: "AmazonSNS", page: "https://aws.amazon.com/sns/pricing/",
        [
            .events("publishes", "Messages published."), .payload,
            .choice("type", ["standard", "fifo"], "Topic type."),
            .whole("batch", "messages", 1, 1...10, "Messages in one publish call."),
            .number("sqs_subscribers", "", "Queues that each message goes to."),
            .number("lambda_subscribers", "", "Functions that each message goes to."),
            .number("http_subscribers", "", "HTTP/S endpoints that each message goes to."),
            .number("http_deliveries", "deliveries", "HTTP/S deliveries a month, beside those of the subscribers."),
            .number("email_deliveries", "deliveries", "E-mail deliveries a month."),
            .number("firehose_deliveries", "deliveries", "Deliveries to Data Firehose a month."),
            .number("sqs_deliveries", "deliveries", "Deliveries to SQS a month."),
            .number("lambda_deliveries", "deliveries", "Deliveries to Lambda a month."),
            .number("apple_push", "notifications", "Mobile push to Apple (iOS, macOS)."),
            .number("google_push", "notifications", "Mobile push to Google (FCM)."),
            .number("filtered_gb", "GB", "Payload scanned by payload-based filters."),
            .number("data_protection_gb", "GB", "Payload scanned for data protection."),
            .number("archived_gb", "GB", "FIFO archive: payload processed."),
            .number("archive_gb_month", "GB-month", "FIFO archive: storage."),
        ]
    ) { input, meter in
        let publishes = try input.number("publishes")
        let requests = try input.units(ofKiB: 64, together: input.number("batch").value)
        let (queues, functions) = (try input.number("sqs_subscribers"), try input.number("lambda_subscribers"))
        if input.text("type") == "fifo" {
            let payload = try input.payloadGB()
            meter.bill("Publish requests (FIFO)", "F-Request-Tier1", requests, "Requests")
            meter.bill("Publish payload (FIFO)", "F-Ingress-Tier1", payload, "GB")
            meter.bill(
                "Subscription messages (FIFO)", "F-DA-SQS", try publishes * queues + input.number("sqs_deliveries"),
                "Messages")
            let further = try input.number("sqs_deliveries") * input.number("payload_kb") / Figure(1_048_576, "KB/GB")
            meter.bill("Subscription payload (FIFO)", "F-Egress-SQS", try payload * queues + further, "GB")
        } else {
            meter.bill("Publish requests", "Requests-Tier1", requests, "Requests")
            let sqs = try publishes * queues + input.number("sqs_deliveries")
            meter.bill("Deliveries to SQS", "DeliveryAttempts-SQS", sqs, "Notifications")
        }
        let lambda = try publishes * functions + input.number("lambda_deliveries")
        let http = try publishes * input.number("http_subscribers") + input.number("http_deliveries")
        meter.bill("Deliveries to Lambda", "DeliveryAttempts-LAMBDA", lambda, "Notifications")
        meter.bill("HTTP/S deliveries", "DeliveryAttempts-HTTP", http, "Notifications")
        meter.bill("E-mail deliveries", "DeliveryAttempts-SMTP", try input.number("email_deliveries"), "Notifications")
        meter.bill(
            "Deliveries to Firehose", "DeliveryAttempts-FIREHOSE", try input.number("firehose_deliveries"),
            "Notifications")
        meter.bill(
            "Push, Apple", "DeliveryAttempts-APNS", try input.number("apple_push"), "Notifications", free: freePush)
        meter.bill(
            "Push, Google", "DeliveryAttempts-GCM", try input.number("google_push"), "Notifications", free: freePush)
        meter.bill("Payload filtering", "PayloadFiltering-Bytes", try input.number("filtered_gb"), "GB")
        meter.bill("Data protection", "DataProtection-Bytes", try input.number("data_protection_gb"), "GB")
        meter.bill("Archive processing", "F-Archive-Bytes", try input.number("archived_gb"), "GB")
        meter.bill("Archive storage", "F-Archive-ByteHrs", try input.number("archive_gb_month"), "GB-Mo")
    }
}
