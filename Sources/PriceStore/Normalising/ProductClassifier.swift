/// Turns a product's attributes into its region and its kind, for JSON and CSV alike.
struct ProductClassifier {
    private struct Place {
        var region: Int
        var usageType: UInt32  // these two: words
        var operation: UInt32?  // nil: as the product has it
    }

    private var keys = InternTable()
    private var places: [Place] = []  // one for each key
    private var scratch: [UInt8] = []

    /// What the normaliser looks at; two products that agree in it lie in one place.
    private static let placing: [Attribute] = [
        .regionCode, .location, .locationType, .usageType, .transferType,
        .fromLocation, .fromRegionCode, .toLocation, .toRegionCode,
    ]

    mutating func classify(
        _ values: AttributeValues, offerCode: String, into collector: RateCollector
    ) -> (region: Int, kind: UInt32) {
        scratch.removeAll(keepingCapacity: true)
        for attribute in Self.placing { scratch.append(prefixed: values[attribute]) }
        let key = keys.intern(scratch)
        if Int(key) == places.count { places.append(place(values, offerCode, collector)) }
        let place = places[Int(key)]
        scratch.removeAll(keepingCapacity: true)
        scratch.append(prefixed: collector.words[place.usageType])
        if let operation = place.operation {
            scratch.append(prefixed: collector.words[operation])
        } else {
            scratch.append(prefixed: values[.operation])
        }
        for attribute in Attribute.kept { scratch.append(prefixed: values[attribute]) }
        return (place.region, collector.kinds.intern(scratch))
    }

    private func place(_ values: AttributeValues, _ offerCode: String, _ collector: RateCollector) -> Place {
        let unchanged = "\u{1}"
        let result = UsageNormaliser.normalise(
            UsageNormaliser.Input(
                offerCode: offerCode, regionCode: values.string(.regionCode), location: values.string(.location),
                locationType: values.string(.locationType), usageType: values.string(.usageType),
                operation: unchanged, transferType: values.string(.transferType),
                from: .init(code: values.string(.fromRegionCode), name: values.string(.fromLocation)),
                to: .init(code: values.string(.toRegionCode), name: values.string(.toLocation))))
        let region = collector.regionNumber(result.region)
        if result.isWholeRegion { collector.wholeRegions.insert(region) }
        let operation = result.operation == unchanged ? nil : collector.words.intern(result.operation)
        return Place(region: region, usageType: collector.words.intern(result.usageType), operation: operation)
    }
}

/// A kind, decoded: everything about a product but its SKU and region.
struct ProductKind {
    var usageType: String
    var operation: String
    var attributes: [String: String]  // AWS's JSON names; empty ones left out

    /// Attributes cost ten times the rest, and most callers want prices only.
    init(_ bytes: UnsafeBufferPointer<UInt8>, withAttributes: Bool = true) throws {
        var reader = ByteReader(bytes)
        usageType = try reader.string()
        operation = try reader.string()
        attributes = [:]
        guard withAttributes else { return }
        for attribute in Attribute.kept {
            let value = try reader.prefixed()
            if !value.isEmpty { attributes[attribute.name] = String(decoding: value, as: UTF8.self) }
        }
    }
}

/// What a reserved or savings-plan rate commits to, encoded into one word of the table.
struct Contract: Hashable {
    enum Form: UInt8 { case reserved = 1, savingsPlan = 2 }

    var form = Form.reserved
    var lease = ""  // 1yr, 3yr
    var purchaseOption = ""
    var offeringClass = ""  // savings plans: the plan's product family
    var description = ""
    var planRegion = ""
    var service = ""  // savings plans: the discounted service

    func encoded() -> [UInt8] {
        var bytes = [form.rawValue]
        for text in [lease, purchaseOption, offeringClass, description, planRegion, service] {
            bytes.append(prefixed: text)
        }
        return bytes
    }

    init() {}

    init?(_ bytes: UnsafeBufferPointer<UInt8>) {
        var reader = ByteReader(bytes)
        guard let byte = try? reader.byte(), let form = Form(rawValue: byte) else { return nil }
        self.form = form
        var texts: [String] = []
        for _ in 0..<6 {
            guard let text = try? reader.string() else { return nil }
            texts.append(text)
        }
        (lease, purchaseOption, offeringClass) = (texts[0], texts[1], texts[2])
        (description, planRegion, service) = (texts[3], texts[4], texts[5])
    }

    /// AWS writes `1yr` in offers, `1` and `year` in savings plans.
    static func lease(duration: String, unit: String) -> String {
        let count = duration.filter(\.isNumber)
        if duration.hasSuffix("yr") || duration.isEmpty { return duration }
        return unit.isEmpty || unit.hasPrefix("year") ? count + "yr" : duration + " " + unit
    }
}
