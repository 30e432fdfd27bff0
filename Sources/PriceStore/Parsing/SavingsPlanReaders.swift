internal import CostModel

/// A savings plan's rates from either format, as commitments of the discounted products.
///
/// The store's offer code of a plan is its products' `serviceCode` (`ComputeSavingsPlans`): JSON files carry no other, and the
/// code in AWS's URL and in the CSV's fifth line are two further spellings.
struct SavingsPlanRate {
    var planSKU = ""
    var discountedSKU = ""
    var rateCode = ""
    var price = ""
    var currency = ""
    var unit = ""
    var date = ""
    var region = ""
    var usageType = ""
    var operation = ""
    var service = ""
    var instanceType = ""
    var contract = Contract()

    func add(to collector: RateCollector, classifier: inout ProductClassifier, fileRegion: String) throws {
        var values = AttributeValues()
        for (attribute, text) in [
            (Attribute.usageType, usageType), (.operation, operation), (.serviceCode, service),
            (.instanceType, instanceType), (.productFamily, contract.offeringClass), (.regionCode, region),
        ] { values.set(attribute, Array(text.utf8)) }
        let own = UsageNormaliser.strip(usageType).region
        if region.isEmpty { values.set(.regionCode, Array((own ?? fileRegion).utf8)) }
        let (regionNumber, kind) = classifier.classify(values, offerCode: service, into: collector)
        var row = RateRow()
        row.region = regionNumber
        row.section = .commitments
        row.kind = kind
        var sku = discountedSKU
        row.sku = sku.withUTF8 { SKU($0, longOnes: &collector.longSKUs) }
        row.term = collector.words.intern(planSKU)
        row.rateID = collector.words.intern(rateCode)
        row.unit = collector.words.intern(unit)
        row.currency = collector.words.intern(currency.isEmpty ? "USD" : currency)
        row.date = collector.words.intern(Decimals.date(Array(date.utf8)))
        var contract = contract
        (contract.form, contract.service) = (.savingsPlan, service)
        row.contract = collector.words.intern(contract.encoded())
        row.appliesTo = collector.words.intern("")
        var text = price
        row.amount = try text.withUTF8 { try Decimals.amount($0) }
        try collector.add(row, description: [])
    }
}

/// Savings-plan JSON: products (a list), then `terms.savingsPlan` (a list).
final class SavingsPlanJSONReader: SourceReader {
    private struct Plan {
        var family = ""
        var service = ""
        var option = ""
    }

    private let collector: RateCollector
    private var facts = SourceFacts()
    private var parser: JSONPushParser<JSONPath>?
    private var plans: [String: Plan] = [:]
    private var plan = Plan()
    private var planSKU = ""
    private var lease = (duration: "", unit: "")
    private var term = SavingsPlanRate()
    private var rate = SavingsPlanRate()
    /// A plan's lease may follow its rates: they wait for the end of the term.
    private var pending: [(SavingsPlanRate, Int)] = []
    private var priceOffset = 0
    private var classifier = ProductClassifier()

    init(collector: RateCollector) {
        self.collector = collector
        facts.form = .savingsPlan
        parser = JSONPushParser(
            JSONPath(
                onScalar: { [unowned self] in try scalar($0, $1) }, onEnd: { [unowned self] in try end($0, $1) }))
    }

    var rates: Int { collector.rates }

    func feed(_ chunk: UnsafeBufferPointer<UInt8>) throws { try parser?.feed(chunk) }

    func finish() throws -> SourceContents {
        try parser?.finish()
        guard !facts.offerCode.isEmpty else {
            throw ParseFailure(position: .byte(0), found: "no product's serviceCode", expected: "a savings plan")
        }
        return .rates(facts)
    }

    private func scalar(_ path: [String], _ text: JSONText) throws {
        let value = text.string
        if path.last != "description", path.last != "disclaimer" { try text.checked { try Names.check($0) } }
        switch path {
        case ["version"]: facts.version = value
        case ["publicationDate"]:
            try text.checked { try Names.checkDate($0) }
            facts.publicationDate = value
        case ["regionCode"]: facts.regionCode = value
        case ["products", "[]", "sku"]: planSKU = value
        case ["products", "[]", "productFamily"]: plan.family = value
        case ["products", "[]", "serviceCode"]: plan.service = value
        case ["products", "[]", "attributes", "purchaseOption"]: plan.option = value
        default:
            if path.starts(with: ["terms", "savingsPlan", "[]"]) { termScalar(path.dropFirst(3), value, text.offset) }
        }
    }

    private func termScalar(_ path: ArraySlice<String>, _ value: String, _ offset: Int) {
        switch Array(path) {
        case ["sku"]: term.planSKU = value
        case ["description"]: term.contract.description = value
        case ["effectiveDate"]: term.date = value
        case ["leaseContractLength", "duration"]: lease.duration = value
        case ["leaseContractLength", "unit"]: lease.unit = value
        case ["rates", "[]", "discountedSku"]: rate.discountedSKU = value
        case ["rates", "[]", "discountedUsageType"]: rate.usageType = value
        case ["rates", "[]", "discountedOperation"]: rate.operation = value
        case ["rates", "[]", "discountedServiceCode"]: rate.service = value
        case ["rates", "[]", "discountedRegionCode"]: rate.region = value
        case ["rates", "[]", "discountedInstanceType"]: rate.instanceType = value
        case ["rates", "[]", "rateCode"]: rate.rateCode = value
        case ["rates", "[]", "unit"]: rate.unit = value
        case ["rates", "[]", "discountedRate", "price"]: (rate.price, priceOffset) = (value, offset)
        case ["rates", "[]", "discountedRate", "currency"]: rate.currency = value
        default: break
        }
    }

    private func end(_ path: [String], _ offset: Int) throws {
        switch path {
        case ["products", "[]"]:
            plans[planSKU] = plan
            facts.products += 1
            if facts.offerCode.isEmpty { facts.offerCode = plan.service }
            plan = Plan()
        case ["terms", "savingsPlan", "[]", "rates", "[]"]:
            if rate.price.isEmpty { facts.ratesWithoutPrice += 1 } else { pending.append((rate, priceOffset)) }
            rate = SavingsPlanRate()
        case ["terms", "savingsPlan", "[]"]: try endTerm()
        default: break
        }
    }

    private func endTerm() throws {
        defer {
            (term, lease) = (SavingsPlanRate(), ("", ""))
            pending.removeAll(keepingCapacity: true)
        }
        guard let plan = plans[term.planSKU] else {
            facts.termsWithoutProduct += 1
            return
        }
        for (waiting, offset) in pending {
            var rate = waiting
            (rate.planSKU, rate.date, rate.contract) = (term.planSKU, term.date, term.contract)
            rate.contract.lease = Contract.lease(duration: lease.duration, unit: lease.unit)
            (rate.contract.purchaseOption, rate.contract.offeringClass) = (plan.option, plan.family)
            do { try rate.add(to: collector, classifier: &classifier, fileRegion: facts.regionCode) } catch let error
                as Decimals.Malformed
            {
                throw ParseFailure(position: .byte(offset), found: "'\(rate.price)'", expected: error.expected)
            }
        }
    }
}
