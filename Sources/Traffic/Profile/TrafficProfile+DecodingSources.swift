extension TrafficProfile {
    static func readSources(_ reader: inout ByteReader) throws(ProfileError) -> SourceCounts {
        let start = reader.offset
        let count = try reader.readCount(ofSize: 4)
        guard count <= SourceCounts.capacity else { throw .malformed("too many sources", offset: start) }
        var entries: [SourceCounts.Entry] = []
        for _ in 0..<count {
            let start = reader.offset
            let name = try reader.readBlob()
            guard name.count <= SourceCounts.nameLimit else {
                throw .malformed("a source's name is too long", offset: start)
            }
            let rank = name.withUnsafeBufferPointer { SourceCounts.rank($0) }
            let entry = SourceCounts.Entry(rank: rank, name: name, counts: try readSource(&reader))
            if let last = entries.last, !SourceCounts.Entry.precedes(last, entry) {
                throw .malformed("sources are not in order", offset: start)
            }
            entries.append(entry)
        }
        return SourceCounts(entries: entries, other: try readSource(&reader))
    }

    private static func readSource(_ reader: inout ByteReader) throws(ProfileError) -> SourceCounts.Counts {
        var counts = SourceCounts.Counts()
        counts.events = try reader.read()
        counts.bytes = try reader.read()
        var previous = -1
        for _ in 0..<(try reader.readCount(ofSize: 2)) {
            let start = reader.offset
            let raw = try reader.readByte()
            let count = try reader.read()
            guard let kind = PIIKind(rawValue: raw), Int(raw) > previous, count > 0 else {
                throw .malformed("unknown kind of finding \(raw)", offset: start)
            }
            counts.pii[kind] = count
            previous = Int(raw)
        }
        return counts
    }

    static func readSamples(_ reader: inout ByteReader) throws(ProfileError) -> PIISamples {
        var samples = PIISamples()
        for index in 0..<(try reader.readCount(ofSize: 2)) {
            let start = reader.offset
            guard let kind = PIIKind(rawValue: try reader.readByte()) else {
                throw .malformed("unknown kind of finding", offset: start)
            }
            let text = try reader.readBlob()
            samples.keep(kind, text)
            guard samples.samples.count == index + 1, samples.samples.last?.kind == kind,
                samples.samples.last?.text == text
            else { throw .malformed("samples of findings are not in order", offset: start) }
        }
        return samples
    }

    static func readAccounting(_ reader: inout ByteReader) throws(ProfileError) -> LineAccounting {
        var accounting = LineAccounting()
        accounting.metered = try reader.read()
        let start = reader.offset
        guard try reader.read() == RejectReason.allCases.count else {
            throw .malformed("unknown reasons for rejection", offset: start)
        }
        for reason in RejectReason.allCases { accounting.reject(reason, count: try reader.read()) }
        accounting.blank = try reader.read()
        accounting.context = try reader.read()
        var previous: RejectSample?
        for _ in 0..<(try reader.readCount(ofSize: 4)) {
            let start = reader.offset
            let line = try reader.read()
            guard let reason = RejectReason(rawValue: try reader.readByte()) else {
                throw .malformed("unknown reason for rejection", offset: start)
            }
            let input = String(decoding: try reader.readBlob(), as: UTF8.self)
            let excerpt = String(decoding: try reader.readBlob(), as: UTF8.self)
            let sample = RejectSample(input: input, line: line, reason: reason, excerpt: excerpt)
            if let previous, sample < previous { throw .malformed("samples are not in order", offset: start) }
            accounting.keep(sample)
            previous = sample
        }
        return accounting
    }
}
