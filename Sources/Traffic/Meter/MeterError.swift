/// Why input could not be metered at all. Damaged lines are no errors: they are counted.
public enum MeterError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The compressed input is damaged at or shortly before this byte, counted from 0 in the compressed file.
    case corrupt(String, offset: Int)
    /// The compressed input ends, after this many bytes, in the middle of a member or frame.
    case truncated(String, offset: Int)
    /// The decompressor could not get its memory.
    case outOfMemory
    /// A zstd frame needs a window of more than 64 MiB.
    case windowTooLarge
    /// The input is text in another encoding than UTF-8.
    case notUTF8(String)

    public var description: String {
        switch self {
        case .corrupt(let what, let offset): "corrupt \(what) at byte \(offset)"
        case .truncated(let what, let offset): "truncated \(what): the input ends at byte \(offset)"
        case .outOfMemory: "no memory for decompression"
        case .windowTooLarge:
            "zstd with a window of more than 64 MiB: pipe it through zstd -d --long=31, or compress with --long=26 at most"
        case .notUTF8(let encoding): "the text is \(encoding): convert it first, as with iconv -f \(encoding) -t UTF-8"
        }
    }
}
