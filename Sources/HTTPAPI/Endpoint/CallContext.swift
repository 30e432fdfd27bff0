public import Hummingbird
import Logging
import NIOCore

/// What the server knows of a request beside the request: the connection's other end.
public struct CallContext: RequestContext {
    public var coreContext: CoreRequestContextStorage
    let peer: String?  // its address

    public init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        peer = source.channel.remoteAddress?.ipAddress
    }
}
