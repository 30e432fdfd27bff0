import TestSupport
import Testing
import Traffic

@Suite struct EncodingTests {
    static func profile() throws -> TrafficProfile {
        var sum = try meter(
            "{broken\n{\"time\":1630490400,\"m\":\"a@example.org\"}\n", MeterOptions(format: .ndjson, textCounts: true))
        for sample in Samples.all { sum.merge(try meter(sample.text, MeterOptions(format: sample.format))) }
        return sum
    }

    @Test func aProfileSurvivesItsBinaryForm() throws {
        let profile = try Self.profile()
        let bytes = profile.encoded()
        #expect(try TrafficProfile(decoding: bytes) == profile)
        #expect(try TrafficProfile(decoding: bytes).encoded() == bytes)
        #expect(try TrafficProfile(decoding: TrafficProfile().encoded()) == TrafficProfile())
    }

    @Test func everyDamagedByteIsAnError() throws {
        let bytes = try Self.profile().encoded()
        for index in bytes.indices {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[index] ^= 1 << UInt8(bit)
                #expect(throws: ProfileError.self) { try TrafficProfile(decoding: damaged) }
            }
            #expect(throws: ProfileError.self) { try TrafficProfile(decoding: Array(bytes[..<index])) }
        }
        #expect(throws: ProfileError.self) { try TrafficProfile(decoding: bytes + [0]) }
    }

    /// A valid checksum over a damaged body: the reader alone must hold.
    @Test(arguments: UInt64(1)...200) func aForgedChecksumDoesNotTrap(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        var bytes = try Self.profile().encoded()
        for _ in 0..<3 {
            bytes[Int.random(in: 17..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        let checksum = Self.crc32(bytes[17...])
        for index in 0..<4 { bytes[13 + index] = UInt8(truncatingIfNeeded: checksum >> UInt32(8 * index)) }
        do {
            let decoded = try TrafficProfile(decoding: bytes)
            let twice = decoded.merging(decoded)
            #expect(twice.accounting.read >= decoded.accounting.read)
        } catch { #expect(!error.description.isEmpty) }
    }

    private static func crc32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        var crc = UInt32.max
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xedb8_8320 : crc >> 1 }
        }
        return ~crc
    }
}
