import Domain
import Foundation

/// Splunk's HTTP Event Collector, `/event`: JSON objects one after another, often without anything between them.
struct SplunkEventReader: WholeEnvelope {
    var body: [UInt8] = []

    /// What is wrong, in HEC's own numbers.
    struct Problem: Error {
        var code: Int
        var text: String
        var event: Int?

        static let noData = Problem(code: 5, text: "No data")
        static func format(_ event: Int) -> Problem { Problem(code: 6, text: "Invalid data format", event: event) }
        static func required(_ event: Int) -> Problem {
            Problem(code: 12, text: "Event field is required", event: event)
        }
        static func blank(_ event: Int) -> Problem {
            Problem(code: 13, text: "Event field cannot be blank", event: event)
        }
    }

    func read(into batch: inout EventBatch) throws {
        var parser = JSONParser.Sequence(body)
        var count = 0
        while true {
            let next: JSON?
            do { next = try parser.next() } catch { throw Problem.format(count) }
            guard let envelope = next else { break }
            if case .array(let envelopes) = envelope {
                for one in envelopes { try add(one, &count, to: &batch) }
            } else {
                try add(envelope, &count, to: &batch)
            }
        }
        guard count > 0 else { throw Problem.noData }
    }

    private func add(_ envelope: JSON, _ count: inout Int, to batch: inout EventBatch) throws {
        guard case .object = envelope else { throw Problem.format(count) }
        guard let event = envelope["event"], event != .null else { throw Problem.required(count) }
        if event.text?.isEmpty == true || event == [:] { throw Problem.blank(count) }
        let time: Double? =
            switch envelope["time"] {
            case .number(let digits)?, .string(let digits)?: Double(digits)
            default: nil
            }
        if let given = envelope["time"], given != .null {
            guard let time, (0...1e11).contains(time) else { throw Problem.format(count) }
        }
        let source = envelope["source"]?.text ?? envelope["host"]?.text
        batch.add(event, minute: time.flatMap { Minute.of(seconds: $0) }, source: source)
        count += 1
    }
}

/// Minutes since 1970 of the times that envelopes carry.
enum Minute {
    /// - Returns: nil for a time that is no date at all.
    static func of(seconds: Double) -> Int? {
        abs(seconds) < 1e12 ? Int((seconds / 60).rounded(.down)) : nil
    }

    static func of(nanoseconds: Int64) -> Int? {
        nanoseconds == 0 ? nil : Int((Double(nanoseconds) / 60e9).rounded(.down))
    }
}
