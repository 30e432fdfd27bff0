import Glibc

/// Lambda's REPORT line, with or without the timestamp that CloudWatch puts before it. Other lines are context.
///
/// Source: AWS Lambda developer guide, "Working with Lambda function logs", the report log line.
enum LambdaReader {
    static func read(
        _ record: Bytes, into fields: inout RecordFields, clock: inout TimestampReader
    ) -> Outcome {
        let message = message(of: record, into: &fields, clock: &clock)
        guard isReport(message) else { return .context }
        guard let report = report(message) else { return .rejected(.malformed) }
        (fields.lambda, fields.hasLambda) = (report, true)
        return .event
    }

    /// What follows a leading ISO timestamp, which sets the minute; else the whole record.
    static func message(
        of record: Bytes, into fields: inout RecordFields, clock: inout TimestampReader
    ) -> Bytes {
        guard let base = record.baseAddress, record.count > 17, let (minute, used) = clock.iso(base, record.count),
            used < record.count, base[used] == 0x20 || base[used] == 0x09
        else { return record }
        fields.minute = minute
        return Bytes(rebasing: record[(used + 1)...])
    }

    static func isReport(_ message: Bytes) -> Bool { message.starts(with: "REPORT RequestId:".utf8) }

    /// nil when billed duration or memory size are missing.
    static func report(_ message: Bytes) -> LambdaReport? {
        var report = LambdaReport()
        report.durationMicroseconds = number(after: "Duration: ", in: message) ?? 0  // the first one; Billed follows
        report.billedMilliseconds = number(after: "Billed Duration: ", in: message).map { $0 / 1000 } ?? -1
        report.memoryMB = number(after: "Memory Size: ", in: message).map { $0 / 1000 } ?? -1
        report.maxMemoryUsedMB = number(after: "Max Memory Used: ", in: message).map { $0 / 1000 } ?? 0
        report.initMicroseconds = number(after: "Init Duration: ", in: message) ?? -1
        return report.isComplete ? report : nil
    }

    /// Thousandths of the number after the first `label`.
    private static func number(after label: StaticString, in message: Bytes) -> Int? {
        guard let base = message.baseAddress else { return nil }
        let end = base + message.count
        var p = base
        while let hit = memchr(p, Int32(label.utf8Start[0]), end - p) {
            p = UnsafePointer(hit.assumingMemoryBound(to: UInt8.self))
            guard end - p > label.utf8CodeUnitCount else { return nil }
            if memcmp(p, label.utf8Start, label.utf8CodeUnitCount) == 0 {
                let start = p + label.utf8CodeUnitCount
                return Digits.thousandths(Bytes(start: start, count: end - start))
            }
            p += 1
        }
        return nil
    }
}
