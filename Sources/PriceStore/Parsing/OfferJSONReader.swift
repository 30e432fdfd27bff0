internal import CostModel

/// AWS's offer file in JSON: products first, then terms, joined by SKU in bounded memory.
///
/// Memory: 26 bytes a product (SKU, region, kind) and the distinct kinds. An EC2 file of all regions needs under 80 MB.
struct OfferJSONReader: JSONSourceHandler {
    let collector: RateCollector
    private var facts = SourceFacts()
    private var places: [Place] = []
    private var seen: [UInt32] = []  // for each open object, a bit for each known key it has had
    private var next: Place?
    private var field = Field.none
    private var values = AttributeValues()
    private var classifier = ProductClassifier()
    private var products = ProductTable()
    private var sku = SKU()
    private var skuOffset = 0
    private var attributeNames = InternTable()
    private var attributes: [(attribute: Attribute?, product: Int)] = []  // known as, and the last product that had it
    private var productNumber = 0
    private var termCodes: [UInt32] = []  // of the SKU's terms so far
    private var currencies: [[UInt8]] = []  // of the rate's prices so far
    private var term: OfferTerm
    private var isReserved = false
    private var currencyName: [UInt8] = []

    var rates: Int { collector.rates }

    init(collector: RateCollector) {
        self.collector = collector
        term = OfferTerm(collector: collector)
    }

    mutating func contents() throws -> SourceContents {
        guard !facts.offerCode.isEmpty else {
            throw ParseFailure(position: .byte(0), found: "no offerCode", expected: "the offer code of the price list")
        }
        facts.products = products.count
        facts.productsWithoutTerms = products.count - products.used
        facts.ratesWithoutPrice = term.ratesWithoutPrice
        return .rates(facts)
    }

    mutating func key(_ text: JSONText) throws -> Bool {
        (next, field) = (nil, .none)
        switch places.last {
        case .document: documentKey(text)
        case .products:
            sku = try readSKU(text)
            values.removeAll()
            productNumber += 1
            next = .product
        case .product: productKey(text)
        case .attributes:
            guard let attribute = try attribute(text) else { return false }
            field = .attribute(attribute)
        case .terms:
            isReserved = text.is("Reserved")
            next = isReserved || text.is("OnDemand") ? .section : nil
            if next == nil { facts.notes.append("terms of type '\(text.string)' passed over") }
        case .section:
            sku = try readSKU(text)
            guard let use = products.use(sku, isReserved: isReserved) else {
                facts.termsWithoutProduct += 1
                return false
            }
            guard !use.isRepeated else { throw text.again }
            term.beginSKU(sku, use.product)
            termCodes.removeAll(keepingCapacity: true)
            next = .skuTerms
        case .skuTerms:
            try beginTerm(text)
            next = .term
        case .term: termKey(text)
        case .dimensions:
            try term.beginRate(text)
            next = .dimension
        case .dimension: dimensionKey(text)
        case .pricePerUnit:
            field = .currency
            currencyName = try text.checked { try Names.checked($0) }
            guard !currencies.contains(currencyName) else { throw text.again }
            currencies.append(currencyName)
        case .termAttributes: contractKey(text)
        case .appliesTo, nil: break
        }
        try checkOnce(text)
        if next != nil { return true }
        if case .none = field { return false }
        return true
    }

    private mutating func readSKU(_ text: JSONText) throws -> SKU {
        skuOffset = text.offset
        return try text.checked { bytes in
            try Names.check(bytes)
            return SKU(bytes, longOnes: &collector.longSKUs)
        }
    }

    private mutating func attribute(_ text: JSONText) throws -> Attribute? {
        let number = Int(text.withUnescaped { attributeNames.intern($0) })
        if number == attributes.count { attributes.append((text.withUnescaped { Attribute(named: $0) }, 0)) }
        guard attributes[number].product != productNumber else { throw text.again }
        attributes[number].product = productNumber
        return attributes[number].attribute
    }

    private mutating func beginTerm(_ text: JSONText) throws {
        let code = text.withUnescaped { collector.words.intern(afterLastDot: $0) }
        guard !termCodes.contains(code) else { throw text.again }
        termCodes.append(code)
        term.begin(isReserved: isReserved)
    }

    /// A second value for one key would silently win over the first.
    private mutating func checkOnce(_ text: JSONText) throws {
        let bit: UInt32
        switch (next, field) {
        case (.product, _), (.skuTerms, _), (.term, _), (.dimension, _): return  // names, told apart elsewhere
        case (nil, .none), (nil, .attribute), (nil, .currency): return
        case (.section, _): bit = isReserved ? 1 << 30 : 1 << 31
        case (let place?, _): bit = 1 << place.rawValue
        case (nil, let field): bit = 1 << field.number
        }
        guard seen[seen.count - 1] & bit == 0 else { throw text.again }
        seen[seen.count - 1] |= bit
    }

    private mutating func documentKey(_ text: JSONText) {
        if text.is("products") { next = .products }
        if text.is("terms") { next = .terms }
        if text.is("offerCode") { field = .offerCode }
        if text.is("version") { field = .version }
        if text.is("publicationDate") { field = .publicationDate }
    }

    private mutating func productKey(_ text: JSONText) {
        if text.is("attributes") { next = .attributes }
        if text.is("productFamily") { field = .productFamily }
    }

    private mutating func termKey(_ text: JSONText) {
        if text.is("priceDimensions") { next = .dimensions }
        if text.is("termAttributes") { next = .termAttributes }
        if text.is("offerTermCode") { field = .termCode }
        if text.is("effectiveDate") { field = .effectiveDate }
    }

    private mutating func dimensionKey(_ text: JSONText) {
        switch text.bytes.first {
        case UInt8(ascii: "p"): if text.is("pricePerUnit") { next = .pricePerUnit }
        case UInt8(ascii: "u"): if text.is("unit") { field = .unit }
        case UInt8(ascii: "d"): if text.is("description") { field = .description }
        case UInt8(ascii: "b"): if text.is("beginRange") { field = .begin }
        case UInt8(ascii: "e"): if text.is("endRange") { field = .end }
        case UInt8(ascii: "a"): if text.is("appliesTo") { next = .appliesTo }
        default: break
        }
    }

    private mutating func contractKey(_ text: JSONText) {
        if text.is("LeaseContractLength") { field = .lease }
        if text.is("PurchaseOption") { field = .option }
        if text.is("OfferingClass") { field = .offeringClass }
    }

    mutating func scalar(_ text: JSONText, kind: JSONScalar) throws {
        if places.last == .appliesTo {
            term.applies(to: text)
            return
        }
        guard next == nil else { throw wrong(text.offset, "a single value", "an object") }
        guard kind != .literal else { return }
        switch field {
        case .none: break
        case .offerCode: facts.offerCode = try name(text)
        case .version: facts.version = try name(text)
        case .publicationDate:
            try text.checked { try Names.checkDate($0) }
            facts.publicationDate = text.string
        case .productFamily: text.withUnescaped { values.set(.productFamily, $0) }
        case .attribute(let attribute):
            if attribute.isName { try text.checked { try Names.check($0) } }
            text.withUnescaped { values.set(attribute, $0) }
        case .termCode: term.code = collector.words.intern(try name(text))
        case .effectiveDate: try term.setDate(text)
        case .description: term.setDescription(text)
        case .unit: try term.setUnit(text)
        case .begin: try term.setBegin(text)
        case .end: try term.setEnd(text)
        case .currency: try term.setPrice(text, currency: currencyName)
        case .lease: term.lease = text.withUnescaped { collector.words.intern($0) }
        case .option: term.purchaseOption = text.withUnescaped { collector.words.intern($0) }
        case .offeringClass: term.offeringClass = text.withUnescaped { collector.words.intern($0) }
        }
    }

    private func name(_ text: JSONText) throws -> String {
        try text.checked { try Names.check($0) }
        return text.string
    }

    mutating func beginObject(at offset: Int) throws {
        if places.isEmpty { next = .document }
        guard let place = next, place != .appliesTo else { throw wrong(offset, "an object", "a single value") }
        if place == .pricePerUnit { currencies.removeAll(keepingCapacity: true) }
        places.append(place)
        seen.append(0)
        (next, field) = (nil, .none)
    }

    mutating func endObject(at offset: Int) throws {
        seen.removeLast()
        switch places.popLast() {
        case .product:
            let offerCode = facts.offerCode.isEmpty ? values.string(.serviceCode) : facts.offerCode
            let (region, kind) = classifier.classify(values, offerCode: offerCode, into: collector)
            guard products.insert(sku, region: region, kind: kind) else {
                throw ParseFailure(position: .byte(skuOffset), found: "the SKU again", expected: "each key once")
            }
        case .dimension: term.endRate()
        case .term: try term.end()
        default: break
        }
    }

    mutating func beginArray(at offset: Int) throws {
        guard next == .appliesTo else { throw wrong(offset, "an array", next == nil ? "a single value" : "an object") }
        places.append(.appliesTo)
    }

    mutating func endArray(at offset: Int) throws { places.removeLast() }

    private func wrong(_ offset: Int, _ found: String, _ expected: String) -> ParseFailure {
        ParseFailure(position: .byte(offset), found: found, expected: expected + " of an offer file")
    }
}

extension JSONText {
    @inline(__always)
    func `is`(_ name: StaticString) -> Bool {
        guard bytes.count == name.utf8CodeUnitCount, let base = bytes.baseAddress else { return false }
        for index in 0..<bytes.count where base[index] != name.utf8Start[index] { return false }
        return true
    }
}
