import NIOCore
import NIOHTTPTypes

/// Hangs up on clients that do not read what they asked for: an answer under way puts the connection's idle time off.
final class SlowReaderHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart

    /// A client that takes less than a full buffer in so long does not read.
    private static let patience = TimeAmount.seconds(60)

    private var check: Scheduled<Void>?

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        stop()
        if !context.channel.isWritable {
            check = context.eventLoop.assumeIsolated().scheduleTask(in: Self.patience) { context.close(promise: nil) }
        }
        context.fireChannelWritabilityChanged()
    }

    func handlerRemoved(context: ChannelHandlerContext) { stop() }

    private func stop() {
        check?.cancel()
        check = nil
    }
}
