import NIOCore
import NIOHTTPTypes

/// Hangs up on clients whose bodies trickle: each byte would put the connection's idle time off.
final class SlowBodyHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// A body that comes slower than so many bytes in so long is no upload.
    private static let leastBytes = 1_024
    private static let window = TimeAmount.seconds(20)

    private var received = 0
    private var isAsked = false  // whether the server wants more: it reads no faster than it can work
    private var check: Scheduled<Void>?

    func read(context: ChannelHandlerContext) {
        isAsked = true
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        isAsked = false
        switch unwrapInboundIn(data) {
        case .head:
            received = 0
            schedule(context)
        case .body(let part): received += part.readableBytes
        case .end: stop()
        }
        context.fireChannelRead(data)
    }

    func channelInactive(context: ChannelHandlerContext) {
        stop()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { stop() }

    private func stop() {
        check?.cancel()
        check = nil
    }

    private func schedule(_ context: ChannelHandlerContext) {
        check?.cancel()
        check = context.eventLoop.assumeIsolated().scheduleTask(in: Self.window) {
            guard self.received >= Self.leastBytes || !self.isAsked else { return context.close(promise: nil) }
            self.received = 0
            self.schedule(context)
        }
    }
}
