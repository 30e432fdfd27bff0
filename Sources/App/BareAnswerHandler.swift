import HTTPAPI
import HTTPTypes
import NIOCore
import NIOHTTP1

/// Gives the headers that every answer has to those that the server makes without asking the API: a bare 400 for broken
/// framing, after which it hangs up.
final class BareAnswerHandler: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let security: SecurityHeaders

    init(_ security: SecurityHeaders) { self.security = security }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .head(var head) = unwrapOutboundIn(data), head.status.code >= 200,
            !head.headers.contains(name: "X-Content-Type-Options")
        else { return context.write(data, promise: promise) }
        for field in security.fields { head.headers.replaceOrAdd(name: field.name.rawName, value: field.value) }
        head.headers.replaceOrAdd(name: "Connection", value: "close")
        context.write(wrapOutboundOut(.head(head)), promise: promise)
    }
}
