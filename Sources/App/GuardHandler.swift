import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// Guards a connection: refuses requests by ``RequestHeadRules``, hangs up on clients by ``SlowClientTimers``, and gives
/// every answer its security headers, the server's own bare 400 too, and writes those of rate limits as lines. Tells
/// clients that ask before they send a body, as curl does with large ones, to go on (RFC 9110, section 10.1.1). Sends
/// what HTTP/1.0 can read: streams end with the connection, not with a chunk.
///
/// It sees requests before they are translated: behind that, their version and their Host are lost. It is one handler,
/// because each costs every part of every message.
final class GuardHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let security: SecurityHeaders
    private let timers = SlowClientTimers()
    private var hasRefused = false
    private var due = 0  // requests that wait for their answers
    private var last: HTTPVersion?  // of the request after whose answer the connection ends

    init(_ security: SecurityHeaders) { self.security = security }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if hasRefused { return }
        let part = unwrapInboundIn(data)
        timers.note(part)
        guard case .head(var head) = part else { return context.fireChannelRead(data) }
        guard RequestHeadRules.isSound(head) else {
            hasRefused = true
            timers.bodyIsBroken()
            // The server answers what came before, then 400, and hangs up.
            return context.fireErrorCaught(HTTPParserError.unknown)
        }
        // Never within an earlier answer: a client that is told nothing goes on by itself.
        if due == 0, last == nil, head.version.minor > 0,
            head.headers.first(name: "Expect")?.lowercased() == "100-continue"
        {
            let goOn = HTTPResponseHead(version: .http1_1, status: .continue)
            context.writeAndFlush(wrapOutboundOut(.head(goOn)), promise: nil)
        }
        if last == nil { due += 1 }  // what comes behind the last one is not answered
        if head.version.minor > 0, head.isKeepAlive { return context.fireChannelRead(data) }
        last = last ?? head.version
        head.headers.replaceOrAdd(name: "Connection", value: "close")  // the only form that the server knows
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .head(let answer) = unwrapOutboundIn(data), answer.status.code >= 200 else {
            return context.write(data, promise: promise)
        }
        var head = HTTPResponseHead(
            version: answer.version, status: answer.status, headers: security.added(to: answer.headers))
        due -= 1
        if let last, due == 0 {
            head.headers.replaceOrAdd(name: "Connection", value: "close")
            // The encoder chunks what has no length, unless it is of a version that knows no chunks.
            if last.minor == 0, !head.headers.contains(name: "Content-Length") { head.version = last }
        }
        context.write(wrapOutboundOut(.head(head)), promise: promise)
    }

    func read(context: ChannelHandlerContext) {
        timers.isAsked = true
        context.read()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        timers.watchBody(context)
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        timers.watchReader(context)
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        timers.bodyIsBroken()
        context.fireErrorCaught(error)
    }

    func handlerRemoved(context: ChannelHandlerContext) { timers.stop() }

    /// Puts the handler where it belongs, and goes.
    final class Placement: ChannelInboundHandler, RemovableChannelHandler {
        typealias InboundIn = NIOAny

        private let security: SecurityHeaders

        init(_ security: SecurityHeaders) { self.security = security }

        func handlerAdded(context: ChannelHandlerContext) {
            let pipeline = context.pipeline.syncOperations
            do {
                let translation = try pipeline.handler(type: HTTP1ToHTTPServerCodec.self)
                try pipeline.addHandler(GuardHandler(security), position: .before(translation))
                pipeline.removeHandler(self, promise: nil)
            } catch {
                context.close(promise: nil)  // never without it
            }
        }
    }
}
