/// A framer and the meter it feeds, for one known format.
struct RecordPipeline {
    var samples: [EventSample] { meter.samples }
    var recordCount: Int { meter.builder.recordCount }
    private enum Framing { case lines, csv, json, octets }

    let format: LogFormat
    private let framing: Framing
    private var meter: RecordMeter
    private var lines: LineFramer
    private var csv: CSVFramer
    private var json: JSONFramer
    private var octets: OctetFramer

    /// - Parameter head: The beginning of the input, without a byte order mark.
    init(format: LogFormat, head: Bytes, options: MeterOptions, sourceName: String) {
        self.format = format
        switch format {
        case .json: framing = .json
        case .csv: framing = .csv
        case .syslog: framing = OctetFramer.begins(head) ? .octets : .lines
        case .cloudwatch:
            let first = head.first { !JSONScan.isSpace($0) }
            framing = first == 0x7b || first == 0x5b ? .json : .lines
        default: framing = .lines
        }
        meter = RecordMeter(options: options, format: format, sourceName: sourceName)
        lines = LineFramer(options: options)
        csv = CSVFramer(options: options)
        json = JSONFramer(options: options)
        octets = OctetFramer(options: options)
    }

    mutating func consume(_ bytes: Bytes) {
        switch framing {
        case .lines: lines.consume(bytes, into: &meter)
        case .csv: csv.consume(bytes, into: &meter)
        case .json: json.consume(bytes, into: &meter)
        case .octets: octets.consume(bytes, into: &meter)
        }
    }

    mutating func finish() -> TrafficProfile {
        switch framing {
        case .lines: lines.finish(into: &meter)
        case .csv: csv.finish(into: &meter)
        case .json: json.finish(into: &meter)
        case .octets: octets.finish(into: &meter)
        }
        return meter.finish()
    }
}
