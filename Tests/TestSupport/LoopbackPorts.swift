public import Foundation
import Synchronization

/// The lowest port that the system gives to outgoing connections.
public let firstEphemeralPort: Int = {
    // Where it cannot be read: Linux's own.
    let range = try? String(contentsOfFile: "/proc/sys/net/ipv4/ip_local_port_range", encoding: .utf8)
    let first = range?.split(whereSeparator: \.isWhitespace).first.flatMap { Int($0) } ?? 32_768
    return first > 20_000 ? first : 32_768  // below a low one there are too few
}()

private let lastPort = Mutex(firstEphemeralPort - Int.random(in: 1...10_000))

/// A loopback port that this process gives to nobody else for long, below those of outgoing connections, one of which would
/// take it while the server that listens there is started again.
public func freePort() -> Int {
    lastPort.withLock { port in
        repeat { port = port > 10_000 ? port - 1 : firstEphemeralPort - 1 } while !canBind(port)
        return port
    }
}

private func canBind(_ port: Int) -> Bool {
    withLoopbackSocket(port) { bind($0, $1, $2) } == 0
}

/// Whether something takes connections on a port of the loopback address.
public func isListening(_ port: Int) -> Bool {
    withLoopbackSocket(port) { connect($0, $1, $2) } == 0
}

private func withLoopbackSocket(
    _ port: Int, _ call: (_ descriptor: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> Int32
) -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    return withLoopbackAddress(port) { call(descriptor, $0, $1) }
}

/// The socket address of a port of the loopback address.
public func withLoopbackAddress<Value>(
    _ port: Int, _ call: (_ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> Value
) -> Value {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    address.sin_port = UInt16(port).bigEndian
    return withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            call($0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
}
