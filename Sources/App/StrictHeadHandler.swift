import HTTPAPI
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// Refuses what RFC 9112 has servers refuse and SwiftNIO lets pass: targets and hosts (section 3.2), transfer codings
/// (section 6.1). Sends what HTTP/1.0 can read: streams end with the connection, not with a chunk.
///
/// It sees requests before they are translated: behind that, their version and their Host are lost.
final class StrictHeadHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private var hasRefused = false
    private var due = 0  // requests that wait for their answers
    private var last: HTTPVersion?  // of the request after whose answer the connection ends

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if hasRefused { return }
        guard case .head(var head) = unwrapInboundIn(data) else { return context.fireChannelRead(data) }
        guard Self.isSound(head) else {
            hasRefused = true
            // The server answers what came before, then 400, and hangs up.
            return context.fireErrorCaught(HTTPParserError.unknown)
        }
        if last == nil { due += 1 }  // what comes behind the last one is not answered
        if head.version.minor > 0, head.isKeepAlive { return context.fireChannelRead(data) }
        last = last ?? head.version
        head.headers.replaceOrAdd(name: "Connection", value: "close")  // the only form that the server knows
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .head(var head) = unwrapOutboundIn(data), head.status.code >= 200 else {
            return context.write(data, promise: promise)
        }
        due -= 1
        guard let last, due == 0 else { return context.write(data, promise: promise) }
        head.headers.replaceOrAdd(name: "Connection", value: "close")
        // The encoder chunks what has no length, unless it is of a version that knows no chunks.
        if last.minor == 0, !head.headers.contains(name: "Content-Length") { head.version = last }
        context.write(wrapOutboundOut(.head(head)), promise: promise)
    }

    private static func isSound(_ head: HTTPRequestHead) -> Bool {
        var hosts = 0
        for (name, value) in head.headers {
            switch name.utf8.count {
            case 4 where name.lowercased() == "host":
                hosts += 1
                guard isHost(value) else { return false }
            case 17 where name.lowercased() == "transfer-encoding":
                guard head.version.minor > 0, value.lowercased() == "chunked" else { return false }
            default: break
            }
        }
        return (hosts == 1 || hosts == 0 && head.version.minor == 0) && isTarget(head.uri)
    }

    /// A path, or the URL of something that a web server has; never with a fragment, which clients keep for themselves.
    private static func isTarget(_ uri: String) -> Bool {
        guard !uri.utf8.contains(UInt8(ascii: "#")) else { return false }
        guard !uri.hasPrefix("/"), let separator = uri.firstRange(of: "://") else { return true }
        let scheme = uri[..<separator.lowerBound].lowercased()
        return ["http", "https"].contains(scheme)
            && isHost(uri[separator.upperBound...].prefix { $0 != "/" && $0 != "?" })
    }

    /// RFC 3986: a name or an address, and perhaps a port. Names that are percent-encoded are none here.
    static func isHost(_ text: some StringProtocol) -> Bool {
        let isAddress = text.hasPrefix("[")
        let name = text.utf8.prefix { $0 != UInt8(ascii: isAddress ? "]" : ":") }
        let rest = text.utf8.dropFirst(name.count)
        if isAddress {
            let isWhole = name.dropFirst().allSatisfy {
                isHex($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".")
            }
            return isWhole && name.count > 2 && rest.first == UInt8(ascii: "]") && isPort(rest.dropFirst())
        }
        return !name.isEmpty && name.allSatisfy(isOfName) && isPort(rest)
    }

    private static func isPort(_ bytes: some Collection<UInt8>) -> Bool {
        bytes.isEmpty || bytes.first == UInt8(ascii: ":") && bytes.count <= 6 && bytes.dropFirst().allSatisfy(isDigit)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isHex(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            || "-._~!$&'()*+,;=".utf8.contains(byte)
    }

    /// Puts the handler where it belongs, and the one for bare answers too, and goes.
    final class Placement: ChannelInboundHandler, RemovableChannelHandler {
        typealias InboundIn = NIOAny

        private let security: SecurityHeaders

        init(_ security: SecurityHeaders) { self.security = security }

        func handlerAdded(context: ChannelHandlerContext) {
            let pipeline = context.pipeline.syncOperations
            do {
                let translation = try pipeline.handler(type: HTTP1ToHTTPServerCodec.self)
                try pipeline.addHandler(StrictHeadHandler(), position: .before(translation))
                let encoder = try pipeline.handler(type: HTTPResponseEncoder.self)
                try pipeline.addHandler(BareAnswerHandler(security), position: .after(encoder))
                pipeline.removeHandler(self, promise: nil)
            } catch {
                context.close(promise: nil)  // never without it
            }
        }
    }
}
