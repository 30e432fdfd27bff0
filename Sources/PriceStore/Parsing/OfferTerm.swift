internal import CostModel

/// One term of an offer file while it is read: its rates wait until the term's attributes are known.
struct OfferTerm {
    let collector: RateCollector
    var code: UInt32 = 0
    var date: UInt32 = 0
    var lease: UInt32 = 0  // these three: words
    var purchaseOption: UInt32 = 0
    var offeringClass: UInt32 = 0
    private(set) var ratesWithoutPrice = 0
    private var isReserved = false
    private var base = RateRow()
    private var row = RateRow()
    private var hasPrice = false
    private var isUSD = false
    private var applying: [UInt8] = []
    private var descriptionStart = 0
    private var pending: [(row: RateRow, description: Range<Int>)] = []
    private var descriptions: [UInt8] = []
    private var contracts: [[UInt32]: UInt32] = [:]
    private var lastDate: (text: [UInt8], word: UInt32)
    private let none: UInt32

    init(collector: RateCollector) {
        self.collector = collector
        none = collector.words.intern("")
        lastDate = ([], none)
    }

    mutating func beginSKU(_ sku: SKU, _ product: ProductTable.Product) {
        base.sku = sku
        base.region = product.region
        base.kind = product.kind
    }

    mutating func begin(isReserved: Bool) {
        self.isReserved = isReserved
        (code, date) = (none, none)
        (lease, purchaseOption, offeringClass) = (none, none, none)
        pending.removeAll(keepingCapacity: true)
        descriptions.removeAll(keepingCapacity: true)
    }

    /// The key of a dimension is its rate code; `rateCode` inside repeats it and is not read.
    /// - Throws: ``ParseFailure`` where the term has had this rate.
    mutating func beginRate(_ key: JSONText) throws {
        row = base
        (row.unit, row.currency, row.appliesTo) = (none, none, none)
        (hasPrice, isUSD) = (false, false)
        applying.removeAll(keepingCapacity: true)
        descriptionStart = descriptions.count
        row.rateID = try key.checked { bytes in
            try Names.check(bytes)
            return collector.words.intern(afterLastDot: bytes)
        }
        guard !pending.contains(where: { $0.row.rateID == row.rateID }) else { throw key.again }
    }

    mutating func setDescription(_ text: JSONText) {
        guard !isReserved else { return }
        text.withUnescaped { descriptions.append(contentsOf: $0) }
    }

    /// Thousands of terms in a row have one date.
    mutating func setDate(_ text: JSONText) throws {
        if !text.bytes.elementsEqual(lastDate.text) {
            try text.checked { try Names.check($0) }
            lastDate = (Array(text.bytes), text.withUnescaped { collector.words.intern(Decimals.date($0)) })
        }
        date = lastDate.word
    }

    mutating func setUnit(_ text: JSONText) throws {
        row.unit = try text.checked { bytes in
            try Names.check(bytes)
            return collector.words.intern(bytes)
        }
    }

    mutating func setBegin(_ text: JSONText) throws {
        guard let begin = try text.checked({ try Decimals.bound($0) }) else {
            throw ParseFailure(position: .byte(text.offset), found: "'\(text.string)'", expected: "a number")
        }
        row.begin = begin
    }

    mutating func setEnd(_ text: JSONText) throws { row.end = try text.checked { try Decimals.bound($0) } }

    /// Dollars win over any other currency.
    mutating func setPrice(_ text: JSONText, currency: [UInt8]) throws {
        let amount = try text.checked { try Decimals.amount($0) }
        guard !isUSD else { return }
        isUSD = currency.elementsEqual("USD".utf8)
        hasPrice = true
        row.amount = amount
        row.currency = collector.words.intern(currency)
    }

    mutating func applies(to sku: JSONText) {
        if !applying.isEmpty { applying.append(0x20) }
        sku.withUnescaped { applying.append(contentsOf: $0) }
    }

    mutating func endRate() {
        guard hasPrice else {
            ratesWithoutPrice += 1
            return
        }
        if !applying.isEmpty { row.appliesTo = collector.words.intern(applying) }
        pending.append((row, descriptionStart..<descriptions.count))
    }

    /// A term with a lease is a commitment, whichever section it stands in.
    mutating func end() throws {
        let isCommitment = isReserved || lease != none
        let contractWord = isCommitment ? contract() : none
        for (pendingRow, description) in pending {
            var row = pendingRow
            (row.term, row.date, row.contract) = (code, date, contractWord)
            row.section = isCommitment ? .commitments : .onDemand
            try collector.add(row, description: descriptions[description])
        }
    }

    private mutating func contract() -> UInt32 {
        let key = [lease, purchaseOption, offeringClass]
        if let known = contracts[key] { return known }
        var contract = Contract()
        contract.lease = collector.words.string(lease)
        contract.purchaseOption = collector.words.string(purchaseOption)
        contract.offeringClass = collector.words.string(offeringClass)
        let id = collector.words.intern(contract.encoded())
        contracts[key] = id
        return id
    }
}
