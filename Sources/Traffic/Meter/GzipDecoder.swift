import CZlib

/// Inflates gzip, any number of members; zero padding after the last one is allowed, as `gzip` allows it. Or zlib's own
/// wrapping, of which there is one: HTTP's `deflate`.
final class GzipDecoder {
    private let stream: UnsafeMutablePointer<z_stream>  // zlib keeps its address
    private let output = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 256 << 10)
    private var consumed = 0
    private var isInMember = true
    private var isPadding = false

    enum Wrapping { case gzip, zlib }

    init(_ wrapping: Wrapping = .gzip) throws(MeterError) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let bits = wrapping == .gzip ? 16 + MAX_WBITS : MAX_WBITS
        guard inflateInit2_(stream, bits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw .outOfMemory
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        output.deallocate()
    }

    func consume(_ bytes: Bytes, _ body: (Bytes) throws(MeterError) -> Void) throws(MeterError) {
        guard let base = bytes.baseAddress else { return }
        var used = 0
        while used < bytes.count {
            if !isInMember {
                guard bytes[used] != 0 else {
                    isPadding = true
                    used += 1
                    continue
                }
                guard bytes[used] == 0x1f, !isPadding else {
                    throw .corrupt("gzip (unexpected data after the last member)", offset: consumed + used)
                }
                inflateReset(stream)
                isInMember = true
            }
            // 1 GiB a call: `avail_in` has 32 bits.
            let available = min(bytes.count - used, 1 << 30)
            stream.pointee.next_in = UnsafeMutablePointer(mutating: base + used)
            stream.pointee.avail_in = UInt32(available)
            try inflateAll(consumed + used, available, body)
            used += available - Int(stream.pointee.avail_in)
        }
        consumed += used
    }

    private func inflateAll(
        _ offset: Int, _ available: Int, _ body: (Bytes) throws(MeterError) -> Void
    ) throws(MeterError) {
        while true {
            stream.pointee.next_out = output.baseAddress
            stream.pointee.avail_out = UInt32(output.count)
            let result = inflate(stream, Z_NO_FLUSH)
            let produced = output.count - Int(stream.pointee.avail_out)
            if produced > 0 { try body(Bytes(start: output.baseAddress, count: produced)) }
            switch result {
            case Z_STREAM_END:
                isInMember = false
                return
            case Z_OK: if stream.pointee.avail_in == 0, stream.pointee.avail_out > 0 { return }
            case Z_BUF_ERROR: return  // wants more input
            case Z_MEM_ERROR: throw .outOfMemory
            default:
                let reason = stream.pointee.msg.map { String(cString: $0) } ?? "bad data"
                throw .corrupt("gzip (\(reason))", offset: offset + available - Int(stream.pointee.avail_in))
            }
        }
    }

    func finish() throws(MeterError) {
        if isInMember { throw .truncated("gzip", offset: consumed) }
    }
}
