public import Hummingbird
import Logging
import NIOCore

/// What the server knows of a request beside the request: the connection's other end.
public struct CallContext: RequestContext {
    public var coreContext: CoreRequestContextStorage
    private let remoteAddress: SocketAddress?  // taken at once: a connection that has ended has none
    /// Its address.
    var peer: String? { remoteAddress?.ipAddress }

    public init(source: ApplicationRequestContextSource) {
        (coreContext, remoteAddress) = (.init(source: source), source.channel.remoteAddress)
    }
}
