import Domain
import Foundation
import TestSupport
import Testing

@Suite struct NetworkAddressTests {
    /// An address is written as the system writes it, and read again.
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func isWrittenAsTheSystemDoes(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        for _ in 0..<100 {
            let bits = UInt32.random(in: .min ... .max, using: &random)
            let address = NetworkAddress(ipv4: bits)
            let (text, mapped) = (inet(AF_INET, bits.bigEndian), UInt128(0xffff) << 32 | UInt128(bits))
            #expect(address.description == text && address == NetworkAddress(text), "seed \(seed)")
            #expect(address == NetworkAddress(ipv6: mapped) && address == NetworkAddress("::ffff:\(text)"))
            let wide =
                UInt128.random(in: .min ... .max, using: &random) & .max << UInt128.random(in: 0...127, using: &random)
            let (v6, v6Text) = (NetworkAddress(ipv6: wide), inet(AF_INET6, wide.bigEndian))
            #expect(v6.description == v6Text && v6 == NetworkAddress(v6Text), "seed \(seed)")
        }
    }

    private func inet<Bits>(_ family: Int32, _ bits: Bits) -> String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        withUnsafeBytes(of: bits) { _ = inet_ntop(family, $0.baseAddress, &text, socklen_t(text.count)) }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
    }

    @Test(arguments: [("0.0.0.0", 0), ("255.255.255.255", .max), ("10.0.0.100", 0x0a00_0064)])
    func isWrittenToTheLastDigit(text: String, bits: UInt32) {
        #expect(NetworkAddress(ipv4: bits).description == text)
    }
}
