internal import CostModel

/// AWS's offer file in JSON: products first, then terms, joined by SKU in bounded memory.
///
/// Memory: 26 bytes a product (SKU, region, kind) and the distinct kinds. An EC2 file of all regions needs under 80 MB.
struct OfferJSONReader: JSONSourceHandler {
    enum Place {
        case document, products, product, attributes, terms, section, skuTerms, term, dimensions, dimension
        case pricePerUnit, appliesTo, termAttributes
    }

    enum Field {
        case none, offerCode, version, publicationDate, productFamily, attribute(Attribute)
        case termCode, effectiveDate, description, begin, end, unit, currency, lease, option, offeringClass
    }

    let collector: RateCollector
    private var facts = SourceFacts()
    private var places: [Place] = []
    private var next: Place?
    private var field = Field.none
    private var values = AttributeValues()
    private var classifier = ProductClassifier()
    private var products = ProductTable()
    private var sku = SKU()
    private var attributeNames = InternTable()
    private var attributes: [Attribute?] = []
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
            sku = text.withUnescaped { SKU($0, longOnes: &collector.longSKUs) }
            values.removeAll()
            next = .product
        case .product: productKey(text)
        case .attributes:
            let number = Int(text.withUnescaped { attributeNames.intern($0) })
            if number == attributes.count { attributes.append(text.withUnescaped { Attribute(named: $0) }) }
            guard let attribute = attributes[number] else { return false }
            field = .attribute(attribute)
        case .terms:
            isReserved = text.is("Reserved")
            next = isReserved || text.is("OnDemand") ? .section : nil
            if next == nil { facts.notes.append("terms of type '\(text.string)' passed over") }
        case .section:
            sku = text.withUnescaped { SKU($0, longOnes: &collector.longSKUs) }
            guard let product = products.use(sku) else {
                facts.termsWithoutProduct += 1
                return false
            }
            term.beginSKU(sku, product)
            next = .skuTerms
        case .skuTerms:
            term.begin(isReserved: isReserved)
            next = .term
        case .term: termKey(text)
        case .dimensions:
            term.beginRate(text)
            next = .dimension
        case .dimension: dimensionKey(text)
        case .pricePerUnit:
            field = .currency
            currencyName = text.withUnescaped { Array($0) }
        case .termAttributes: contractKey(text)
        case .appliesTo, nil: break
        }
        if next != nil { return true }
        if case .none = field { return false }
        return true
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
        case .offerCode: facts.offerCode = text.string
        case .version: facts.version = text.string
        case .publicationDate: facts.publicationDate = text.string
        case .productFamily: text.withUnescaped { values.set(.productFamily, $0) }
        case .attribute(let attribute): text.withUnescaped { values.set(attribute, $0) }
        case .termCode: term.code = text.withUnescaped { collector.words.intern($0) }
        case .effectiveDate: term.setDate(text)
        case .description: term.setDescription(text)
        case .unit: term.setUnit(text)
        case .begin: try term.setBegin(text)
        case .end: try term.setEnd(text)
        case .currency: try term.setPrice(text, currency: currencyName)
        case .lease: term.lease = text.withUnescaped { collector.words.intern($0) }
        case .option: term.purchaseOption = text.withUnescaped { collector.words.intern($0) }
        case .offeringClass: term.offeringClass = text.withUnescaped { collector.words.intern($0) }
        }
    }

    mutating func beginObject(at offset: Int) throws {
        if places.isEmpty { next = .document }
        guard let place = next, place != .appliesTo else { throw wrong(offset, "an object", "a single value") }
        places.append(place)
        (next, field) = (nil, .none)
    }

    mutating func endObject(at offset: Int) throws {
        switch places.popLast() {
        case .product:
            let offerCode = facts.offerCode.isEmpty ? values.string(.serviceCode) : facts.offerCode
            let (region, kind) = classifier.classify(values, offerCode: offerCode, into: collector)
            products.insert(sku, region: region, kind: kind)
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
