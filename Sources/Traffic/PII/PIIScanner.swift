/// Counts PII and secrets in a record, in one pass and linear time. Called once per metered record.
///
/// Rules are tried where a word begins, and at at signs and runs of hyphens. Each looks a bounded number of bytes back
/// and ahead and none tries twice, so no record takes more than a fixed time per byte. `docs/pii.md` lists the rules.
public struct PIIScanner: Sendable {
    private var masks = ByteMasks()
    private var mask = PIIMask()

    public init() {}

    public mutating func scan(_ bytes: UnsafeBufferPointer<UInt8>, into counts: inout PIICounts) {
        guard let base = bytes.baseAddress else { return }
        masks.classify(bytes)
        scan(RecordText(base: base, count: bytes.count)) { _, finding, kind in counts[kind] += 1 }
    }

    /// Also keeps redacted samples of what it finds.
    public mutating func scan(
        _ bytes: UnsafeBufferPointer<UInt8>, into counts: inout PIICounts, samples: inout PIISamples
    ) {
        guard let base = bytes.baseAddress else { return }
        masks.classify(bytes)
        let text = RecordText(base: base, count: bytes.count)
        scan(text) { mask, finding, kind in
            counts[kind] += 1
            mask.blot(finding, kind, in: text)
            samples.keep(kind, mask.bytes)
        }
    }

    /// The text with what is found in it blotted out, addresses of machines excepted: they name sources.
    mutating func masked(_ name: [UInt8]) -> [UInt8] {
        name.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return [] }
            masks.classify(bytes)
            let text = RecordText(base: base, count: bytes.count)
            var found: [(finding: PIIFinding, shown: [UInt8])] = []
            scan(text) { mask, finding, kind in
                guard ![.ipv4, .ipv6, .macAddress].contains(kind) else { return }
                mask.blot(finding, kind, in: text)
                found.append((finding, mask.bytes))
            }
            var (result, place): ([UInt8], Int) = ([], 0)
            for (finding, shown) in found.sorted(by: { $0.finding.start < $1.finding.start })
            where finding.start >= place {
                result += bytes[place..<finding.start] + shown
                place = finding.end
            }
            return result + bytes[place...]
        }
    }

    @inline(__always)
    private mutating func scan(_ text: RecordText, report: (inout PIIMask, PIIFinding, PIIKind) -> Void) {
        let count = text.count
        var (resume, floor, keyFloor) = (0, 0, 0)
        var before = ByteMasks.Word()
        masks.words.withUnsafeBufferPointer { words in
            for index in 0...count / 64 {
                let word = words[index]
                let (place, next) = (index &* 64, words[index &+ 1].alphanumeric)
                var starts = word.alphanumeric & ~(word.alphanumeric << 1 | before.alphanumeric >> 63)
                while starts != 0 {
                    let shift = UInt64(starts.trailingZeroBitCount)
                    starts &= starts &- 1
                    let start = place &+ Int(shift)
                    guard start >= resume else { continue }
                    // The next 64 bytes from the word's first.
                    let run = word.alphanumeric >> shift | (shift == 0 ? 0 : next << (64 &- shift))
                    var length = (~run).trailingZeroBitCount
                    var digits = word.digits >> shift | (shift == 0 ? 0 : words[index &+ 1].digits << (64 &- shift))
                    if length == 64 {
                        length = Self.length(ofWordAt: start, words, count)
                    } else {
                        digits &= 1 << UInt64(length) &- 1
                    }
                    guard let finding = Self.examine(text, start, start &+ length, digits: digits) else { continue }
                    resume = finding.end
                    if let kind = finding.kind { report(&mask, finding, kind) }
                }
                var ats = word.ats
                while ats != 0 {
                    let at = place &+ ats.trailingZeroBitCount
                    ats &= ats &- 1
                    guard at >= floor, let finding = Self.atSign(text, at, floor: floor) else { continue }
                    floor = finding.end
                    if let kind = finding.kind { report(&mask, finding, kind) }
                }
                if word.hasHyphens {
                    for hyphen in max(place - 8, keyFloor)..<max(place + 64, keyFloor) where text[hyphen] == 0x2d {
                        guard hyphen >= keyFloor, let finding = Self.privateKey(text, hyphen) else { continue }
                        keyFloor = finding.end
                        report(&mask, finding, .privateKey)
                    }
                }
                before = word
            }
        }
    }

    /// Of a word of 64 bytes and more.
    private static func length(ofWordAt start: Int, _ words: UnsafeBufferPointer<ByteMasks.Word>, _ count: Int) -> Int {
        var index = start / 64 + 1
        while index < words.count, words[index].alphanumeric == .max { index += 1 }
        guard index < words.count else { return count - start }
        return min(count, index * 64 + (~words[index].alphanumeric).trailingZeroBitCount) - start
    }

    /// The rule for a word of letters and digits. Words of letters alone are passed over unless they are long or
    /// a token goes on behind them.
    /// - Parameter digits: Which of its first 64 bytes are digits, the first lowest.
    @inline(__always)
    private static func examine(_ text: RecordText, _ start: Int, _ end: Int, digits: UInt64) -> PIIFinding? {
        let length = end &- start
        let next = text[end]
        if digits == 0, length < 16, next != 0x5f, next != 0x2d { return nil }
        if text[start &- 1] == 0x5c || text[start &- 1] == 0x25, let skip = escape(text, start, length) {
            if skip != 1, let finding = escapedAtSign(text, start, length: skip) { return finding }
            return skip == length ? nil : examineRest(text, start &+ skip, end)
        }
        if length < 64, digits == 1 << UInt64(length) &- 1 { return number(text, start, end, next) }
        return mixed(text, start, end, next)
    }

    /// How many letters and digits at the beginning of a word belong to an escape: `\n`, `\u0022`, `%3D`.
    private static func escape(_ text: RecordText, _ start: Int, _ length: Int) -> Int? {
        if text[start - 1] == 0x25 { return length >= 2 && text[start].isHex && text[start + 1].isHex ? 2 : nil }
        switch text[start] {
        case 0x6e, 0x72, 0x74, 0x62, 0x66: return 1  // n r t b f
        case 0x75: return length >= 5 ? 5 : nil  // u
        default: return nil
        }
    }

    private static func examineRest(_ text: RecordText, _ start: Int, _ end: Int) -> PIIFinding? {
        let isNumber = (start..<min(end, start + 64)).allSatisfy { text[$0].isDigit } && end - start < 64
        return isNumber ? number(text, start, end, text[end]) : mixed(text, start, end, text[end])
    }

    /// A run of digits; `next` follows it.
    private static func number(_ text: RecordText, _ start: Int, _ end: Int, _ next: UInt8) -> PIIFinding? {
        let previous = text[start &- 1]
        if previous == 0x2b { return phone(text, start) }
        let length = end &- start
        if length < 8 {
            switch next {
            case 0x2e:
                guard length < 5, text[end &+ 1].isHex else { return nil }
                if length == 4 { return dottedMAC(text, previous == 0x2e ? start &- 5 : start) }
                if length > 1, let finding = dottedNumber(text, start, end) { return finding }
                return ipv4(text, start) ?? namedPhone(text, start, end)
            case 0x3a: return length < 5 && text[end &+ 1] &- 0x30 < 0x37 ? colonGroups(text, start, end) : nil
            case 0x20, 0x2d:
                return length < 6 ? groupedNumber(text, start, end) ?? namedPhone(text, start, end) : nil
            case 0x29: return length == 3 && previous == 0x28 ? parenthesisedPhone(text, start) : nil
            default:
                guard previous == 0x3a, length < 5, text[start &- 2].isHex || text[start &- 2] == 0x3a else {
                    return nil
                }
                return colonGroups(text, start, end)
            }
        }
        return length > 19 ? nil : bareNumber(text, start, end)
    }

    /// Letters with or without digits.
    private static func mixed(_ text: RecordText, _ start: Int, _ end: Int, _ next: UInt8) -> PIIFinding? {
        if let finding = prefixed(text, start) { return finding }
        let length = end &- start
        let previous = text[start &- 1]
        if length < 5 {
            if next == 0x3a || previous == 0x3a { return hexGroup(text, start, end, next) }
            if next == 0x2d {
                return length == 2 ? hyphenatedMAC(text, start) : length == 1 ? hyphenatedNIE(text, start) : nil
            }
            if length == 4, next == 0x20 { return iban(text, start) }
            if length == 4, next == 0x2e { return dottedMAC(text, previous == 0x2e ? start &- 5 : start) }
        }
        if next == 0x2f || next == 0x2b || previous == 0x2f || previous == 0x2b || length == 40 || next == 0x5c {
            if let finding = awsSecret(text, start) { return finding }
        }
        switch length {
        case 9: return nineCharacterDNI(text, start, end)
        case 13: return italianVAT(text, start, end)
        case 15: return corsicanNIR(text, start, end) ?? iban(text, start)
        case 16: return codiceFiscale(text, start, end) ?? iban(text, start)
        case 20: return awsAccessKey(text, start, end) ?? iban(text, start)
        case 24: return slackWebhook(text, start, end) ?? iban(text, start)
        case 17...34: return iban(text, start)
        default: return nil
        }
    }

    /// A group of an address with colons, if it is one.
    private static func hexGroup(_ text: RecordText, _ start: Int, _ end: Int, _ next: UInt8) -> PIIFinding? {
        for index in start..<end { guard text[index].isHex else { return nil } }
        guard
            next == 0x3a && (text[end &+ 1].isHex || text[end &+ 1] == 0x3a)
                || text[start &- 1] == 0x3a && (text[start &- 2].isHex || text[start &- 2] == 0x3a)
        else { return nil }
        return colonGroups(text, start, end)
    }
}
