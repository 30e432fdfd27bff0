/// The JSON that CloudWatch Logs sends to subscriptions and returns from `get-log-events`.
///
/// Source: Amazon CloudWatch Logs user guide, "Log group-level subscription filters"; API reference, `GetLogEvents`.
struct LogEnvelope {
    struct Event {
        var bytes: Bytes
        var timestamp: Bytes?
        var message: Bytes?  // still escaped
    }

    private(set) var logGroup: Bytes?
    private(set) var isControl = false
    private(set) var events: [Event] = []

    /// - Parameter record: A JSON object whose structure has been checked.
    /// - Returns: nil when it has neither `logEvents` nor `events`.
    init?(_ record: Bytes) {
        var array: Bytes?
        JSONScan.members(of: record) { key, value in
            if Self.matches(key, "logGroup") { logGroup = Self.text(value) }
            if Self.matches(key, "messageType"), let type = Self.text(value) {
                isControl = Self.matches(type, "CONTROL_MESSAGE")
            }
            if Self.matches(key, "logEvents") || Self.matches(key, "events"), value.first == 0x5b { array = value }
        }
        guard let array else { return nil }
        JSONScan.elements(of: array) { element in
            var event = Event(bytes: element)
            JSONScan.members(of: element) { key, value in
                if Self.matches(key, "timestamp") { event.timestamp = Self.text(value) ?? value }
                if Self.matches(key, "message") { event.message = Self.text(value) }
            }
            events.append(event)
        }
    }

    private static func matches(_ bytes: Bytes, _ name: StaticString) -> Bool {
        bytes.count == name.utf8CodeUnitCount && bytes.indices.allSatisfy { bytes[$0] == name.utf8Start[$0] }
    }

    /// What is between the quotes of a string; nil for other values.
    private static func text(_ value: Bytes) -> Bytes? {
        guard value.count >= 2, value.first == 0x22 else { return nil }
        return Bytes(rebasing: value[1..<(value.count - 1)])
    }
}
