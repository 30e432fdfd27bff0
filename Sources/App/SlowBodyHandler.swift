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
    private var isComing = false  // a body
    private var isAsked = false  // whether the server wants more: it reads no faster than it can work
    private var check: Scheduled<Void>?

    func read(context: ChannelHandlerContext) {
        isAsked = true
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        isAsked = false
        switch unwrapInboundIn(data) {
        case .head: (isComing, received) = (true, 0)
        case .body(let part): received += part.readableBytes
        case .end: isComing = false
        }
        context.fireChannelRead(data)
    }

    /// No more comes of a body that is broken: the server is about to say so.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        isComing = false
        context.fireErrorCaught(error)
    }

    /// Most requests are there at once: a timer is set only for those that are not. It is left to run out.
    func channelReadComplete(context: ChannelHandlerContext) {
        if isComing, check == nil { schedule(context) }
        context.fireChannelReadComplete()
    }

    func handlerRemoved(context: ChannelHandlerContext) { stop() }

    private func stop() {
        check?.cancel()
        check = nil
    }

    private func schedule(_ context: ChannelHandlerContext) {
        received = 0
        check = context.eventLoop.assumeIsolated().scheduleTask(in: Self.window) {
            self.check = nil
            guard self.isComing else { return }
            guard self.received >= Self.leastBytes || !self.isAsked else { return context.close(promise: nil) }
            self.schedule(context)
        }
    }
}
