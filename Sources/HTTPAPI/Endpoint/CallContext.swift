import Domain
import Foundation
public import Hummingbird
import Logging
import NIOCore

/// What the server knows of a request beside the request: the connection's other end.
public struct CallContext: RequestContext {
    public var coreContext: CoreRequestContextStorage
    private let remoteAddress: SocketAddress?  // taken at once: a connection that has ended has none
    /// Its address; nil for one that has none, such as a socket's in the file system.
    var peer: NetworkAddress? {
        switch remoteAddress {
        case .v4(let socket): NetworkAddress(ipv4: UInt32(bigEndian: socket.address.sin_addr.s_addr))
        case .v6(let socket):
            NetworkAddress(
                ipv6: UInt128(
                    bigEndian: withUnsafeBytes(of: socket.address.sin6_addr) { $0.loadUnaligned(as: UInt128.self) }))
        case .unixDomainSocket, nil: nil
        }
    }

    public init(source: ApplicationRequestContextSource) {
        (coreContext, remoteAddress) = (.init(source: source), source.channel.remoteAddress)
    }
}
