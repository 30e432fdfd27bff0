import Foundation
public import Logging

/// Writes each entry as one line of JSON to standard error: `time`, `level`, `message`, `logger` and the metadata's own
/// names.
public struct JSONLogHandler: LogHandler {
    public var metadata: Logger.Metadata = [:]
    public var logLevel = Logger.Level.info
    private let label: String

    public init(label: String) { self.label = label }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        var entry = metadata.merging(event.metadata ?? [:]) { $1 }.mapValues(\.description)
        if let error = event.error { entry["error"] = String(reflecting: error) }
        entry["time"] = Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        (entry["level"], entry["message"], entry["logger"]) = (event.level.rawValue, event.message.description, label)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard var text = try? encoder.encode(entry) else { return }  // strings can always be encoded
        text.append(UInt8(ascii: "\n"))
        FileHandle.standardError.write(text)
    }
}
