import Foundation

/// An IP address, or the first of a network's. However it was written, it is one value and prints in one way: IPv6 as
/// RFC 5952 has it, and IPv4 within IPv6 (`::ffff:192.0.2.1`) as IPv4.
public struct NetworkAddress: Hashable, Sendable, CustomStringConvertible {
    private var bits: UInt128  // of IPv4: those of the IPv6 address that stands for it

    private static let mappedPrefix = UInt128(0xffff)  // and 32 bits of IPv4

    /// - Returns: nil for what is no address.
    public init?(_ text: String) {
        var (v4, v6) = (in_addr(), in6_addr())
        if inet_pton(AF_INET, text, &v4) == 1 {
            self.init(ipv4: UInt32(bigEndian: v4.s_addr))
        } else if inet_pton(AF_INET6, text, &v6) == 1 {
            self.init(ipv6: UInt128(bigEndian: withUnsafeBytes(of: v6) { $0.loadUnaligned(as: UInt128.self) }))
        } else {
            return nil
        }
    }

    public init(ipv4 bits: UInt32) { self.bits = Self.mappedPrefix << 32 | UInt128(bits) }
    public init(ipv6 bits: UInt128) { self.bits = bits }

    public var isIPv4: Bool { bits >> 32 == Self.mappedPrefix }

    /// The network that the address is in.
    /// - Parameter prefix: Its first bits that make the network: 0 to 32 of IPv4, 0 to 128 of IPv6.
    public func network(_ prefix: Int) -> NetworkAddress {
        var network = self
        network.bits &= UInt128.max << UInt128((isIPv4 ? 32 : 128) - prefix)
        return network
    }

    /// The network that the address is in, in CIDR notation.
    public func network(ofIPv4 prefix4: Int, ofIPv6 prefix6: Int) -> String {
        let prefix = isIPv4 ? prefix4 : prefix6
        return "\(network(prefix))/\(prefix)"
    }

    public var description: String {
        if isIPv4 {
            let v4 = UInt32(truncatingIfNeeded: bits)
            return "\(v4 >> 24).\(v4 >> 16 & 255).\(v4 >> 8 & 255).\(v4 & 255)"
        }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { text in
            text.initialize(repeating: 0)
            var v6 = bits.bigEndian
            inet_ntop(AF_INET6, &v6, text.baseAddress, socklen_t(text.count))
            return text.baseAddress.map { String(cString: $0) } ?? ""
        }
    }
}
