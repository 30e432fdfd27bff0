/// Writes a finding so that it can be shown: at most four characters of a number, none of a secret.
struct PIIMask: Sendable {
    /// What was written last. The memory is kept.
    private(set) var bytes: [UInt8] = []

    mutating func blot(_ finding: PIIFinding, _ kind: PIIKind, in text: RecordText) {
        bytes.removeAll(keepingCapacity: true)
        let (start, end) = (finding.start, min(finding.end, finding.start + 64))
        switch kind {
        case .email: blotEmail(text, start, finding.end)
        case .ipv4: keepFirst(1, separator: 0x2e, text, start, end)
        case .ipv6: keepFirst(1, separator: 0x3a, text, start, end)
        case .macAddress: keepLast(0, text, start, end)
        case .paymentCard, .iban, .usSSN: keepLast(4, text, start, end)
        case .codiceFiscale, .partitaIVA, .nhsNumber, .dni, .steuerID, .nir, .bsn, .pesel, .cpf, .cnpj, .aadhaar,
            .canadianSIN, .australianTFN, .phone:
            keepLast(2, text, start, end)
        case .awsAccessKeyID: appendPrefix(4, "***", text, start)
        case .awsSecretAccessKey: append("***")
        case .jwt: append("eyJ***")
        case .gitHubToken: appendPrefix(4, "***", text, start)
        case .slackToken: append(text[start] == 0x68 ? "hooks.slack.com/services/***" : "xox***")
        case .stripeKey: appendPrefix(8, "***", text, start)
        case .googleAPIKey: append("AIza***")
        case .googleOAuthToken: append("ya29.***")
        case .privateKey: append("-----BEGIN *** PRIVATE KEY-----")
        case .urlCredentials: append("***://***:***@***")
        }
    }

    private mutating func append(_ shown: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: shown.utf8Start, count: shown.utf8CodeUnitCount))
    }

    private mutating func appendPrefix(_ count: Int, _ rest: StaticString, _ text: RecordText, _ start: Int) {
        for index in start..<start + count { bytes.append(text[index]) }
        append(rest)
    }

    /// Letters and digits become asterisks but for the last few; separators stay.
    private mutating func keepLast(_ shown: Int, _ text: RecordText, _ start: Int, _ end: Int) {
        var left = (start..<end).reduce(0) { $0 + (text[$1].isAlphanumeric ? 1 : 0) }
        for index in start..<end {
            let byte = text[index]
            guard byte.isAlphanumeric else {
                bytes.append(byte)
                continue
            }
            bytes.append(left > shown ? 0x2a : byte)
            left -= 1
        }
    }

    /// The groups after the first few become one asterisk each.
    private mutating func keepFirst(_ groups: Int, separator: UInt8, _ text: RecordText, _ start: Int, _ end: Int) {
        var group = 0
        for index in start..<end {
            let byte = text[index]
            if byte == separator {
                group += 1
                bytes.append(byte)
            } else if group < groups {
                bytes.append(byte)
            } else if bytes.last == separator {
                bytes.append(0x2a)
            }
        }
    }

    /// `j***@e***.com`
    private mutating func blotEmail(_ text: RecordText, _ start: Int, _ end: Int) {
        let first = text[start - 1] == 0x5c && text[start + 1] != 0x40 ? start + 1 : start
        guard let at = (start..<end).first(where: { text[$0] == 0x40 }),
            let dot = (at..<end).last(where: { text[$0] == 0x2e })
        else { return append("***@***") }
        bytes.append(text[first])
        append("***@")
        bytes.append(text[at + 1])
        append("***")
        for index in dot..<min(end, dot + 16) { bytes.append(text[index]) }
    }
}
