@testable import App
import HTTPAPI
import NIOCore
import NIOEmbedded
import Testing

/// One address does not have all connections.
@Suite struct AddressLimitTests {
    private let counts = AddressLimitHandler.Counts(
        most: 2, exempt: ClientAddress(trusting: [ClientAddress.Network("10.0.0.0/8")].compactMap { $0 }))

    private func connect(_ address: String) throws -> EmbeddedChannel {
        let channel = EmbeddedChannel(handler: AddressLimitHandler(counts))
        let remote = try SocketAddress(ipAddress: address, port: 1)
        channel.remoteAddress = remote
        try channel.connect(to: remote).wait()
        return channel
    }

    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1", "192.0.2.2"), ("2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:1::1"),
    ])
    func soManyAreTaken(address: String, same: String, other: String) throws {
        let (first, second) = (try connect(address), try connect(same))
        #expect(first.isActive && second.isActive)
        #expect(try !connect(address).isActive && !connect(same).isActive)
        #expect(try connect(other).isActive)
        try first.close().wait()
        first.embeddedEventLoop.run()
        #expect(try connect(same).isActive)  // its place is free
        #expect(try !connect(same).isActive)
    }

    @Test func aTrustedProxyHasAsManyAsItNeeds() throws {
        for _ in 0..<9 { #expect(try connect("10.1.2.3").isActive) }
    }
}
