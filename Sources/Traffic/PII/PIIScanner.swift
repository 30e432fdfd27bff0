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

    /// The text with what is found in it blotted out. After the head of a private key nothing is shown.
    /// - Parameter isForeign: Also addresses of machines, which names of sources keep.
    mutating func masked(_ text: [UInt8], isForeign: Bool = false) -> [UInt8] {
        text.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return [] }
            masks.classify(bytes)
            let text = RecordText(base: base, count: bytes.count)
            var found: [(finding: PIIFinding, shown: [UInt8])] = []
            scan(text) { mask, finding, kind in
                guard isForeign || ![.ipv4, .ipv6, .macAddress].contains(kind) else { return }
                mask.blot(finding, kind, in: text)
                let isKey = kind == .privateKey
                found.append((isKey ? PIIFinding(kind, finding.start, bytes.count) : finding, mask.bytes))
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
}
