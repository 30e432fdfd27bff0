/// Fills a ``TrafficProfile`` record by record. Minutes live in slots in order of arrival and are sorted once, at the end.
struct ProfileBuilder {
    /// The key of records without a readable timestamp.
    static let untimed = Int.min

    private var slots: [TrafficProfile.TimedMinute] = []
    private var slotOfMinute: [Int: Int] = [:]
    private var current = -1
    private var currentMinute = 0
    private var sources = SourceTable()
    private var profile = TrafficProfile()

    /// Records counted so far, rejected ones among them.
    var recordCount: Int { profile.accounting.read }

    /// Counts one metered record. Its source must have been selected with ``select(_:)``.
    @inline(__always)
    mutating func add(minute: Int, bytes: Int) {
        if minute != currentMinute || current < 0 { open(minute) }
        slots[current].traffic.events.accumulate(1)
        slots[current].traffic.bytes.accumulate(bytes)
        slots[current].traffic.sizes.add(bytes: bytes)
        profile.accounting.metered.accumulate(1)
        sources.add(bytes: bytes)
    }

    private mutating func open(_ minute: Int) {
        currentMinute = minute
        if let known = slotOfMinute[minute] {
            current = known
        } else {
            current = slots.count
            slotOfMinute[minute] = current
            slots.append(TrafficProfile.TimedMinute(minute: minute, traffic: TrafficProfile.Minute()))
        }
    }

    @inline(__always)
    mutating func select(_ source: UnsafeBufferPointer<UInt8>) { sources.select(source) }

    // What follows belongs to the record added last.

    mutating func addResponse(bytes: Int) {
        slots[current].traffic.responseBytes.accumulate(bytes)
        profile.responses.add(bytes: bytes)
    }

    mutating func add(status: Int) { profile.statuses.add(status) }

    mutating func add(_ tokens: TokenCounts) { slots[current].traffic.tokens.merge(tokens) }

    mutating func add(_ report: LambdaReport) { profile.lambda.add(report) }

    /// Counts what the scanner finds in the record, and keeps samples.
    mutating func scan(_ record: UnsafeBufferPointer<UInt8>, with scanner: inout PIIScanner, _ found: inout PIICounts) {
        scanner.scan(record, into: &found, samples: &profile.piiSamples)
        guard !found.isEmpty else { return }
        add(found)
        found.reset()
    }

    private mutating func add(_ pii: PIICounts) {
        slots[current].traffic.piiFindings.accumulate(pii.total)
        sources.add(pii)
    }

    mutating func addText(_ bytes: UnsafeBufferPointer<UInt8>) { profile.text.add(bytes) }

    // What follows is no metered record.

    mutating func addBlank() { profile.accounting.blank.accumulate(1) }

    mutating func addContext() { profile.accounting.context.accumulate(1) }

    /// Everything was context: there was no record at all.
    mutating func rejectContext(_ reason: RejectReason, samples: [RejectSample]) {
        guard profile.accounting.read == 0 else { return }
        profile.accounting.reject(reason, count: profile.accounting.context)
        profile.accounting.context = 0
        for sample in samples { profile.accounting.keep(sample) }
    }

    mutating func reject(_ reason: RejectReason, sample: @autoclosure () -> RejectSample) {
        profile.accounting.reject(reason)
        if profile.accounting.samples.count < LineAccounting.sampleLimit { profile.accounting.keep(sample()) }
    }

    mutating func finish() -> TrafficProfile {
        var result = profile
        slots.sort { $0.minute < $1.minute }
        if let first = slots.first, first.minute == Self.untimed {
            result.untimed = first.traffic
            slots.removeFirst()
        }
        result.timed = slots
        result.sources = sources.finished()
        result.recomputeTotals()
        return result
    }
}
