extension RecordMeter {
    /// `platform.report` events and REPORT lines are events, the rest of a Lambda log is context.
    mutating func readLambda(_ record: Bytes, into fields: inout RecordFields) -> Outcome {
        let message = LambdaReader.message(of: record, into: &fields, clock: &clock)
        guard isObject(message) else { return LambdaReader.read(record, into: &fields, clock: &clock) }
        let outcome = walk(message, into: &fields)
        if case .event = outcome, !fields.hasLambda { return .context }
        return outcome
    }

    /// An event is a log event. In the text export that is a line, and its payload the whole line; a line without a
    /// timestamp goes on the minute of the line before it, as the next line of the same message. In JSON it is an element
    /// of `logEvents` (subscriptions) or `events` (`get-log-events`), and its payload the message.
    mutating func readCloudWatch(_ record: Bytes, into fields: inout RecordFields, line: Int) -> Outcome {
        if isObject(record) {
            if let reason = walker.walk(record, into: &fields, clock: &clock) { return .rejected(reason) }
            if let envelope = LogEnvelope(record) { return readEvents(of: envelope, line: line) }
            return .event
        }
        let message = LambdaReader.message(of: record, into: &fields, clock: &clock)
        if fields.minute == ProfileBuilder.untimed {
            guard let lastTextMinute else { return .rejected(.malformed) }
            fields.minute = lastTextMinute
        }
        lastTextMinute = fields.minute
        readMessage(message, into: &fields)
        return .event
    }

    private mutating func readEvents(of envelope: LogEnvelope, line: Int) -> Outcome {
        guard !envelope.isControl, !envelope.events.isEmpty else { return .context }
        for event in envelope.events {
            var fields = RecordFields()
            if let timestamp = event.timestamp { fields.set(.timestamp, timestamp, clock: &clock) }
            guard let escaped = event.message else {
                reject(.malformed, event.bytes, line: line)
                continue
            }
            var text: [UInt8] = []
            swap(&text, &message)  // taken out, so that it can be read while `self` changes
            text.removeAll(keepingCapacity: true)
            JSONScan.unescape(escaped, into: &text)
            text.withUnsafeBufferPointer { bytes in
                readMessage(bytes, into: &fields)
                if let group = envelope.logGroup, options.sourceField == nil {
                    (fields.source, fields.sourcePriority) = (group, FieldRole.source0.rawValue)
                }
                commit(bytes, fields, line: line)
            }
            swap(&text, &message)
        }
        return .done
    }

    /// Fields of a message that is JSON or a REPORT line. Messages are free text: nothing about them is an error.
    private mutating func readMessage(_ message: Bytes, into fields: inout RecordFields) {
        if LambdaReader.isReport(message), let report = LambdaReader.report(message) {
            (fields.lambda, fields.hasLambda) = (report, true)
        } else if !options.sizesOnly, message.first == 0x7b {
            var inner = fields
            if walker.walk(message, into: &inner, clock: &clock) == nil { fields = inner }
        }
    }
}
