extension ServiceDefinition {
    /// Anything in the price list, by its usage type and a quantity in the price's unit. With `usd` the price is the
    /// workload's own, and the usage type is only its name.
    static let raw = ServiceDefinition(
        "raw", "By usage type", offer: "",
        page: "https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/price-changes.html",
        [
            .text("offer", required: true, "Offer code: AmazonVPC. `mockupaws prices list` shows them."),
            .text("usage_type", required: true, "Usage type without the region's prefix: TransitGateway-Bytes."),
            .text("operation", "Operation, where several products share the usage type."),
            .events("quantity", "Quantity a month, in the price's unit; in a step, the events."),
            .text("unit", "The quantity's unit, checked against the price's when given."),
            .number("usd", "USD", optional: true, "Own price for a unit, where the list has none."),
            .number("factor", "", 1, "Part of the price that is paid: 15 % of an on-demand price."),
            .number("free", "", "Units a month that are free."),
        ]
    ) { input, meter in
        let (offer, usageType) = (input.text("offer"), input.text("usage_type"))
        let quantity = try input.number("quantity").named(
            "\(input.number("quantity").value.formatted()) \(input.text("unit"))")
        if !input.has("quantity"), input.flow == nil {
            throw UsageError("quantity", "is missing: \(input.parameter("quantity").doc)")
        }
        let free = try input.number("free").value
        let identity = [
            "raw", offer, usageType, input.region, input.text("operation"), input.given(text: "label") ?? "",
            free.description,
        ].joined(separator: "/")
        let allowance = free > 0 ? FreeTier(identity, free, .always) : nil
        meter.bill(
            usageType, usageType, quantity, input.text("unit"), operation: input.given(text: "operation"), offer: offer,
            free: allowance, factor: try input.number("factor").value)
        if let usd = try input.given("usd") { try meter.price(last: usd.value) }
    }
}
