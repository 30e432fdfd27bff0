import TestSupport
import Testing

@testable import Traffic

@Suite struct PropertyTests {
    @Test(arguments: UInt64(1)...30) func chunksMakeNoDifference(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        for sample in Samples.all {
            var bytes = Array(sample.text.utf8)
            if seed > 10 { Self.damage(&bytes, &random) }
            for format in [LogFormat.auto, sample.format] {
                let options = MeterOptions(
                    format: format, textCounts: true, year: 2020, maxLineBytes: seed % 3 == 0 ? 90 : 9000)
                let whole = try meter(bytes, options).profile
                let cut = try meter(bytes, options) { Int.random(in: 1...40, using: &random) }.profile
                #expect(whole == cut, "seed \(seed), \(sample.format)")
            }
        }
    }

    @Test(arguments: UInt64(1)...40) func readIsMeteredPlusRejected(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let alphabet = Array("{}[]\",:\\ \n\r\t=<>0123456789-abcTZ/#REPORT RequestId:\u{0}é".utf8) + [0xff, 0x80]
        let garbage = (0..<3000).map { _ in alphabet.randomElement(using: &random) ?? 0 }
        for format in LogFormat.allCases {
            var bytes = garbage
            if let sample = Samples.all.first(where: { $0.format == format }), seed % 2 == 0 {
                bytes = Array(sample.text.utf8) + garbage + Array(sample.text.utf8)
                Self.damage(&bytes, &random)
            }
            for sizesOnly in [false, true] {
                let options = MeterOptions(format: format, sizesOnly: sizesOnly, maxLineBytes: 400)
                let profile = try meter(bytes, options) { Int.random(in: 1...500, using: &random) }.profile
                let accounting = profile.accounting
                #expect(accounting.read == accounting.metered + accounting.rejected)
                #expect(
                    accounting.metered == profile.totals.events && profile.totals.sizes.count == profile.totals.events)
                #expect(accounting.read + accounting.blank + accounting.context > 0)
                #expect(try TrafficProfile(decoding: profile.encoded()) == profile, "seed \(seed), \(format)")
            }
        }
    }

    @Test(arguments: UInt64(1)...20) func anyOrderOfMergingGivesTheSameProfile(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let lines = (0..<400).map { index in
            let minute = Int.random(in: 0...59, using: &random)
            let text = String(repeating: "y", count: Int.random(in: 0...3000, using: &random))
            return
                "{\"time\":\"2021-09-01T10:\(minute < 10 ? "0" : "")\(minute):00Z\",\"host\":\"h\(index % 37)\",\"m\":\"\(text)\"}"
                + (index % 50 == 0 ? "x" : "")
        }
        func profile(_ part: ArraySlice<String>) throws -> TrafficProfile {
            try meter(part.joined(separator: "\n"), MeterOptions(format: .ndjson, firstLine: part.startIndex + 1))
        }
        let whole = try profile(lines[...])
        var parts: [TrafficProfile] = []
        var start = 0
        while start < lines.count {
            let end = min(lines.count, start + Int.random(in: 1...90, using: &random))
            parts.append(try profile(lines[start..<end]))
            start = end
        }
        while parts.count > 1 {
            parts.shuffle(using: &random)
            parts.append(parts.removeLast().merging(parts.removeLast()))
        }
        #expect(parts[0] == whole && parts[0].encoded() == whole.encoded(), "seed \(seed)")
    }

    @Test(arguments: UInt64(1)...5) func manySourcesMergeInAnyOrder(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let names = (0..<5000).map { _ in "host-\(Int.random(in: 0...3500, using: &random))" }
        func profile(_ names: some Sequence<String>) throws -> SourceCounts {
            try meter(names.map { "h=\($0)" }.joined(separator: "\n"), MeterOptions(format: .logfmt, sourceField: "h"))
                .sources
        }
        let whole = try profile(names)
        var merged = try profile(names[3000...])
        merged.merge(try profile(names[..<1000].shuffled(using: &random)))
        merged.merge(try profile(names[1000..<3000]))
        #expect(whole == merged && whole.named.count == SourceCounts.capacity)
        #expect(whole.named.reduce(whole.other.events) { $0 + $1.counts.events } == 5000)
    }

    @Test(arguments: UInt64(1)...20) func unitsEqualBruteForce(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        var histogram = SizeHistogram()
        var sizes: [Int] = [0, 1, 1023, 1024, 1025, 65_536, 65_537, 1 << 20]
        for _ in 0..<500 {
            sizes.append(Int.random(in: 0...Int.random(in: 1...(1 << 20), using: &random), using: &random))
        }
        for size in sizes { histogram.add(bytes: size) }
        func bruteForce(_ unit: Int) -> Int { sizes.reduce(0) { $0 + max(1, ($1 + unit * 1024 - 1) / (unit * 1024)) } }
        for unit in [1, 4, 5, 25, 32, 64, 256, 512] { #expect(histogram.units(ofKiB: unit) == bruteForce(unit)) }
        for _ in 0..<50 {
            sizes.append(Int.random(in: 1 << 20...1 << 26, using: &random))
            histogram.add(bytes: sizes[sizes.count - 1])
        }
        for unit in [64, 256, 512] { #expect(histogram.units(ofKiB: unit) == bruteForce(unit), "seed \(seed)") }
    }

    @Test func sizesOnlyMetersTheSameSizesAndMinutes() throws {
        var random = SplitMix64(state: 7)
        let lines = (0..<500).map { index -> String in
            let time = "2021-09-01T10:\(10 + index / 20):00\(index % 3 == 0 ? "Z" : "+01:00")"
            switch Int.random(in: 0...3, using: &random) {
            case 0: return "{\"time\":\"\(time)\",\"a\":\(index)}"
            case 1: return "{\"a\":{\"time\":\"2000-01-01T00:00:00Z\"},\"time\":\"\(time)\"}"
            case 2: return "{\"time\":\"unknown\",\"ts\":\"\(time)\"}"
            default: return "{\"a\":\(index)}"
            }
        }
        let text = lines.joined(separator: "\n")
        let full = try meter(text, MeterOptions(format: .ndjson, scanPII: false))
        let sizes = try meter(text, MeterOptions(format: .ndjson, sizesOnly: true))
        #expect(full == sizes)
    }

    /// Flips, drops and doubles a few bytes.
    static func damage(_ bytes: inout [UInt8], _ random: inout SplitMix64) {
        for _ in 0..<6 {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0...2, using: &random) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.remove(at: place)
            default: bytes.insert(bytes[place], at: place)
            }
        }
    }
}
