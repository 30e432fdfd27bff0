import CZlib

/// The binary form, version 3: `MATP`, version (1 byte), body length (8 bytes, little endian), CRC-32 of the body
/// (4 bytes, little endian), body. The body is varints in a fixed order, everything sorted: equal profiles have equal bytes.
/// Version 1 had no samples of findings, version 2 no times of arrival; both are still read.
extension TrafficProfile {
    static let magic: [UInt8] = Array("MATP".utf8)
    static let version: UInt8 = 3
    static let headerBytes = 17

    /// The profile in its versioned binary form; about 6 bytes a minute and 3 a size class.
    public func encoded() -> [UInt8] {
        var body = ByteWriter()
        body.write(timed.count)
        var previous = 0
        for entry in timed {
            body.writeSigned(entry.minute &- previous)
            previous = entry.minute
            Self.write(entry.traffic, to: &body)
        }
        Self.write(untimed, to: &body)
        Self.write(responses.classes, to: &body)
        writeLambda(to: &body)
        for keyPath in Self.statusFields { body.write(statuses[keyPath: keyPath]) }
        body.write(sources.entries.count)
        for entry in sources.entries {
            body.write(entry.name)
            Self.write(entry.counts, to: &body)
        }
        Self.write(sources.other, to: &body)
        for keyPath in Self.textFields { body.write(text[keyPath: keyPath]) }
        writeAccounting(to: &body)
        body.write(piiSamples.samples.count)
        for sample in piiSamples.samples {
            body.writeByte(sample.kind.rawValue)
            body.write(sample.text)
        }
        Self.write(received, to: &body)

        var whole = ByteWriter()
        whole.append(Self.magic)
        whole.writeByte(Self.version)
        whole.writeFixed(UInt64(body.bytes.count))
        whole.writeFixed(Self.checksum(body.bytes[...]))
        whole.append(body.bytes)
        return whole.bytes
    }

    static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.withUnsafeBufferPointer { UInt32(truncatingIfNeeded: crc32_z(0, $0.baseAddress, $0.count)) }
    }

    /// Which optional columns of a minute follow.
    struct MinuteColumns: OptionSet {
        let rawValue: UInt8
        static let responses = MinuteColumns(rawValue: 1)
        static let tokens = MinuteColumns(rawValue: 2)
        static let pii = MinuteColumns(rawValue: 4)
    }

    private static func write(_ minute: Minute, to writer: inout ByteWriter) {
        var columns: MinuteColumns = []
        if minute.responseBytes > 0 { columns.insert(.responses) }
        if !minute.tokens.isEmpty { columns.insert(.tokens) }
        if minute.piiFindings > 0 { columns.insert(.pii) }
        writer.writeByte(columns.rawValue)
        writer.write(minute.events)
        writer.write(minute.bytes)
        write(minute.sizes.classes, to: &writer)
        if columns.contains(.responses) { writer.write(minute.responseBytes) }
        if columns.contains(.tokens) {
            for keyPath in tokenFields { writer.write(minute.tokens[keyPath: keyPath]) }
        }
        if columns.contains(.pii) { writer.write(minute.piiFindings) }
    }

    private static func write(_ counts: SparseCounts, to writer: inout ByteWriter) {
        writer.write(counts.entries.count)
        var previous = 0
        for entry in counts.entries {
            writer.write(entry.key - previous)
            writer.write(entry.count)
            previous = entry.key
        }
    }

    private static func write(_ counts: SourceCounts.Counts, to writer: inout ByteWriter) {
        writer.write(counts.events)
        writer.write(counts.bytes)
        let kinds = PIIKind.allCases.filter { counts.pii[$0] > 0 }.sorted { $0.rawValue < $1.rawValue }
        writer.write(kinds.count)
        for kind in kinds {
            writer.writeByte(kind.rawValue)
            writer.write(counts.pii[kind])
        }
    }

    private func writeLambda(to writer: inout ByteWriter) {
        writer.write(lambda.groups.count)
        for (memory, group) in lambda.groups.sorted(by: { $0.key < $1.key }) {
            writer.write(memory)
            for keyPath in Self.lambdaFields { writer.write(group[keyPath: keyPath]) }
            Self.write(group.billed, to: &writer)
        }
    }

    private func writeAccounting(to writer: inout ByteWriter) {
        writer.write(accounting.metered)
        writer.write(RejectReason.allCases.count)
        for reason in RejectReason.allCases { writer.write(accounting.rejected(reason)) }
        writer.write(accounting.blank)
        writer.write(accounting.context)
        writer.write(accounting.samples.count)
        for sample in accounting.samples {
            writer.write(sample.line)
            writer.writeByte(sample.reason.rawValue)
            writer.write(sample.input.utf8)
            writer.write(sample.excerpt.utf8)
        }
    }
}

/// The order of plain counters in the binary form, shared by writer and reader.
extension TrafficProfile {
    static var tokenFields: [WritableKeyPath<TokenCounts, Int>] {
        [
            \.input, \.output, \.cacheRead, \.cacheWrite,
        ]
    }
    static var statusFields: [WritableKeyPath<StatusCounts, Int>] {
        [
            \.informational, \.success, \.redirection, \.clientError, \.serverError,
        ]
    }
    static var lambdaFields: [WritableKeyPath<LambdaUsage.Group, Int>] {
        [
            \.invocations, \.durationMicroseconds, \.billedMilliseconds, \.coldStarts, \.initMicroseconds,
            \.maxMemoryUsedMB, \.memoryUsedMBSum,
        ]
    }
    static var textFields: [WritableKeyPath<TextCounts, Int>] {
        [
            \.asciiLetters, \.digits, \.whitespace, \.newlines, \.punctuation,
            \.twoByteScalars, \.threeByteScalars, \.fourByteScalars, \.words,
        ]
    }
}
