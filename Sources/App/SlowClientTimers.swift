import NIOCore
import NIOHTTP1

/// Hangs up on a client whose body trickles, or that does not read what it asked for: each byte, and an answer under way,
/// puts the connection's idle time off.
final class SlowClientTimers {
    /// A body that comes slower than so many bytes in so long is no upload.
    private static let leastBytes = 1_024
    private static let window = TimeAmount.seconds(20)
    /// A client that takes less than a full buffer in so long does not read.
    private static let patience = TimeAmount.seconds(60)

    /// Whether the server wants more: it reads no faster than it can work.
    var isAsked = false
    private var received = 0
    private var isComing = false  // a body
    private var bodyTimer: Scheduled<Void>?
    private var readerTimer: Scheduled<Void>?

    /// Something came.
    func note(_ part: HTTPServerRequestPart) {
        isAsked = false
        switch part {
        case .head: (isComing, received) = (true, 0)
        case .body(let bytes): received += bytes.readableBytes
        case .end:
            isComing = false
            bodyTimer?.cancel()  // or it would find the next one's body
            bodyTimer = nil
        }
    }

    /// No more comes of it: the server is about to say so.
    func bodyIsBroken() { isComing = false }

    /// Called once all that is there was read. Most requests are there at once: a timer is set only for those that are not.
    func watchBody(_ context: ChannelHandlerContext) {
        if isComing, bodyTimer == nil { watch(context) }
    }

    private func watch(_ context: ChannelHandlerContext) {
        received = 0
        bodyTimer = context.eventLoop.assumeIsolated().scheduleTask(in: Self.window) {
            self.bodyTimer = nil
            guard self.isComing else { return }
            guard self.received >= Self.leastBytes || !self.isAsked else { return context.close(promise: nil) }
            self.watch(context)
        }
    }

    /// Called whenever the client's buffer is full, or is so no longer.
    func watchReader(_ context: ChannelHandlerContext) {
        readerTimer?.cancel()
        readerTimer = nil
        if !context.channel.isWritable {
            readerTimer = context.eventLoop.assumeIsolated().scheduleTask(in: Self.patience) {
                context.close(promise: nil)
            }
        }
    }

    func stop() {
        bodyTimer?.cancel()
        readerTimer?.cancel()
        (bodyTimer, readerTimer) = (nil, nil)
    }
}
