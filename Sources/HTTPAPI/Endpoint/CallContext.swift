public import Hummingbird
import Logging
import NIOCore

/// What the server knows of a request beside the request: the connection's other end.
public struct CallContext: RequestContext {
    public var coreContext: CoreRequestContextStorage
    private let channel: any Channel
    /// Its address.
    var peer: String? { channel.remoteAddress?.ipAddress }

    public init(source: ApplicationRequestContextSource) {
        (coreContext, channel) = (.init(source: source), source.channel)
    }
}
