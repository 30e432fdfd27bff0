/// Undoes HTTP's `Content-Encoding`, piece by piece, and stops at a limit: a small body may inflate to a very large one.
public struct BodyDecoder: ~Copyable {
    public enum Encoding: String, CaseIterable, Sendable {
        case identity, gzip, deflate, zstd
        case snappy  // one raw block, which is kept whole

        /// Bytes to feed at a time, so that they inflate to 256 KiB at the most: deflate makes 1,032 bytes of one,
        /// Zstandard a block of 128 KiB of four.
        public var step: Int {
            switch self {
            case .identity: 256 << 10
            case .snappy: .max
            case .gzip, .deflate: 254
            case .zstd: 8
            }
        }
    }

    /// The body inflates to more than is taken.
    public struct TooLarge: Error, Hashable, Sendable {
        public var limit: Int  // bytes

        public init(limit: Int) { self.limit = limit }
    }

    private enum Kind {
        case identity
        case gzip(GzipDecoder)
        case zstd(ZstdDecoder)
        case snappy
    }

    private let kind: Kind
    private let limit: Int
    private var produced = 0
    private var block: [UInt8] = []

    /// - Parameter limit: Inflated bytes.
    /// - Throws: ``MeterError`` `.outOfMemory`.
    public init(_ encoding: Encoding, limit: Int) throws {
        self.limit = limit
        kind =
            switch encoding {
            case .identity: .identity
            case .gzip: .gzip(try GzipDecoder())
            case .deflate: .gzip(try GzipDecoder(.zlib))
            case .zstd: .zstd(try ZstdDecoder())
            case .snappy: .snappy
            }
    }

    /// - Throws: ``TooLarge``; ``MeterError`` when the body is damaged; what `body` throws.
    public mutating func consume(
        _ bytes: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let bytes = bytes.bindMemory(to: UInt8.self)
        var failure: (any Error)?  // of `body`: a decompressor passes on its own errors only
        do {
            switch kind {
            case .identity: Self.forward(bytes, &produced, limit, &failure, body)
            case .gzip(let decoder):
                try decoder.consume(bytes) { piece throws(MeterError) in
                    Self.forward(piece, &produced, limit, &failure, body)
                    if failure != nil { throw .outOfMemory }  // stops the decompressor; never seen
                }
            case .zstd(let decoder):
                try decoder.consume(bytes) { piece throws(MeterError) in
                    Self.forward(piece, &produced, limit, &failure, body)
                    if failure != nil { throw .outOfMemory }
                }
            case .snappy:
                guard block.count + bytes.count <= limit else { throw TooLarge(limit: limit) }
                block.append(contentsOf: bytes)
            }
        } catch {
            throw failure ?? error
        }
        if let failure { throw failure }
    }

    /// Ends the body.
    /// - Returns: A Snappy block's text; all others' was given to the last ``consume(_:_:)``.
    /// - Throws: As ``consume(_:_:)``.
    public mutating func finish() throws -> [UInt8] {
        switch kind {
        case .identity: break
        case .gzip(let decoder): try decoder.finish()
        case .zstd(let decoder): try decoder.finish()
        case .snappy: return try SnappyBlock.decoded(block, limit: limit)
        }
        return []
    }

    private static func forward(
        _ bytes: Bytes, _ produced: inout Int, _ limit: Int, _ failure: inout (any Error)?,
        _ body: (UnsafeRawBufferPointer) throws -> Void
    ) {
        produced += bytes.count
        do {
            guard produced <= limit else { throw TooLarge(limit: limit) }
            try body(UnsafeRawBufferPointer(bytes))
        } catch {
            failure = error
        }
    }
}
