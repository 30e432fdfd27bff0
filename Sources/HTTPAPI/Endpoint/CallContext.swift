import Domain
import Foundation
public import Hummingbird
import Logging
import NIOCore

/// What the server knows of a request beside the request: the connection's other end.
public struct CallContext: RequestContext {
    public var coreContext: CoreRequestContextStorage
    let peer: NetworkAddress?  // taken at once: a connection that has ended has none

    public init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        peer = source.channel.remoteAddress.flatMap(NetworkAddress.init)
    }
}

extension NetworkAddress {
    /// - Returns: nil for a socket's in the file system.
    package init?(_ address: SocketAddress) {
        // Of `sockaddr_in` and `sockaddr_in6`, whose fields belong to another module wherever another is built first.
        switch address {
        case .v4(let socket):
            let bits = withUnsafeBytes(of: socket.address) { $0.loadUnaligned(fromByteOffset: 4, as: UInt32.self) }
            self.init(ipv4: UInt32(bigEndian: bits))
        case .v6(let socket):
            let bits = withUnsafeBytes(of: socket.address) { $0.loadUnaligned(fromByteOffset: 8, as: UInt128.self) }
            self.init(ipv6: UInt128(bigEndian: bits))
        case .unixDomainSocket: return nil
        }
    }
}
