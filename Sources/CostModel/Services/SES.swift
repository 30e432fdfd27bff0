extension ServiceDefinition {
    private static let freeMessages = FreeTier("ses.messages", 3_000, .firstYear)

    /// Outbound by recipient and by GB of attachments; inbound by message and by complete chunks of 256 KB.
    ///
    /// - Source: Amazon SES pricing page; `docs/billing-rules.md`.
    static let ses = ServiceDefinition(
        "ses", "Amazon SES", offer: "AmazonSES", page: "https://aws.amazon.com/ses/pricing/",
        [
            .events("recipients", "Recipients of outbound mail, one for each message and address."),
            .flag("from_ec2", "Sent from an application on EC2."),
            .number("attachments_gb", "GB", "Attachments sent."),
            .number("received", "messages", "Inbound messages."),
            .number("received_kb", "KB", "Size of an inbound message; only complete chunks of 256 KB count."),
            .number("dedicated_ips", "addresses", "Dedicated IP addresses."),
        ]
    ) { input, meter in
        let usageType = input.flag("from_ec2") ? "Recipients-EC2" : "Recipients"
        meter.bill("Outbound mail", usageType, try input.number("recipients"), "Recipients", free: freeMessages)
        meter.bill("Attachments", "AttachmentsSize-Bytes", try input.number("attachments_gb"), "GB")
        let received = try input.number("received")
        meter.bill("Inbound mail", "Message", received, "Message", free: freeMessages)
        let size = try input.number("received_kb")
        let chunks = Figure(try (size.value / 256).roundedDown, "whole 256 KB chunks")
        meter.bill("Inbound chunks", "ReceivedMailChunks", try received * chunks, "Chunks")
        meter.bill("Dedicated IPs", "DIP-Months", try input.number("dedicated_ips"), "IP-Mo")
    }
}
