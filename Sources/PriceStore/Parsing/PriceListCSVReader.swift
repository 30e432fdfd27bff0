internal import CostModel

/// An offer or a savings plan in CSV: five metadata lines, a header, one row for each rate, columns by name.
///
/// AWS's rows have as many fields as the header and all end in a line end; anything else is an error. A first line `sep=,` marks a file that went
/// through a spreadsheet: there, attributes missing at a row's end are empty, and lines of a single field are counted and passed over.
/// A file cut exactly between two lines cannot be told from a whole one; a download's length is checked instead.
final class PriceListCSVReader: SourceReader {
    private let collector: RateCollector
    private var facts = SourceFacts()
    private var parser = CSVPushParser()
    private var columns: [String] = []
    private var index: [String: Int] = [:]
    private var attributes: [Attribute?] = []
    private var areNames: [Bool] = []
    private var isLenient = false
    private var isPriceList = false  // its first lines look like one
    private var classifier = ProductClassifier()
    private var seen = Set<SKU>()
    private var lastFieldCount = 0
    private var lastLine = 0

    static let required = ["SKU", "RateCode", "Unit", "EffectiveDate", "Currency"]
    private static let otherNames = [
        "OfferTermCode", "LeaseContractLength", "PurchaseOption", "OfferingClass", "DiscountedSKU",
        "DiscountedServiceCode", "DiscountedUsageType", "DiscountedOperation", "DiscountedRegionCode", "ServiceCode",
    ]

    private static let noHeader = DetectingReader.Refusal(
        reason: "text without the header of an offer CSV (SKU, OfferTermCode, RateCode …)")

    init(collector: RateCollector) { self.collector = collector }

    var rates: Int { collector.rates }

    func feed(_ chunk: UnsafeBufferPointer<UInt8>) throws {
        do { try parser.feed(chunk, record: read) } catch let failure as ParseFailure { throw judged(failure) }
    }

    /// Prose is not called a broken price list.
    private func judged(_ failure: ParseFailure) -> any Error {
        columns.isEmpty && !isPriceList ? Self.noHeader : failure
    }

    func finish() throws -> SourceContents {
        let isCut: Bool
        do { isCut = try parser.finish(record: read) } catch let failure as ParseFailure { throw judged(failure) }
        guard !columns.isEmpty else {
            guard isPriceList else { throw Self.noHeader }
            throw ParseFailure(
                position: .line(parser.line, column: ""), found: "the end of the file",
                expected: "a header with the columns SKU, RateCode, Unit")
        }
        if isCut, !isLenient {
            throw ParseFailure(
                position: .line(lastLine, column: columns[max(0, min(lastFieldCount, columns.count) - 1)]),
                found: "the end of the file",
                expected: "the rest of the row and a line end")
        }
        facts.products = seen.count
        return .rates(facts)
    }

    private func read(_ line: Int, _ fields: [[UInt8]]) throws {
        if columns.isEmpty { return try readHead(line, fields) }
        (lastFieldCount, lastLine) = (fields.count, line)
        if fields.count == 1, fields[0].isEmpty { return }
        if fields.count == 1, isLenient {
            facts.skippedLines += 1
            return
        }
        guard fields.count == columns.count || (isLenient && fields.count < columns.count) else {
            let column = fields.count < columns.count ? columns[fields.count] : columns[columns.count - 1]
            throw ParseFailure(
                position: .line(line, column: column), found: "\(fields.count) fields", expected: "\(columns.count)")
        }
        try checkNames(line, fields)
        if index["DiscountedSKU"] != nil { try readSavingsPlan(line, fields) } else { try readRate(line, fields) }
    }

    private func readHead(_ line: Int, _ fields: [[UInt8]]) throws {
        let texts = fields.map { String(decoding: $0, as: UTF8.self) }
        if line == 1, texts[0].hasPrefix("sep=") { isLenient = true }
        if isLenient || ["FormatVersion", "Publication Date", "OfferCode"].contains(texts[0]) { isPriceList = true }
        if texts.contains("SKU"), texts.contains("RateCode") { return try readHeader(line, texts) }
        switch texts[0] {
        case "Publication Date":
            try checked(texts[0], line, fields.count > 1 ? fields[1] : []) { try Names.checkDate($0) }
            facts.publicationDate = texts[1]
        case "Version": facts.version = try head(line, fields)
        case "OfferCode": facts.offerCode = try head(line, fields)
        default: break
        }
        guard line < 20 else {
            guard isPriceList else { throw Self.noHeader }
            throw ParseFailure(
                position: .line(line, column: ""), found: ParseFailure.show(fields[0]),
                expected: "a header with the columns SKU, RateCode, Unit")
        }
    }

    private func head(_ line: Int, _ fields: [[UInt8]]) throws -> String {
        guard fields.count > 1 else { return "" }
        try checked(String(decoding: fields[0], as: UTF8.self), line, fields[1]) { try Names.check($0) }
        return String(decoding: fields[1], as: UTF8.self)
    }

    private func readHeader(_ line: Int, _ texts: [String]) throws {
        for (number, name) in texts.enumerated() where index[name] == nil { index[name] = number }
        let price =
            index["DiscountedSKU"] == nil ? ["StartingRange", "EndingRange", "PricePerUnit"] : ["DiscountedRate"]
        for name in Self.required + price where index[name] == nil {
            throw ParseFailure(
                position: .line(line, column: name), found: "no such column", expected: "it in the header")
        }
        columns = texts
        attributes = texts.map { Attribute(named: $0.utf8) }
        let names = Set(Self.required + Self.otherNames)
        areNames = zip(texts, attributes).map { names.contains($0) || $1?.isName ?? false }
        if index["DiscountedSKU"] != nil {
            facts.form = .savingsPlan
            facts.offerCode = ""
        } else if facts.offerCode.isEmpty {
            facts.notes.append("no OfferCode line: taken from the column serviceCode")
        }
    }

    private func field(_ name: String, _ fields: [[UInt8]]) -> [UInt8] {
        guard let number = index[name], number < fields.count else { return [] }
        return fields[number]
    }

    private func text(_ name: String, _ fields: [[UInt8]]) -> String {
        String(decoding: field(name, fields), as: UTF8.self)
    }

    private func number<R>(
        _ name: String, _ line: Int, _ fields: [[UInt8]], _ read: (UnsafeBufferPointer<UInt8>) throws -> R
    ) throws -> R {
        try checked(name, line, field(name, fields), read)
    }

    private func checked<R>(
        _ name: String, _ line: Int, _ field: [UInt8], _ read: (UnsafeBufferPointer<UInt8>) throws -> R
    ) throws -> R {
        do { return try field.withUnsafeBufferPointer(read) } catch let error as Decimals.Malformed {
            throw ParseFailure(
                position: .line(line, column: name), found: ParseFailure.show(field), expected: error.expected)
        }
    }

    private func checkNames(_ line: Int, _ fields: [[UInt8]]) throws {
        for (number, field) in fields.enumerated() where areNames[number] {
            try checked(columns[number], line, field) { try Names.check($0) }
        }
    }

    private func readRate(_ line: Int, _ fields: [[UInt8]]) throws {
        var values = AttributeValues()
        for (number, field) in fields.enumerated() {
            if let attribute = attributes[number], !field.isEmpty { values.set(attribute, field) }
        }
        if facts.offerCode.isEmpty { facts.offerCode = values.string(.serviceCode) }
        var row = RateRow()
        (row.region, row.kind) = classifier.classify(values, offerCode: facts.offerCode, into: collector)
        row.sku = field("SKU", fields).withUnsafeBufferPointer { SKU($0, longOnes: &collector.longSKUs) }
        seen.insert(row.sku)
        row.term = collector.words.intern(field("OfferTermCode", fields))
        let code = field("RateCode", fields)
        row.rateID = collector.words.intern(Array(code[((code.lastIndex(of: UInt8(ascii: ".")) ?? -1) + 1)...]))
        row.unit = collector.words.intern(field("Unit", fields))
        row.currency = collector.words.intern(field("Currency", fields))
        row.date = collector.words.intern(Decimals.date(field("EffectiveDate", fields)))
        row.appliesTo = collector.words.intern(text("RelatedTo", fields).split(separator: ",").joined(separator: " "))
        guard !field("PricePerUnit", fields).isEmpty else {
            facts.ratesWithoutPrice += 1
            return
        }
        row.amount = try number("PricePerUnit", line, fields) { try Decimals.amount($0) }
        if !field("StartingRange", fields).isEmpty {
            row.begin = try number("StartingRange", line, fields) { try Decimals.bound($0) } ?? .zero
        }
        if !field("EndingRange", fields).isEmpty {
            row.end = try number("EndingRange", line, fields) { try Decimals.bound($0) }
        }
        var contract = Contract()
        contract.lease = text("LeaseContractLength", fields)
        (contract.purchaseOption, contract.offeringClass) = (
            text("PurchaseOption", fields), text("OfferingClass", fields)
        )
        let isCommitment = !contract.lease.isEmpty || text("TermType", fields) == "Reserved"
        row.contract = collector.words.intern(isCommitment ? contract.encoded() : [])
        row.section = isCommitment ? .commitments : .onDemand
        try collector.add(row, description: field("PriceDescription", fields)[...])
    }

    private func readSavingsPlan(_ line: Int, _ fields: [[UInt8]]) throws {
        var rate = SavingsPlanRate()
        (rate.planSKU, rate.discountedSKU) = (text("SKU", fields), text("DiscountedSKU", fields))
        (rate.rateCode, rate.price, rate.currency) = (
            text("RateCode", fields), text("DiscountedRate", fields), text("Currency", fields)
        )
        (rate.unit, rate.date, rate.region) = (
            text("Unit", fields), text("EffectiveDate", fields), text("DiscountedRegionCode", fields)
        )
        (rate.usageType, rate.operation) = (text("DiscountedUsageType", fields), text("DiscountedOperation", fields))
        (rate.service, rate.instanceType) = (
            text("DiscountedServiceCode", fields), text("DiscountedInstanceType", fields)
        )
        rate.contract.lease = Contract.lease(
            duration: text("LeaseContractLength", fields), unit: text("LeaseContractLengthUnit", fields))
        rate.contract.purchaseOption = text("PurchaseOption", fields)
        rate.contract.offeringClass = text("Product Family", fields)
        rate.contract.description = text("Description", fields)
        if facts.offerCode.isEmpty { facts.offerCode = text("ServiceCode", fields) }
        seen.insert(field("SKU", fields).withUnsafeBufferPointer { SKU($0, longOnes: &collector.longSKUs) })
        do { try rate.add(to: collector, classifier: &classifier, fileRegion: "") } catch let error
            as Decimals.Malformed
        {
            throw ParseFailure(
                position: .line(line, column: "DiscountedRate"), found: "'\(rate.price)'", expected: error.expected)
        }
    }
}
