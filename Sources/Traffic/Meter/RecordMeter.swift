/// Reads records of one format and adds them to the profile. Framers give it whole records, one at a time.
struct RecordMeter {
    let options: MeterOptions
    let format: LogFormat
    private let input: [UInt8]
    private let needsFields: Bool
    var builder = ProfileBuilder()
    var clock: TimestampReader
    var walker: JSONWalker
    private let keys: KeyTable
    private var csv: CSVReader
    private var w3c = W3CReader()
    private var scanner = PIIScanner()
    private var findings = PIICounts()
    private var sizesOnlyJSON = JSONPrefix()
    var message: [UInt8] = []  // scratch: a log message without its JSON escapes
    private var contextSamples: [RejectSample] = []  // of a Lambda log's first lines
    var lastTextMinute: Int?  // of a CloudWatch text export
    private(set) var samples: [EventSample] = []

    init(options: MeterOptions, format: LogFormat, sourceName: String) {
        self.options = options
        self.format = format
        input = Array(sourceName.utf8)
        needsFields = !options.sizesOnly || options.sizeField != nil
        clock = TimestampReader(year: options.year)
        walker = JSONWalker(options: options)
        keys = KeyTable(options: options)
        csv = CSVReader(keys: keys)
    }

    /// Meters, rejects or sets aside one record, and counts it as just that.
    @inline(__always)
    mutating func process(_ record: Bytes, line: Int) {
        if record.isEmpty || (record[0] <= 0x20 && Self.isBlank(record)) { return builder.addBlank() }
        if format == .ndjson, !needsFields { return processSizeOnly(record, line: line) }
        processFields(record, line: line)
    }

    private static func isBlank(_ record: Bytes) -> Bool {
        record.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0d }
    }

    /// NDJSON by its first and last byte and its timestamp.
    @inline(__always)
    private mutating func processSizeOnly(_ record: Bytes, line: Int) {
        var last = record.count - 1
        while last > 0, JSONScan.isSpace(record[last]) { last -= 1 }
        var first = 0
        while JSONScan.isSpace(record[first]) { first += 1 }
        guard record[first] == 0x7b, record[last] == 0x7d else {
            return reject(record[first] == 0x7b ? .incomplete : .malformed, record, line: line)
        }
        let minute: Int
        if let known = sizesOnlyJSON.minute(of: record, clock: &clock) {
            minute = known
        } else {
            var fields = RecordFields()
            if let reason = walker.findTimestamp(in: record, into: &fields, clock: &clock) {
                return reject(reason, record, line: line)
            }
            sizesOnlyJSON.learn(record, valueOffset: walker.timestampOffset)
            minute = fields.minute
        }
        guard options.payload == .record else { return reject(.missingSize, record, line: line) }
        selectInput()
        builder.add(minute: minute, bytes: record.count)
    }

    private mutating func processFields(_ record: Bytes, line: Int) {
        var fields = RecordFields()
        switch read(record, into: &fields, line: line) {
        case .event: commit(record, fields, line: line)
        case .context: setContextAside(record, line: line)
        case .rejected(let reason): reject(reason, record, line: line)
        case .done: break
        }
    }

    @inline(__always)
    private mutating func read(_ record: Bytes, into fields: inout RecordFields, line: Int) -> Outcome {
        switch format {
        case .ndjson, .auto: readObject(record, into: &fields)
        case .json: walk(record, into: &fields)
        case .apache: ApacheReader.read(record, into: &fields, clock: &clock)
        case .alb: LoadBalancerReader.read(record, into: &fields, clock: &clock)
        case .cloudfront: w3c.read(record, into: &fields, clock: &clock)
        case .apigateway:
            record[0] == 0x7b
                ? walk(record, into: &fields) : ApacheReader.read(record, into: &fields, clock: &clock)
        case .lambda: readLambda(record, into: &fields)
        case .cloudwatch: readCloudWatch(record, into: &fields, line: line)
        case .syslog: SyslogReader.read(record, into: &fields, clock: &clock)
        case .logfmt: LogfmtReader.read(record, keys: keys, into: &fields, clock: &clock)
        case .csv: csv.read(record, into: &fields, clock: &clock)
        case .lines: LinesReader.read(record, into: &fields, clock: &clock)
        }
    }

    @inline(__always)
    func isObject(_ record: Bytes) -> Bool {
        record.first { !JSONScan.isSpace($0) } == 0x7b
    }

    @inline(__always)
    private mutating func readObject(_ record: Bytes, into fields: inout RecordFields) -> Outcome {
        isObject(record) ? walk(record, into: &fields) : .rejected(.malformed)
    }

    @inline(__always)
    mutating func walk(_ record: Bytes, into fields: inout RecordFields) -> Outcome {
        if let reason = walker.walk(record, into: &fields, clock: &clock) { return .rejected(reason) }
        return .event
    }

    /// Adds one event to the profile, or rejects it for want of a size.
    mutating func commit(_ record: Bytes, _ fields: RecordFields, line: Int) {
        var size = record.count
        if options.sizeField != nil {
            size = fields.size
        } else if options.payload != .record {
            size = options.payload == .request ? fields.requestBytes : fields.responseBytes
        }
        guard size >= 0 else { return reject(.missingSize, record, line: line) }
        if fields.hasID, fields.minute != ProfileBuilder.untimed, format == .json || format == .ndjson,
            let setAside = options.setAside
        {
            return setAside(record)
        }
        if fields.source.isEmpty || options.sizesOnly { selectInput() } else { builder.select(fields.source) }
        let isDate = TrafficProfile.minuteRange.contains(fields.minute)
        builder.add(minute: isDate ? fields.minute : ProfileBuilder.untimed, bytes: size)
        if fields.responseBytes >= 0 { builder.addResponse(bytes: fields.responseBytes) }
        if fields.status > 0 { builder.add(status: fields.status) }
        if fields.hasTokens { builder.add(fields.tokens.counts) }
        if fields.hasLambda { builder.add(fields.lambda) }
        guard !options.sizesOnly else { return }
        if options.textCounts { builder.addText(record) }
        if options.scanPII { builder.scan(record, with: &scanner, &findings) }
        if samples.count < options.samples {
            samples.append(EventSample(record, minute: fields.minute, bytes: size, &scanner))
        }
    }

    private mutating func setContextAside(_ record: Bytes, line: Int) {
        builder.addContext()
        guard format == .lambda, contextSamples.count < LineAccounting.sampleLimit else { return }
        contextSamples.append(Self.sample(.malformed, record, line: line, of: input))
    }

    /// A Lambda log without a report is none: its lines are counted as rejected.
    mutating func finish() -> TrafficProfile {
        if format == .lambda { builder.rejectContext(.malformed, samples: contextSamples) }
        return builder.finish()
    }

    @inline(__always)
    private mutating func selectInput() { input.withUnsafeBufferPointer { builder.select($0) } }

    /// - Parameter record: The record, or its beginning when it was too long to keep.
    mutating func reject(_ reason: RejectReason, _ record: Bytes, line: Int) {
        let input = input
        builder.reject(reason, sample: Self.sample(reason, record, line: line, of: input))
    }

    private static func sample(
        _ reason: RejectReason, _ record: Bytes, line: Int, of input: [UInt8]
    ) -> RejectSample {
        RejectSample(
            input: String(decoding: input, as: UTF8.self), line: line, reason: reason,
            excerpt: Redaction.excerpt(of: record))
    }
}
