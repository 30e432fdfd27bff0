import CZlib
import CZstd
import TestSupport
import Testing
import Traffic

@Suite struct CompressionTests {
    private static let text: [UInt8] = (0..<3000).flatMap { index in
        Array("{\"ts\":\(1_630_490_400 + index),\"n\":\(index)}\n".utf8)
    }

    private static func gzip(_ bytes: [UInt8]) -> [UInt8] {
        var stream = z_stream()
        let bound = bytes.count + 1000
        deflateInit2_(
            &stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        defer { deflateEnd(&stream) }
        return [UInt8](unsafeUninitializedCapacity: bound) { output, count in
            var input = bytes
            input.withUnsafeMutableBufferPointer { input in
                (stream.next_in, stream.avail_in) = (input.baseAddress, UInt32(input.count))
                (stream.next_out, stream.avail_out) = (output.baseAddress, UInt32(bound))
                deflate(&stream, Z_FINISH)
            }
            count = bound - Int(stream.avail_out)
        }
    }

    private static func zstd(_ bytes: [UInt8]) -> [UInt8] {
        let bound = ZSTD_compressBound(bytes.count)
        return [UInt8](unsafeUninitializedCapacity: bound) { output, count in
            count = ZSTD_compress(output.baseAddress, bound, bytes, bytes.count, 3)
        }
    }

    /// A frame that asks for a window of 128 MiB.
    @Test func aWindowThatTakesTooMuchMemoryIsRefused() {
        let frame: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x88, 0x01, 0x00, 0x00]
        #expect(throws: MeterError.windowTooLarge) { try meter(frame) }
    }

    private static func compress(_ kind: String, _ bytes: [UInt8]) -> [UInt8] {
        kind == "gzip" ? gzip(bytes) : zstd(bytes)
    }

    @Test(arguments: ["gzip", "zstd"]) func compressedInputGivesTheSameProfile(kind: String) throws {
        let plain = try meter(Self.text).profile
        let packed = Self.compress(kind, Array(Self.text[..<50_000])) + Self.compress(kind, Array(Self.text[50_000...]))
        var random = SplitMix64(state: 3)
        #expect(try meter(packed).profile == plain)
        #expect(try meter(packed) { Int.random(in: 1...300, using: &random) }.profile == plain)
        #expect(try meter(packed) { 1 }.profile == plain)
    }

    @Test(arguments: ["gzip", "zstd"]) func truncationAndDamageAreErrors(kind: String) throws {
        let packed = Self.compress(kind, Self.text)
        for length in stride(from: 5, to: packed.count, by: 397) {
            #expect(throws: MeterError.truncated(kind, offset: length)) { _ = try meter(Array(packed[..<length])) }
        }
        var damaged = packed
        for index in 200..<260 { damaged[index] ^= 0x55 }
        if kind == "gzip" { #expect(throws: MeterError.self) { _ = try meter(damaged) } }
        #expect(throws: MeterError.self) { _ = try meter(packed + Array("garbage".utf8)) }
    }

    /// A few bytes never become more than a batch may hold, and all of them no more than the limit.
    @Test(arguments: ["gzip", "zstd"]) func aBombIsFedInSmallSteps(kind: String) throws {
        let packed = Self.compress(kind, [UInt8](repeating: 0x20, count: 30_000_000))
        let encoding: BodyDecoder.Encoding = kind == "gzip" ? .gzip : .zstd
        func inflate(limit: Int) throws -> [Int] {
            var decoder = try BodyDecoder(encoding, limit: limit)
            var sizes: [Int] = []
            for start in stride(from: 0, to: packed.count, by: encoding.step) {
                var size = 0
                try packed[start..<min(packed.count, start + encoding.step)].withUnsafeBytes { bytes in
                    try decoder.consume(bytes) { size += $0.count }
                }
                sizes.append(size)
            }
            #expect(try decoder.finish().isEmpty)
            return sizes
        }
        let sizes = try inflate(limit: 30_000_000)
        #expect(sizes.reduce(0, +) == 30_000_000)
        #expect(try #require(sizes.max()) <= 512 << 10)
        #expect(throws: BodyDecoder.TooLarge(limit: 29_999_999)) { try inflate(limit: 29_999_999) }
    }
}
