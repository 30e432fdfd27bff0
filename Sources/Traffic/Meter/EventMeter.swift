/// Meters events that came in an envelope, such as a bulk request: their own text, and what the envelope says of them.
///
/// ```swift
/// var meter = EventMeter(options: MeterOptions(), sourceName: "loki")
/// meter.add(text, as: .text, minute: 29_333_334, source: "api", number: 1)
/// let profile = meter.finish()
/// ```
public struct EventMeter: ~Copyable {
    public enum Kind: Sendable {
        /// One JSON object; anything else is rejected.
        case object
        /// Any text; its fields are read where it is a JSON object.
        case text
    }

    private var meter: RecordMeter
    /// The first events, as many as ``MeterOptions/samples`` says.
    public var samples: [EventSample] { meter.samples }

    /// - Parameter sourceName: The source of events that name none.
    public init(options: MeterOptions, sourceName: String) {
        meter = RecordMeter(options: options, format: .ndjson, sourceName: sourceName)
    }

    /// Counts one event, of the size of its text.
    /// - Parameters:
    ///   - minute: UTC minutes since 1970; without one, what the text says.
    ///   - source: Without one, what the text says.
    ///   - number: The event's place in the input, from 1.
    /// - Returns: Why it was rejected, and counted as that; nil when it was metered.
    public mutating func add(
        _ text: UnsafeBufferPointer<UInt8>, as kind: Kind, minute: Int?, source: String?, number: Int
    ) -> RejectReason? {
        var fields = RecordFields()
        if meter.isObject(text) {
            if case .rejected(let reason) = meter.walk(text, into: &fields), kind == .object {
                meter.reject(reason, text, line: number)
                return reason
            }
        } else if kind == .object {
            meter.reject(.malformed, text, line: number)
            return .malformed
        } else {
            _ = LinesReader.read(text, into: &fields, clock: &meter.clock)
        }
        if let minute { fields.minute = minute }
        guard var source, !source.isEmpty else {
            meter.commit(text, fields, line: number)
            return nil
        }
        source.withUTF8 {
            fields.source = $0
            meter.commit(text, fields, line: number)
        }
        return nil
    }

    /// Counts one event that the envelope shows to be none.
    public mutating func reject(_ reason: RejectReason, _ text: UnsafeBufferPointer<UInt8>, number: Int) {
        meter.reject(reason, text, line: number)
    }

    public mutating func finish() -> TrafficProfile { meter.finish() }
}
