import Domain
import Traffic

/// Events taken out of their envelope and not yet metered.
struct EventBatch {
    struct Event {
        var text: Range<Int>  // in `bytes`
        var kind: EventMeter.Kind
        var minute: Int?  // UTC since 1970, when the envelope says it
        var source: String?
        var key: DeliveryKey?
        var number: Int  // in the delivery, from 1
        var refusal: RejectReason?  // why it is none
    }

    private(set) var bytes: [UInt8] = []
    private(set) var events: [Event] = []
    private(set) var hasKeys = false
    private(set) var count = 0  // of all events so far, those that were removed among them

    /// - Returns: The event's number.
    @discardableResult
    mutating func add(
        _ text: some Sequence<UInt8>, as kind: EventMeter.Kind = .text, minute: Int? = nil, source: String? = nil,
        key: DeliveryKey? = nil
    ) -> Int {
        let start = bytes.count
        bytes.append(contentsOf: text)
        count += 1
        hasKeys = hasKeys || key != nil
        let isTooLong = bytes.count - start > LineSplitter.longest
        events.append(
            Event(
                text: start..<bytes.count, kind: kind, minute: minute, source: source, key: key, number: count,
                refusal: isTooLong ? .tooLong : nil))
        return count
    }

    /// What stands in the place of an event and cannot be taken.
    /// - Returns: Its number.
    @discardableResult
    mutating func reject(_ text: some Sequence<UInt8>, as reason: RejectReason) -> Int {
        let number = add(text)
        events[events.count - 1].refusal = reason
        return number
    }

    /// A value of an envelope: a string as it is, an object as compact JSON.
    mutating func add(_ value: JSON, minute: Int? = nil, source: String? = nil) {
        if case .string(let text) = value {
            add(text.utf8, minute: minute, source: source)
        } else {
            add(value.compact, minute: minute, source: source)
        }
    }

    /// Says where the events from a place on come from.
    mutating func setSource(_ source: String?, from first: Int) {
        for index in events.indices[first...] { events[index].source = source }
    }

    /// Forgets the events but not how many there were.
    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        events.removeAll(keepingCapacity: true)
        hasKeys = false
    }
}

/// Takes events out of what one kind of log shipper sends. How the body is cut into pieces makes no difference.
protocol EnvelopeReader {
    /// A scenario that the envelope itself names.
    var tenant: String? { get }
    /// Whether events of the batch lack what only comes later.
    var isWaiting: Bool { get }
    /// - Throws: ``EnvelopeProblem``; the delivery is then refused as a whole.
    mutating func consume(_ bytes: UnsafeRawBufferPointer, into batch: inout EventBatch) throws
    mutating func finish(into batch: inout EventBatch) throws
}

extension EnvelopeReader {
    var tenant: String? { nil }
    var isWaiting: Bool { false }
}

/// A body that is not what its path takes.
struct EnvelopeProblem: Error {
    var detail: String
    var event: Int?  // from 0
}

extension JSON {
    var compact: [UInt8] {
        var writer = JSONWriter()
        writer.value(self)
        return writer.bytes
    }

    var isObject: Bool {
        if case .object = self { true } else { false }
    }

    var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    var elements: [JSON]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// A 64-bit count, which JSON mappings of Protocol Buffers write as a string or a number.
    var int64: Int64? {
        switch self {
        case .string(let digits), .number(let digits): Int64(digits)
        default: nil
        }
    }
}
