import Foundation
import HTTPTypes
import HummingbirdCore

/// Finds the address of the client where proxies stand between.
public struct ClientAddress: Sendable {
    /// A network in CIDR notation: `10.0.0.0/8`, `fd00::/8`, or one address.
    public struct Network: Sendable {
        private let bytes: [UInt8]
        private let bits: Int

        /// - Returns: nil for what is no network.
        public init?(_ text: some StringProtocol) {
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count <= 2, let bytes = ClientAddress.bytes(of: String(parts[0])) else { return nil }
            let whole = bytes.count * 8
            guard let bits = parts.count == 1 ? whole : Int(parts[1]), (0...whole).contains(bits) else { return nil }
            (self.bytes, self.bits) = (bytes, bits)
        }

        func contains(_ address: [UInt8]) -> Bool {
            guard address.count == bytes.count else { return false }
            let (whole, rest) = bits.quotientAndRemainder(dividingBy: 8)
            guard address.prefix(whole) == bytes.prefix(whole) else { return false }
            return rest == 0 || (address[whole] ^ bytes[whole]) >> (8 - rest) == 0
        }
    }

    private let trusted: [Network]  // proxies, which tell the truth about whom they speak for

    public init(trusting proxies: [Network]) { trusted = proxies }

    /// - Parameter peer: The connection's other end.
    /// - Returns: The last address of `X-Forwarded-For` that is no trusted proxy's, where the peer is one.
    func of(_ request: Request, peer: String?) -> String? {
        let peer = peer.map(Self.unmapped)
        guard !trusted.isEmpty, let peer, isTrusted(peer) else { return peer }
        var client = peer
        for field in request.headers[values: .forwardedFor].reversed() {
            for hop in field.split(separator: ",").reversed() {
                let address = Self.unmapped(hop.trimmingCharacters(in: .whitespaces))
                guard Self.bytes(of: address) != nil else { return client }
                client = address
                guard isTrusted(address) else { return client }
            }
        }
        return client
    }

    /// An IPv4 address as a listener for both kinds shows it, as such.
    private static func unmapped(_ address: String) -> String {
        address.hasPrefix("::ffff:") && address.contains(".") ? String(address.dropFirst(7)) : address
    }

    private func isTrusted(_ address: String) -> Bool {
        guard let bytes = Self.bytes(of: address) else { return false }
        return trusted.contains { $0.contains(bytes) }
    }

    /// The 4 or 16 bytes of an address.
    private static func bytes(of text: String) -> [UInt8]? {
        var (v4, v6) = (in_addr(), in6_addr())
        if inet_pton(AF_INET, text, &v4) == 1 { return withUnsafeBytes(of: v4) { Array($0) } }
        if inet_pton(AF_INET6, text, &v6) == 1 { return withUnsafeBytes(of: v6) { Array($0) } }
        return nil
    }
}

extension HTTPField.Name {
    static let forwardedFor = Self("X-Forwarded-For")!
}
