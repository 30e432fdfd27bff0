public import CostModel
import Yams

extension PriceBook {
    /// Reads a price book of its own: a list, or a mapping with `prices`.
    /// - Throws: ``WorkloadError`` naming line and field.
    public init(_ text: String, file: String) throws {
        let root = try Field.root(of: text, file: file)
        if root.node.sequence != nil {
            try self.init(root)
        } else {
            guard let prices = try root.members(known: ["prices"])["prices"] else {
                throw root.mismatch("a list of prices")
            }
            try self.init(prices)
        }
    }

    init(_ list: Field) throws { self.init(try list.elements().map(PriceOverride.init)) }
}

extension PriceOverride {
    private static let fields = ["service", "region", "usage_type", "operation", "usd", "tiers", "unit", "discount"]

    /// `{ service: lambda, usage_type: Request, usd: 0.00000018 }`, `{ service: s3, discount: 10% }`.
    init(_ field: Field) throws {
        let members = try field.members(known: Self.fields)
        let changes = ["usd", "tiers", "discount"].filter { members[$0] != nil }
        guard changes.count == 1 else { throw field.error("expected one of usd, tiers and discount") }
        let service = try members["service"]?.text()
        if let service, Services.named(service) == nil, !service.contains(where: \.isUppercase),
            !service.hasPrefix("aws")
        {
            let near = Spelling.nearest(to: service, among: Services.all.map(\.name)).joined(separator: ", ")
            throw field.error("unknown service '\(service)'; expected an offer code or one of \(near)")
        }
        let change: Change
        if let discount = members["discount"] {
            change = .discount(try discount.number(minimum: 0, maximum: 1))
        } else {
            guard members["usage_type"] != nil else {
                throw field.error("usage_type is missing: a price is for one usage type")
            }
            let unit = try members["unit"]?.text()
            if let usd = members["usd"] {
                change = .tiers([PriceTier(begin: 0, end: nil, usd: try usd.dollars())], unit: unit)
            } else {
                change = .tiers(try members["tiers"]?.tiers() ?? [], unit: unit)
            }
        }
        let place = field.node.mark.map { "\(field.file):\($0.line)" } ?? field.file
        self.init(
            service: service, region: try members["region"]?.text(), usageType: try members["usage_type"]?.text(),
            operation: try members["operation"]?.text(), change: change, origin: place)
    }
}

extension Field {
    fileprivate func dollars() throws -> USD {
        let value = try number()
        do { return try USD(exactly: value) } catch {
            throw self.error("found \(try text()), expected at most 12 decimals")
        }
    }

    /// Bands from 0 on, each ending where the next begins.
    fileprivate func tiers() throws -> [PriceTier] {
        var tiers: [PriceTier] = []
        for element in try elements() {
            let members = try element.members(known: ["begin", "end", "usd"])
            guard let usd = members["usd"] else { throw element.error("usd is missing") }
            let begin = try members["begin"]?.number() ?? tiers.last?.end ?? 0
            guard begin == (tiers.isEmpty ? 0 : tiers.last?.end) else {
                throw element.error("begins at \(begin.formatted()), expected the end of the band before (or 0)")
            }
            let end = try members["end"]?.number()
            if let end, end <= begin { throw element.error("ends at \(end.formatted()), before it begins") }
            tiers.append(PriceTier(begin: begin, end: end, usd: try usd.dollars()))
        }
        guard !tiers.isEmpty else { throw mismatch("a list of bands { begin, end, usd }") }
        return tiers
    }
}
