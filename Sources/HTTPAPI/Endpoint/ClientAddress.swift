public import Domain
import Foundation
import HTTPTypes
import HummingbirdCore

/// Finds the address of the client where proxies stand between.
public struct ClientAddress: Sendable {
    /// A network in CIDR notation: `10.0.0.0/8`, `fd00::/8`, or one address.
    public struct Network: Sendable {
        private let first: NetworkAddress
        private let prefix: Int

        /// - Returns: nil for what is no network.
        public init?(_ text: some StringProtocol) {
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count <= 2, let address = NetworkAddress(String(parts[0])) else { return nil }
            let whole = address.isIPv4 ? 32 : 128
            guard let prefix = parts.count == 1 ? whole : Int(parts[1]), (0...whole).contains(prefix),
                parts.count == 1 || parts[1] == "\(prefix)"
            else { return nil }
            (first, self.prefix) = (address.network(prefix), prefix)
        }

        func contains(_ address: NetworkAddress) -> Bool {
            address.isIPv4 == first.isIPv4 && address.network(prefix) == first
        }
    }

    private let trusted: [Network]  // proxies, which tell the truth about whom they speak for

    public init(trusting proxies: [Network]) { trusted = proxies }

    /// - Parameter peer: The connection's other end.
    /// - Returns: The last address of `X-Forwarded-For` that is no trusted proxy's, where the peer is one; in the one way
    ///   of writing it, so that a client is known again.
    func of(_ request: Request, peer: NetworkAddress?) -> NetworkAddress? {
        guard var client = peer, isTrusted(client) else { return peer }
        for field in request.headers[values: .forwardedFor].reversed() {
            for hop in field.split(separator: ",").reversed() {
                guard let address = Self.address(hop.trimmingCharacters(in: .whitespaces)) else { return client }
                client = address
                guard isTrusted(address) else { return client }
            }
        }
        return client
    }

    /// Some proxies write the port, too: `192.0.2.1:5678`, `[2001:db8::1]:5678`.
    private static func address(_ hop: String) -> NetworkAddress? {
        if let address = NetworkAddress(hop) { return address }
        if hop.hasPrefix("["), let end = hop.firstIndex(of: "]") {
            return NetworkAddress(String(hop.dropFirst()[..<end]))
        }
        let parts = hop.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 2 ? NetworkAddress(String(parts[0])) : nil
    }

    /// Whether it is a proxy's that tells the truth.
    public func isTrusted(_ address: NetworkAddress) -> Bool { trusted.contains { $0.contains(address) } }
}

extension HTTPField.Name {
    static let forwardedFor = Self("X-Forwarded-For")!
}
