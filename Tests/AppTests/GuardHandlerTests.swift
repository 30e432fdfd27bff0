@testable import App
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

/// What one connection is told, and when it is hung up on.
@Suite struct GuardHandlerTests {
    private let (channel, loop): (EmbeddedChannel, EmbeddedEventLoop)

    init() throws {
        loop = EmbeddedEventLoop()
        channel = EmbeddedChannel(handler: GuardHandler(SecurityHeaders(isEncrypted: false)), loop: loop)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    private func ask(
        _ method: HTTPMethod = .POST, version: HTTPVersion = .http1_1, host: String = "a", expects: Bool = false
    ) throws {
        var head = HTTPRequestHead(version: version, method: method, uri: "/", headers: ["Host": host])
        if expects { head.headers.add(name: "Expect", value: "100-continue") }
        try channel.writeInbound(HTTPServerRequestPart.head(head))
    }

    private func statuses() throws -> [UInt] {
        var found: [UInt] = []
        while let part = try channel.readOutbound(as: HTTPServerResponsePart.self) {
            if case .head(let head) = part { found.append(head.status.code) }
        }
        return found
    }

    private func answer() throws {
        let head = HTTPResponseHead(version: .http1_1, status: .ok)
        try channel.writeOutbound(HTTPServerResponsePart.head(head))
    }

    @Test func whoWaitsIsToldToGoOn() throws {
        try ask(expects: true)
        #expect(try statuses() == [100])
        try channel.writeInbound(HTTPServerRequestPart.end(nil))
        try answer()
        try ask(expects: true)  // the next one
        #expect(try statuses() == [200, 100])
    }

    /// The encoder would take the end of the one for that of the other.
    @Test func nobodyIsToldToGoOnWithinAnEarlierAnswer() throws {
        try ask(.GET)
        try channel.writeInbound(HTTPServerRequestPart.end(nil))
        try ask(expects: true)
        #expect(try statuses() == [])
    }

    @Test func oldClientsAreNotToldToGoOn() throws {
        try ask(version: .http1_0, expects: true)
        #expect(try statuses() == [])
    }

    @Test(arguments: [(100, false), (1_024, true)])
    func whoseBodyTricklesIsHungUpOn(bytes: Int, isServed: Bool) throws {
        try ask()
        channel.read()  // the server wants more
        for _ in 0..<3 {
            loop.advanceTime(by: .seconds(19))
            try channel.writeInbound(HTTPServerRequestPart.body(ByteBuffer(repeating: 0, count: bytes)))
            channel.read()
            loop.advanceTime(by: .seconds(1))
        }
        #expect(channel.isActive == isServed)
    }

    /// The time of an earlier body does not end that of a later one.
    @Test func eachBodyHasItsOwnTime() throws {
        try ask()
        channel.read()
        loop.advanceTime(by: .seconds(1))
        try channel.writeInbound(HTTPServerRequestPart.end(nil))
        try answer()
        loop.advanceTime(by: .milliseconds(18_500))
        try ask()
        channel.read()
        loop.advanceTime(by: .milliseconds(19_900))
        #expect(channel.isActive)
        loop.advanceTime(by: .milliseconds(200))
        #expect(!channel.isActive)
    }

    /// What came before a head that is refused is answered however long that takes.
    @Test func aRefusedHeadHasNoBody() throws {
        try ask(.GET)
        try channel.writeInbound(HTTPServerRequestPart.end(nil))
        #expect(throws: HTTPParserError.unknown) { try ask(host: "a b") }
        channel.read()
        loop.advanceTime(by: .seconds(60))
        #expect(channel.isActive)
    }
}
