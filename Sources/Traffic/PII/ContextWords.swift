/// What the words before a candidate say about it. A number alone is often not telling: `ssn` before it is.
struct ContextWords: OptionSet {
    let rawValue: UInt32
    static let ssn = ContextWords(rawValue: 1 << 0)
    static let nhs = ContextWords(rawValue: 1 << 1)
    static let patient = ContextWords(rawValue: 1 << 2)
    static let steuerID = ContextWords(rawValue: 1 << 3)
    static let bsn = ContextWords(rawValue: 1 << 4)
    static let pesel = ContextWords(rawValue: 1 << 5)
    static let cpf = ContextWords(rawValue: 1 << 6)
    static let cnpj = ContextWords(rawValue: 1 << 7)
    static let aadhaar = ContextWords(rawValue: 1 << 8)
    static let sin = ContextWords(rawValue: 1 << 9)
    static let tfn = ContextWords(rawValue: 1 << 10)
    static let partitaIVA = ContextWords(rawValue: 1 << 11)
    static let card = ContextWords(rawValue: 1 << 12)
    static let phone = ContextWords(rawValue: 1 << 13)
    static let secret = ContextWords(rawValue: 1 << 14)
    static let version = ContextWords(rawValue: 1 << 15)
    /// The nearest word names something that is counted, measured or ordered.
    static let impersonal = ContextWords(rawValue: 1 << 16)
    /// `number`, `no`, `id`: says nothing, and is passed over.
    static let filler = ContextWords(rawValue: 1 << 17)
    static let tax = ContextWords(rawValue: 1 << 18)
    static let file = ContextWords(rawValue: 1 << 19)
    /// `id`, `uuid`: what follows is a name for something, not a number that is dialled.
    static let identifier = ContextWords(rawValue: 1 << 20)
    /// `call`, `contact`: a telephone number, if it looks like one.
    static let call = ContextWords(rawValue: 1 << 21)

    init(rawValue: UInt32) { self.rawValue = rawValue }

    /// How far back words are looked for, in bytes, and how many.
    private static let reach = 64
    private static let wordLimit = 6

    /// Reads backwards from `end` over the words of the same field: the key of `key=value` or `"key":`, or prose up to
    /// the next comma, semicolon, ampersand, brace or line. An impersonal word next to the candidate ends the search.
    ///
    /// - Parameter nearest: Only the nearest word, and no digit before it: enough for `version 1.2.3.4`.
    init(before end: Int, in text: RecordText, nearest: Bool = false) {
        self = []
        let stop = max(0, end - Self.reach)
        var index = end
        var (words, telling, isKeyed, digits) = (0, 0, false, 0)
        while index > stop, words < Self.wordLimit {
            let byte = text[index - 1]
            if byte.isLetter {
                let start = Self.startOfWord(endingAt: index, in: text, stop: stop)
                var found = Self.meaning(of: text, start, index)
                let isEscape = index - start == 1 && text[start - 2] == 0x25  // the D of %3D
                index = min(start, index - 1)
                if isEscape { continue }
                words += 1
                if found.contains(.filler) {
                    if telling == 0, found.contains(.identifier) { insert(.identifier) }
                    continue
                }
                // What stands before another number says nothing of this one's: `Mobile Safari/604.1" 200 …`
                if digits > 2 { found.subtract([.phone, .call]) }
                telling += 1
                if found == .impersonal, telling <= 2 {
                    if isSubset(of: .identifier) { insert(.impersonal) }
                    return
                }
                formUnion(found)
                if nearest { return }
                continue
            }
            if byte.isDigit {
                digits += 1
                if nearest, text[index - 2] != 0x25, text[index - 3] != 0x25 { return }
            } else if digits < 3 {
                digits = 0
            }
            index -= 1
            switch byte {
            case 0x3d: isKeyed = true  // =
            case 0x20 where isKeyed && words > 0: return  // what precedes a key is another field
            case 0x2c, 0x3b, 0x26, 0x7d, 0x0a, 0x3f, 0x7c: return  // , ; & } ? |
            default: break
            }
        }
    }

    /// Where the word begins whose last letter is before `end`: camelCase is several words.
    private static func startOfWord(endingAt end: Int, in text: RecordText, stop: Int) -> Int {
        var index = end - 1
        while index > stop, text[index - 1].isLetter {
            let (left, right) = (text[index - 1], text[index])
            if right.isUpper, !left.isUpper || (index + 1 < end && !text[index + 1].isUpper) { break }
            index -= 1
        }
        guard index + 1 < end else { return index }
        // The n of "\n", the D of "%3D", the c of "\u003c".
        if text[index - 1] == 0x5c || text[index - 2] == 0x25 || text[index - 5] == 0x5c && text[index - 4] == 0x75 {
            index += 1
        }
        return index
    }

    private static func meaning(of text: RecordText, _ start: Int, _ end: Int) -> ContextWords {
        var packed: UInt64 = 0
        for index in (start..<min(end, start + 8)).reversed() { packed = packed << 8 | UInt64(text[index] | 0x20) }
        return vocabulary[packed] ?? []
    }

    /// By the first eight letters, lower case, first letter lowest.
    private static let vocabulary: [UInt64: ContextWords] = {
        var result: [UInt64: ContextWords] = [:]
        for (words, meaning) in lists {
            for word in words.split(separator: " ") {
                let packed = word.utf8.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
                result[packed, default: []].formUnion(meaning)
            }
        }
        return result
    }()

    private static let lists: [(String, ContextWords)] = [
        ("ssn ssns social socialsecurity ssnnumber ssnno", .ssn),
        ("nhs nhsno nhsnumber", .nhs),
        ("patient patients health medical hospital clinic gp", .patient),
        ("steuer steuerid steueridnr steuernummer steuerliche idnr identifikationsnummer taxid tin", .steuerID),
        ("bsn burgerservicenummer sofinummer sofi bsnnumber bsnnummer", .bsn),
        ("pesel peselnumber", .pesel),
        ("cpf cpfnumber cpfcnpj", .cpf),
        ("cnpj cpfcnpj cnpjnumber", .cnpj),
        ("aadhaar aadhar adhaar uidai aadhaarno", .aadhaar),
        ("sin insurance", .sin),
        ("tfn taxfilenumber", .tfn), ("tax", .tax), ("file", .file),
        ("iva partita piva vat partitaiva vatnumber", .partitaIVA),
        (
            "card cards pan cardnumber cardno creditcard debitcard ccnumber ccnum cc maestro visa mastercard credit",
            .card
        ),
        (
            "phone phones telephone telephonenumber tel mobile cell cellphone fax phonenumber phoneno msisdn telefon "
                + "telefono telefonnummer rufnummer mobil mobilnummer handy handynummer movil celular cel whatsapp hotline "
                + "landline gsm", .phone
        ),
        ("call calls called calling caller callback contact contacts dial ring sms reach", .call),
        ("secret secrets secretkey secretaccesskey aws awssecret awssecretaccesskey", .secret),
        ("version versions ver v release build firmware revision rev", .version),
        (
            "order orders trace span request req invoice tracking track seq sequence offset timestamp ts time epoch "
                + "nanos micros millis ns us ms duration bytes size count length sku product ticket session shipment "
                + "commit sha hash batch job pid checksum digest build amount price total event delta drift skew lag",
            .impersonal
        ),
        ("number no nr num code ref is was the with of value key field a an and for", .filler),
        ("id ids uuid", [.filler, .identifier]),
    ]
}
