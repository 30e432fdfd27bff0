import Foundation
import Traffic

/// Loki's push: streams of labels, each with lines and their times in nanoseconds.
enum LokiReader {
    static func json() -> GroupReader<JSONGroupCutter> {
        GroupReader(
            JSONGroupCutter(GroupPath(groups: "streams", label: "stream", records: ["values"])), needsLabel: true
        ) { labels in
            guard case .object(let members) = labels else {
                throw EnvelopeProblem(detail: "A stream's labels are \(labels.typeName), not an object.")
            }
            return GroupLabel(source: LokiLabels.source(members.map { ($0.name, $0.value.text ?? "") }))
        } record: { value, source, batch in
            guard let entry = value.elements, entry.count >= 2, let time = entry[0].int64, let line = entry[1].text
            else { throw EnvelopeProblem(detail: "A value is [\"<nanoseconds>\", \"<line>\"].") }
            batch.add(line.utf8, minute: Minute.of(nanoseconds: time), source: source)
        }
    }

    /// Protocol Buffers, always in one raw Snappy block.
    static func protobuf() -> GroupReader<ProtobufGroupCutter> {
        GroupReader(ProtobufGroupCutter(GroupPath(groups: 1, label: 1, records: [2]))) { labels in
            GroupLabel(source: LokiLabels.source(LokiLabels.read(String(decoding: labels, as: UTF8.self))))
        } record: { entry, source, batch in
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
