import Domain
import Foundation
import Traffic

/// Splunk's HTTP Event Collector, `/event`: JSON objects one after another, often without anything between them.
struct SplunkEventReader: EnvelopeReader {
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

    private var extent = JSONExtent()
    private var piece: Piece?  // that is coming
    private var isInArray = false
    private var count = 0  // events so far

    mutating func consume(_ bytes: UnsafeRawBufferPointer, into batch: inout EventBatch) throws {
        var rest = bytes[...]
        while let byte = rest.first {
            if piece != nil {
                let bytes = UnsafeRawBufferPointer(rebasing: rest)
                let (taken, isComplete) = extent.scan(bytes)
                piece?.append(UnsafeRawBufferPointer(rebasing: bytes[..<taken]))
                rest = rest.dropFirst(taken)
                if isComplete { try end(into: &batch) }
            } else if byte == UInt8(ascii: "{") {
                (piece, extent) = (Piece(), JSONExtent())
            } else if Self.isBetween(byte, isInArray) {
                if byte == UInt8(ascii: "[") || byte == UInt8(ascii: "]") { isInArray.toggle() }
                rest = rest.dropFirst()
            } else {
                throw Problem.format(count)
            }
        }
    }

    /// What may stand between events: nothing but space, or, where they are sent as an array, its commas and ends.
    private static func isBetween(_ byte: UInt8, _ isInArray: Bool) -> Bool {
        let ends: [UInt8] = isInArray ? Array(",]".utf8) : Array("[".utf8)
        return byte.isJSONSpace || ends.contains(byte)
    }

    mutating func finish(into batch: inout EventBatch) throws {
        guard piece == nil, !isInArray else { throw Problem.format(count) }
        guard count > 0 else { throw Problem.noData }
    }

    private mutating func end(into batch: inout EventBatch) throws {
        guard let piece else { return }
        self.piece = nil
        if piece.isTooLong {
            batch.reject(piece.bytes, as: .tooLong)
        } else {
            guard let envelope = try? JSONParser.parse(piece.bytes) else { throw Problem.format(count) }
            try add(envelope, to: &batch)
        }
        count += 1
    }

    private func add(_ envelope: JSON, to batch: inout EventBatch) throws {
        guard let event = envelope["event"], event != .null else { throw Problem.required(count) }
        if event.text?.isEmpty == true || event == [:] { throw Problem.blank(count) }
        let time: Double? =
            switch envelope["time"] {
            case .number(let digits)?, .string(let digits)?:
                digits.allSatisfy { "+-.eE0123456789".contains($0) } ? Double(digits) : nil  // no 0x10
            default: nil
            }
        if let given = envelope["time"], given != .null {
            guard let time, (0...1e11).contains(time) else { throw Problem.format(count) }
        }
        let source = envelope["source"]?.text ?? envelope["host"]?.text
        batch.add(event, minute: time.flatMap { Minute.of(seconds: $0) }, source: source)
    }
}

/// Minutes since 1970 of the times that envelopes carry.
enum Minute {
    /// - Returns: nil for a time that is no date at all.
    static func of(seconds: Double) -> Int? {
        guard abs(seconds) < 1e12 else { return nil }
        let minute = Int((seconds / 60).rounded(.down))
        return TrafficProfile.minuteRange.contains(minute) ? minute : nil
    }

    static func of(nanoseconds: Int64) -> Int? {
        nanoseconds == 0 ? nil : Int((Double(nanoseconds) / 60e9).rounded(.down))
    }
}
