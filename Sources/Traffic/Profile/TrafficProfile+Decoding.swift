extension TrafficProfile {
    /// Reads ``encoded()``.
    /// - Throws: ``ProfileError``, naming the byte, for anything that `encoded()` could not have written.
    public init(decoding bytes: [UInt8]) throws(ProfileError) {
        guard bytes.starts(with: Self.magic) else { throw .notAProfile }
        guard bytes.count >= Self.headerBytes else {
            throw .wrongLength(expected: Self.headerBytes, found: bytes.count)
        }
        guard 1...Self.version ~= bytes[4] else { throw .unsupportedVersion(bytes[4], offset: 4) }
        let length = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[5 + $1]) << UInt64(8 * $1) }
        guard length == UInt64(bytes.count - Self.headerBytes) else {
            let expected = Int(clamping: length.addingReportingOverflow(UInt64(Self.headerBytes)).partialValue)
            throw .wrongLength(expected: expected, found: bytes.count)
        }
        let checksum = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[13 + $1]) << UInt32(8 * $1) }
        guard checksum == Self.checksum(bytes[Self.headerBytes...]) else { throw .checksumMismatch(offset: 13) }

        self.init()
        var reader = ByteReader(bytes, from: Self.headerBytes)
        timed = try Self.readMinutes(&reader)
        untimed = try Self.readMinute(&reader)
        responses = SizeHistogram(classes: try Self.readClasses(&reader))
        lambda = try Self.readLambda(&reader)
        for keyPath in Self.statusFields { statuses[keyPath: keyPath] = try reader.read() }
        sources = try Self.readSources(&reader)
        for keyPath in Self.textFields { text[keyPath: keyPath] = try reader.read() }
        accounting = try Self.readAccounting(&reader)
        if bytes[4] > 1 { piiSamples = try Self.readSamples(&reader) }
        if bytes[4] > 2 { received = try Self.readCounts(&reader) }
        guard reader.isAtEnd else { throw .malformed("unexpected data after the profile", offset: reader.offset) }
        recomputeTotals()
    }

    private static func readMinutes(_ reader: inout ByteReader) throws(ProfileError) -> [TimedMinute] {
        let count = try reader.readCount(ofSize: 5)
        var result: [TimedMinute] = []
        result.reserveCapacity(count)
        var previous = 0
        for index in 0..<count {
            let start = reader.offset
            let (minute, overflow) = previous.addingReportingOverflow(try reader.readSigned())
            guard !overflow, index == 0 || minute > previous, TrafficProfile.minuteRange.contains(minute) else {
                throw .malformed("minutes do not ascend", offset: start)
            }
            result.append(TimedMinute(minute: minute, traffic: try readMinute(&reader)))
            previous = minute
        }
        return result
    }

    private static func readMinute(_ reader: inout ByteReader) throws(ProfileError) -> Minute {
        let start = reader.offset
        let columns = MinuteColumns(rawValue: try reader.readByte())
        guard columns.rawValue < 8 else { throw .malformed("unknown columns in a minute", offset: start) }
        var minute = Minute()
        minute.events = try reader.read()
        minute.bytes = try reader.read()
        minute.sizes = SizeHistogram(classes: try readClasses(&reader))
        guard minute.sizes.count == minute.events else {
            throw .malformed("a minute's sizes do not add up to its events", offset: start)
        }
        if columns.contains(.responses) { minute.responseBytes = try reader.read() }
        if columns.contains(.tokens) {
            for keyPath in tokenFields { minute.tokens[keyPath: keyPath] = try reader.read() }
        }
        if columns.contains(.pii) { minute.piiFindings = try reader.read() }
        return minute
    }

    private static func readClasses(_ reader: inout ByteReader) throws(ProfileError) -> SparseCounts {
        let start = reader.offset
        let counts = try readCounts(&reader)
        guard counts.entries.allSatisfy({ SizeHistogram.isClass($0.key) }) else {
            throw .malformed("a size class is neither whole KiB nor a 64 KiB step", offset: start)
        }
        return counts
    }

    private static func readCounts(_ reader: inout ByteReader) throws(ProfileError) -> SparseCounts {
        let count = try reader.readCount(ofSize: 2)
        var entries: [SparseCounts.Entry] = []
        entries.reserveCapacity(count)
        var previous = 0
        for index in 0..<count {
            let start = reader.offset
            let (key, overflow) = previous.addingReportingOverflow(try reader.read())
            let count = try reader.read()
            guard !overflow, index == 0 || key > previous, count > 0 else {
                throw .malformed("counts are not in order", offset: start)
            }
            entries.append(SparseCounts.Entry(key: key, count: count))
            previous = key
        }
        return SparseCounts(sorted: entries)
    }

    private static func readLambda(_ reader: inout ByteReader) throws(ProfileError) -> LambdaUsage {
        var lambda = LambdaUsage()
        var previous = -1
        for _ in 0..<(try reader.readCount(ofSize: 9)) {
            let start = reader.offset
            let memory = try reader.read()
            guard memory > previous else { throw .malformed("memory sizes do not ascend", offset: start) }
            var group = LambdaUsage.Group()
            for keyPath in lambdaFields { group[keyPath: keyPath] = try reader.read() }
            group.billed = try readCounts(&reader)
            guard group.billed.total == group.invocations else {
                throw .malformed("billed durations do not add up to the invocations", offset: start)
            }
            lambda.groups[memory] = group
            previous = memory
        }
        return lambda
    }
}
