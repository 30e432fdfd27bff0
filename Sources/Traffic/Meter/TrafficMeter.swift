/// Meters one input: feed it any chunks, plain or compressed, then take the profile. Does no I/O and reads no clock.
///
/// How the input is cut into chunks makes no difference. It cannot be copied: it is a position in one input.
///
/// ```swift
/// var meter = TrafficMeter(options: MeterOptions(), sourceName: "access.log")
/// try meter.consume(chunk)  // as often as there are chunks
/// let profile = try meter.finish()
/// ```
public struct TrafficMeter: ~Copyable {
    /// Decompressed bytes that are looked at before the format is decided.
    static let headBytes = 64 << 10

    private let options: MeterOptions
    private let sourceName: String
    private var decoder = InputDecoder()
    private var head: [UInt8] = []
    private var pipeline: RecordPipeline?
    private var failure: MeterError?

    /// - Parameter sourceName: The input's name: the source of records that name none.
    public init(options: MeterOptions, sourceName: String) {
        self.options = options
        self.sourceName = sourceName
    }

    /// The format that is metered; nil before it is decided, at 64 KiB of text or ``finish()``.
    public var format: LogFormat? { pipeline?.format }

    /// The first events, as many as ``MeterOptions/samples`` says.
    public var samples: [EventSample] { pipeline?.samples ?? [] }

    /// Records read so far, rejected ones among them.
    public var recordCount: Int { pipeline?.recordCount ?? 0 }

    /// Takes in the next bytes of the input.
    /// - Throws: ``MeterError`` when compressed input is damaged; from then on every call throws the same.
    public mutating func consume(_ bytes: UnsafeRawBufferPointer) throws {
        if let failure { throw failure }
        do {
            let bytes = bytes.bindMemory(to: UInt8.self)
            try decoder.consume(bytes) { text throws(MeterError) in
                try Self.meter(text, &pipeline, &head, options, sourceName)
            }
        } catch {
            failure = error
            throw error
        }
    }

    /// Ends the input.
    /// - Throws: ``MeterError`` when compressed input is damaged or stops early.
    public mutating func finish() throws -> TrafficProfile {
        if let failure { throw failure }
        do {
            try decoder.finish { text throws(MeterError) in
                try Self.meter(text, &pipeline, &head, options, sourceName)
            }
        } catch {
            failure = error
            throw error
        }
        if pipeline == nil { Self.start(&pipeline, &head, options, sourceName, isWhole: true) }
        return pipeline?.finish() ?? TrafficProfile()
    }

    private static func meter(
        _ text: Bytes, _ pipeline: inout RecordPipeline?, _ head: inout [UInt8], _ options: MeterOptions,
        _ sourceName: String
    ) throws(MeterError) {
        if pipeline != nil {
            pipeline?.consume(text)
            return
        }
        let missing = min(text.count, headBytes - head.count)
        head.append(contentsOf: text.prefix(missing))
        if head.starts(with: [0xff, 0xfe]) || head.starts(with: [0xfe, 0xff]) { throw .notUTF8("UTF-16") }
        guard head.count == headBytes else { return }
        start(&pipeline, &head, options, sourceName, isWhole: false)
        pipeline?.consume(Bytes(rebasing: text[missing...]))
    }

    /// Decides the format on the same bytes however they arrived.
    private static func start(
        _ pipeline: inout RecordPipeline?, _ head: inout [UInt8], _ options: MeterOptions, _ sourceName: String,
        isWhole: Bool
    ) {
        head.withUnsafeBufferPointer { bytes in
            let mark = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
            let text = Bytes(rebasing: bytes[mark...])
            let format =
                options.format == .auto ? FormatDetector.format(of: text, isWhole: isWhole) : options.format
            pipeline = RecordPipeline(format: format, head: text, options: options, sourceName: sourceName)
            pipeline?.consume(text)
        }
        head = []
    }
}
