/// Decides a log's format from its beginning: reads up to 100 lines with every reader and takes the most particular one
/// that understands enough of them, so that a few damaged lines do not mislead it.
struct FormatDetector {
    /// Lines that are tried at most.
    static let lineLimit = 100

    private let text: Bytes
    private let lines: [Bytes]
    private let options = MeterOptions(scanPII: false, year: 2000)

    /// - Parameter isWhole: Whether `text` is all there is; otherwise its last line is cut off somewhere.
    private init(_ text: Bytes, isWhole: Bool) {
        self.text = text
        var lines = text.split(separator: 0x0a, maxSplits: Self.lineLimit, omittingEmptySubsequences: false)
        if lines.count > 1, !isWhole || lines.count > Self.lineLimit { lines.removeLast() }
        self.lines = lines.map { $0.last == 0x0d ? $0.dropLast() : $0 }.map { Bytes(rebasing: $0) }
            .filter { line in line.contains { $0 > 0x20 } }
    }

    /// Never ``LogFormat/auto``; text that no other reader understands is ``LogFormat/lines``.
    static func format(of text: Bytes, isWhole: Bool) -> LogFormat {
        FormatDetector(text, isWhole: isWhole).format()
    }

    private func format() -> LogFormat {
        guard let first = lines.first else { return .lines }
        if first.starts(with: "#Version:".utf8) || first.starts(with: "#Fields:".utf8) { return .cloudfront }
        if OctetFramer.begins(text) { return .syslog }
        if let json = jsonFormat() { return json }
        if lines.contains(where: isLambda) { return .lambda }
        let candidates: [LogFormat] = [.alb, .apache, .cloudfront, .cloudwatch, .syslog, .logfmt, .csv]
        var best = (format: LogFormat.lines, share: 0.6)
        for candidate in candidates {
            let share = self.share(candidate)
            if share > best.share { best = (candidate, share) }
        }
        return best.format
    }

    /// nil when the text does not begin like JSON.
    private func jsonFormat() -> LogFormat? {
        let significant = text.lazy.filter { !JSONScan.isSpace($0) }.prefix(2)
        guard let first = significant.first else { return nil }
        let isArray = first == 0x5b && significant.dropFirst().first.map { $0 == 0x7b || $0 == 0x5d } ?? false
        guard first == 0x7b || isArray else { return share(.ndjson) > 0.6 ? .ndjson : nil }
        if contains("\"logEvents\""), contains("\"messageType\"") { return .cloudwatch }
        if contains("\"nextForwardToken\""), contains("\"events\"") { return .cloudwatch }
        if isArray { return .json }
        guard share(.ndjson) >= 0.5 else { return .json }
        if contains("\"platform.report\"") || contains("\"REPORT RequestId:") { return .lambda }
        let isGateway = contains("\"requestId\"") && contains("\"status\"") && contains("\"protocol\"")
        return isGateway && (contains("\"httpMethod\"") || contains("\"routeKey\"")) ? .apigateway : .ndjson
    }

    private func isLambda(_ line: Bytes) -> Bool {
        var (fields, clock) = (RecordFields(), TimestampReader(year: nil))
        let message = LambdaReader.message(of: line, into: &fields, clock: &clock)
        return LambdaReader.isReport(message) || message.starts(with: "START RequestId:".utf8)
    }

    /// The part of the lines that a reader understands, 0…1.
    private func share(_ format: LogFormat) -> Double {
        if format == .csv { return csvShare() }
        var clock = TimestampReader(year: options.year)
        var walker = JSONWalker(options: options)
        let keys = KeyTable(options: options)
        var w3c = W3CReader()
        let understood = lines.count { line in
            var fields = RecordFields()
            let outcome: Outcome =
                switch format {
                case .ndjson:
                    line.first { !JSONScan.isSpace($0) } == 0x7b
                        && walker.walk(line, into: &fields, clock: &clock) == nil ? .event : .context
                case .alb: LoadBalancerReader.read(line, into: &fields, clock: &clock)
                case .apache: ApacheReader.read(line, into: &fields, clock: &clock)
                case .cloudfront: w3c.read(line, into: &fields, clock: &clock)
                case .cloudwatch: Self.isExport(line, &fields, &clock) ? .event : .context
                case .syslog: SyslogReader.read(line, into: &fields, clock: &clock)
                case .logfmt: LogfmtReader.read(line, keys: keys, into: &fields, clock: &clock)
                default: .context
                }
            if case .event = outcome { return true }
            return false
        }
        return Double(understood) / Double(max(1, lines.count))
    }

    /// `2015-05-17T10:05:03.000Z ` to the millisecond: CloudWatch's text export writes nothing else.
    private static func isExport(_ line: Bytes, _ fields: inout RecordFields, _ clock: inout TimestampReader) -> Bool {
        let message = LambdaReader.message(of: line, into: &fields, clock: &clock)
        return line.count - message.count == 25 && line[10] == 0x54 && line[19] == 0x2e && line[23] == 0x5a
    }

    /// Rows with as many columns as the header, which has at least two names.
    private func csvShare() -> Double {
        guard let header = lines.first, lines.count > 1 else { return 0 }
        let separator = CSVReader.separator(of: header)
        var (columns, hasNames) = (0, true)
        _ = CSVReader.split(header, separator) { name in
            columns += 1
            hasNames = hasNames && name.count <= 64 && (name.first.map { $0 >= 0x40 } ?? false)
        }
        guard columns >= 2, hasNames else { return 0 }
        let rows = Self.rows(lines.dropFirst())
        let fitting = rows.count { row in
            var count = 0
            return CSVReader.split(row, separator) { _ in count += 1 } && count == columns
        }
        return Double(fitting) / Double(rows.count)
    }

    /// Joins the lines of a row with newlines in its quotes; an odd number of quotes says that one is open.
    private static func rows(_ lines: ArraySlice<Bytes>) -> [Bytes] {
        var rows: [Bytes] = []
        var open: UnsafePointer<UInt8>?
        for line in lines {
            guard let base = line.baseAddress else { continue }
            let isOdd = line.count { $0 == 0x22 } % 2 == 1
            let start = open ?? base
            guard isOdd == (open != nil) else {
                open = start
                continue
            }
            rows.append(Bytes(start: start, count: base + line.count - start))
            open = nil
        }
        return rows.isEmpty ? Array(lines) : rows
    }

    private func contains(_ word: StaticString) -> Bool {
        let needle = Bytes(start: word.utf8Start, count: word.utf8CodeUnitCount)
        return lines.contains { line in
            line.indices.contains { line[$0] == needle[0] && line[$0...].starts(with: needle) }
        }
    }
}
