extension OfferJSONReader {
    /// Where in an offer file the reader is, and what the value of the last key is for.
    enum Place: UInt32 {
        case document, products, product, attributes, terms, section, skuTerms, term, dimensions, dimension
        case pricePerUnit, appliesTo, termAttributes
    }

    enum Field {
        case none, offerCode, version, publicationDate, productFamily, attribute(Attribute)
        case termCode, effectiveDate, description, begin, end, unit, currency, lease, option, offeringClass

        /// Of the bit that says an object has had the key; the places have those below.
        var number: UInt32 {
            switch self {
            case .none, .attribute, .currency: 29
            case .offerCode: 12
            case .version: 13
            case .publicationDate: 14
            case .productFamily: 15
            case .termCode: 16
            case .effectiveDate: 17
            case .description: 18
            case .begin: 19
            case .end: 20
            case .unit: 21
            case .lease: 22
            case .option: 23
            case .offeringClass: 24
            }
        }
    }
}
