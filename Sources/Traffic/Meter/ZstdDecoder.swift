import CZstd

/// Decompresses Zstandard, any number of frames. A frame may ask for a window of up to 64 MiB: `zstd --long=26`.
final class ZstdDecoder {
    private let stream: OpaquePointer
    private let output = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 256 << 10)
    private var consumed = 0
    private var isInFrame = true

    init() throws(MeterError) {
        guard let stream = ZSTD_createDStream() else { throw .outOfMemory }
        self.stream = stream
        ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, 26)
    }

    deinit {
        ZSTD_freeDStream(stream)
        output.deallocate()
    }

    func consume(_ bytes: Bytes, _ body: (Bytes) throws(MeterError) -> Void) throws(MeterError) {
        var input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
        var isDrained = true
        while input.pos < input.size || !isDrained {
            var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
            let result = ZSTD_decompressStream(stream, &target, &input)
            guard ZSTD_isError(result) == 0 else {
                if ZSTD_getErrorCode(result) == ZSTD_error_frameParameter_windowTooLarge { throw .windowTooLarge }
                let reason = String(cString: ZSTD_getErrorName(result))
                throw .corrupt("zstd (\(reason))", offset: consumed + input.pos)
            }
            if target.pos > 0 { try body(Bytes(start: output.baseAddress, count: target.pos)) }
            isInFrame = result != 0
            isDrained = target.pos < target.size || result == 0
        }
        consumed += bytes.count
    }

    func finish() throws(MeterError) {
        if isInFrame { throw .truncated("zstd", offset: consumed) }
    }
}
