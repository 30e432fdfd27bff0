/// Where in a source something was found.
public enum SourcePosition: Hashable, Sendable, CustomStringConvertible {
    case byte(Int)  // JSON: offset from the start of the document, 0-based
    case line(Int, column: String)  // CSV: 1-based line, name of the column; empty for the whole line

    public var description: String {
        switch self {
        case .byte(let offset): "byte \(offset)"
        case .line(let line, ""): "line \(line)"
        case .line(let line, let column): "line \(line), column '\(column)'"
        }
    }
}

/// Why an import or a reading of the store stopped. The catalogue on disk is what it was before.
public enum PriceStoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Truncated or malformed: what stands there and what should.
    case malformed(source: String, at: SourcePosition, found: String, expected: String)
    /// A sound file of another kind (an HTML page, an index, a page of the query API): what it is.
    case notAnOffer(source: String, reason: String)
    /// An index that names no host and lies in no mirror of AWS's tree.
    case indexWithoutHost(source: String)
    /// An index, after the filters, or a directory, that yielded no price list.
    case nothingToImport(source: String, reason: String)
    case io(path: String, operation: String, reason: String)
    case download(url: String, reason: String)
    /// A file of the store that does not hold what was written.
    case damaged(path: String, reason: String)
    case unknownOffer(String)
    case unknownRegion(offer: String, region: String)
    /// `rollback` where no former version is kept.
    case noFormerVersion(offer: String)
    /// `rollback` of the last import where there was none.
    case nothingToRollBack

    public var description: String {
        switch self {
        case .malformed(let source, let position, let found, let expected):
            "\(source): \(position): found \(found), expected \(expected)"
        case .notAnOffer(let source, let reason): "\(source): not a price list: \(reason)"
        case .indexWithoutHost(let source):
            "\(source): an index with links relative to a host; import its URL, or name the host"
        case .nothingToImport(let source, let reason): "\(source): nothing to import: \(reason)"
        case .io(let path, let operation, let reason): "\(path): \(operation): \(reason)"
        case .download(let url, let reason): "\(url): \(reason)"
        case .damaged(let path, let reason): "\(path): damaged: \(reason)"
        case .unknownOffer(let offer): "no prices of '\(offer)' in the store"
        case .unknownRegion(let offer, let region): "no prices of '\(offer)' for '\(region)' in the store"
        case .noFormerVersion(let offer): "no former version of '\(offer)' is kept"
        case .nothingToRollBack: "nothing was imported that could be rolled back"
        }
    }
}

/// A failure inside a source whose name the parser does not know; the import adds it.
struct ParseFailure: Error {
    var position: SourcePosition
    var found: String
    var expected: String

    /// Bytes as a person can read them in an error: printable ASCII, at most 24 of them.
    static func show(_ bytes: some Sequence<UInt8>) -> String {
        var text = "'"
        for (index, byte) in bytes.enumerated() {
            if index == 24 { return text + "…'" }
            text += (0x20..<0x7F).contains(byte) ? String(UnicodeScalar(byte)) : "\\x" + String(byte, radix: 16)
        }
        return text + "'"
    }
}
