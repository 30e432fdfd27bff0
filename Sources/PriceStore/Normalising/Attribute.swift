/// The product attributes the store keeps: what pricing needs to tell two products of one usage type apart.
///
/// JSON and CSV spell them differently (`preInstalledSw`, `Pre Installed S/W`); both are compared as lower-case letters only.
enum Attribute: Int, CaseIterable {
    // Where and what: read by the normaliser, not kept as such.
    case usageType, operation, regionCode, location, locationType, serviceCode
    case fromLocation, fromRegionCode, toLocation, toRegionCode
    // Kept with every rate, in this order.
    case productFamily, group, transferType, instanceType, operatingSystem, tenancy, capacityStatus, preInstalledSw
    case licenseModel, marketOption, databaseEngine, databaseEdition, deploymentOption, cacheEngine
    case volumeType, volumeApiName, storageClass, instanceFamily

    static let kept = allCases.filter { $0.rawValue >= Attribute.productFamily.rawValue }

    /// Becomes part of a price's name, rather than a remark about it.
    var isName: Bool { rawValue < Attribute.productFamily.rawValue }

    /// AWS's JSON name, the key in ``OfferRate/attributes``.
    var name: String {
        switch self {
        case .usageType: "usagetype"
        case .serviceCode: "servicecode"
        case .capacityStatus: "capacitystatus"
        case .marketOption: "marketoption"
        default: "\(self)"
        }
    }

    private static let byLetters: [String: Attribute] = {
        var result: [String: Attribute] = [:]
        for attribute in allCases { result[attribute.name.lowercased()] = attribute }
        return result
    }()

    init?(named name: some Sequence<UInt8>) {
        var letters: [UInt8] = []
        for byte in name {
            switch byte {
            case 0x61...0x7A: letters.append(byte)
            case 0x41...0x5A: letters.append(byte | 0x20)
            default: break
            }
        }
        guard let found = Self.byLetters[String(decoding: letters, as: UTF8.self)] else { return nil }
        self = found
    }
}

/// One product's attribute values while it is read, in one reused buffer.
struct AttributeValues {
    private var buffer: [UInt8] = []
    private var ranges = [Range<Int>](repeating: 0..<0, count: Attribute.allCases.count)

    mutating func removeAll() {
        buffer.removeAll(keepingCapacity: true)
        for index in ranges.indices { ranges[index] = 0..<0 }
    }

    mutating func set(_ attribute: Attribute, _ bytes: some Collection<UInt8>) {
        let start = buffer.count
        buffer.append(contentsOf: bytes)
        ranges[attribute.rawValue] = start..<buffer.count
    }

    subscript(_ attribute: Attribute) -> ArraySlice<UInt8> { buffer[ranges[attribute.rawValue]] }

    func string(_ attribute: Attribute) -> String { String(decoding: self[attribute], as: UTF8.self) }
}
