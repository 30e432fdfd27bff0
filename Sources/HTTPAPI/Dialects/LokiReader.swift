import Foundation
import Traffic

/// Loki's push as JSON: streams of labels, each with lines and their times in nanoseconds.
struct LokiJSONReader: WholeEnvelope {
    var body: [UInt8] = []

    func read(into batch: inout EventBatch) throws {
        guard let streams = try JSON.envelope(body)["streams"]?.elements else {
            throw EnvelopeProblem(detail: "The body has no streams.")
        }
        for stream in streams {
            guard case .object(let labels)? = stream["stream"], let values = stream["values"]?.elements else {
                throw EnvelopeProblem(detail: "A stream needs its labels, stream, and its values.")
            }
            let source = LokiLabels.source(labels.map { ($0.name, $0.value.text ?? "") })
            for value in values {
                guard let entry = value.elements, entry.count >= 2, let time = entry[0].int64, let line = entry[1].text
                else { throw EnvelopeProblem(detail: "A value is [\"<nanoseconds>\", \"<line>\"].") }
                batch.add(line.utf8, minute: Minute.of(nanoseconds: time), source: source)
            }
        }
    }
}

/// Loki's push as Protocol Buffers, always in one raw Snappy block.
struct LokiProtobufReader: WholeEnvelope {
    var body: [UInt8] = []

    func read(into batch: inout EventBatch) throws {
        try ProtobufReader.messages(in: body[...]) { number, stream in
            guard number == 1 else { return }
            var source: String?
            var entries: [ArraySlice<UInt8>] = []
            try ProtobufReader.messages(in: stream) { number, value in
                if number == 1 { source = LokiLabels.source(LokiLabels.read(String(decoding: value, as: UTF8.self))) }
                if number == 2 { entries.append(value) }
            }
            for entry in entries { try add(entry, source, to: &batch) }
        }
    }

    private func add(_ entry: ArraySlice<UInt8>, _ source: String?, to batch: inout EventBatch) throws {
        var (seconds, line): (Int64?, ArraySlice<UInt8>) = (nil, [])
        try ProtobufReader.messages(in: entry) { number, value in
            if number == 2 { line = value }
            guard number == 1 else { return }
            try ProtobufReader.fields(in: value) { number, value in
                if number == 1, case .varint(let count) = value { seconds = Int64(bitPattern: count) }
            }
        }
        batch.add(line, minute: seconds.flatMap { Minute.of(seconds: Double($0)) }, source: source)
    }
}

/// The labels of a stream.
enum LokiLabels {
    /// The label that says where lines come from, the most telling first.
    static func source(_ labels: [(name: String, value: String)]) -> String? {
        for name in ["service_name", "service", "app", "application", "job", "container", "logger", "host", "filename"]
        {
            if let value = labels.first(where: { $0.name == name })?.value, !value.isEmpty { return value }
        }
        return nil
    }

    /// `{app="api", level="info"}`; what cannot be read is left out.
    static func read(_ text: String) -> [(name: String, value: String)] {
        text.matches(of: #/([A-Za-z_][A-Za-z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"/#).map {
            (String($0.output.1), String($0.output.2))
        }
    }
}
