extension ServiceDefinition {
    private static let freeREST = FreeTier("api_gateway.rest", 1_000_000, .firstYear)
    private static let freeHTTP = FreeTier("api_gateway.http", 1_000_000, .firstYear)
    private static let freeMessages = FreeTier("api_gateway.messages", 1_000_000, .firstYear)
    private static let freeMinutes = FreeTier("api_gateway.minutes", 750_000, .firstYear)

    /// HTTP APIs in units of 512 KB, WebSocket messages in units of 32 KB in both directions, REST calls as they are.
    /// Data sent to the internet is `data_transfer`'s.
    ///
    /// - Source: Amazon API Gateway pricing page, read 2025-11-02; `docs/billing-rules.md`.
    static let apiGateway = ServiceDefinition(
        "api_gateway", "Amazon API Gateway", offer: "AmazonApiGateway",
        page: "https://aws.amazon.com/api-gateway/pricing/",
        [
            .events("requests", "Calls (HTTP, REST), or messages sent and received (WebSocket)."), .payload,
            .choice("type", ["http", "rest", "websocket"], "API type."),
            .number("connection_minutes", "minutes", "WebSocket: minutes that connections are open."),
            .choice(
                "cache_gb", ["none", "0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237"],
                "REST: cache size in GB."),
            .number(
                "cache_hours", "h", optional: true, "REST: hours the cache is there; the whole month unless given."),
        ]
    ) { input, meter in
        switch input.text("type") {
        case "http":
            meter.bill(
                "Requests (HTTP API)", "ApiGatewayHttpRequest", try input.units(ofKiB: 512), "Requests", free: freeHTTP)
        case "rest":
            meter.bill(
                "Requests (REST API)", "ApiGatewayRequest", try input.number("requests"), "Requests", free: freeREST)
        default:
            meter.bill(
                "Messages (WebSocket)", "ApiGatewayMessage", try input.units(ofKiB: 32), "Messages", free: freeMessages)
        }
        meter.bill(
            "Connection minutes", "ApiGatewayMinute", try input.number("connection_minutes"), "Minutes",
            free: freeMinutes)
        let cache = input.text("cache_gb")
        if cache != "none" {
            guard input.text("type") == "rest" else { throw UsageError("cache_gb", "only a REST API has a cache") }
            meter.bill(
                "Cache, \(cache) GB", "ApiGatewayCacheUsage:\(cache)GB",
                try input.hours("cache_hours").roundedUp(to: 1, "h"), "Hrs")
        }
    }
}
