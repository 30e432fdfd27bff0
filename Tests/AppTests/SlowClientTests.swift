@testable import App
import NIOCore
import NIOEmbedded
import Testing

/// Clients that do not read what they asked for.
@Suite struct SlowClientTests {
    private let (channel, loop): (EmbeddedChannel, EmbeddedEventLoop)

    init() throws {
        loop = EmbeddedEventLoop()
        channel = EmbeddedChannel(handler: GuardHandler(SecurityHeaders(isEncrypted: false)), loop: loop)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    private func setWritable(_ isWritable: Bool) {
        channel.isWritable = isWritable
        channel.pipeline.fireChannelWritabilityChanged()
    }

    @Test func whoTakesNothingForAMinuteIsHungUpOn() {
        setWritable(false)
        loop.advanceTime(by: .seconds(59))
        #expect(channel.isActive)
        loop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }

    @Test func whoReadsSlowlyIsServed() {
        for _ in 1...10 {
            setWritable(false)
            loop.advanceTime(by: .seconds(59))
            setWritable(true)
        }
        loop.advanceTime(by: .hours(1))
        #expect(channel.isActive)
    }
}
