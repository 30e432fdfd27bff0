import Domain
import HTTPAPI
import NIOCore
import Testing

@Suite struct SocketAddressTests {
    @Test(arguments: ["127.0.0.1", "192.0.2.200", "::1", "2001:db8:0:1:2:3:4:5", "fe80::1", "::ffff:192.0.2.1"])
    func theOtherEndIsKnown(text: String) throws {
        #expect(NetworkAddress(try SocketAddress(ipAddress: text, port: 8_080)) == NetworkAddress(text))
    }

    @Test func aSocketInTheFileSystemHasNoAddress() throws {
        #expect(NetworkAddress(try SocketAddress(unixDomainSocketPath: "/tmp/a")) == nil)
    }
}
