import Foundation
import TestSupport

/// Bytes sent as they are to the loopback address, and what comes back until the server hangs up.
struct RawConnection {
    private(set) var answer = ""
    private(set) var isClosed = false  // by the server
    private static let patienceSeconds = 300  // all tests run at once

    /// The status of each answer.
    var statuses: [Int] { answer.matches(of: /HTTP\/1\.1 (\d{3})/).map { Int($0.1) ?? 0 } }

    /// - Parameter end: What ends the reading, where the server goes on.
    static func send(_ bytes: [UInt8], to base: String, until end: String? = nil) async -> RawConnection {
        let port = URL(string: base)?.port ?? 0
        return await withCheckedContinuation { done in
            Thread.detachNewThread { done.resume(returning: RawConnection(bytes, port, end)) }  // it blocks
        }
    }

    static func send(_ text: String, to base: String) async -> RawConnection {
        await send(Array(text.utf8), to: base)
    }

    private init(_ bytes: [UInt8], _ port: Int, _ end: String?) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var wait = timeval(tv_sec: Self.patienceSeconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
        guard withLoopbackAddress(port, { connect(descriptor, $0, $1) }) == 0 else { return }
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { break }  // refused before all was sent
            sent += count
        }
        var (received, buffer) = ([UInt8](), [UInt8](repeating: 0, count: 65_536))
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count > 0 {
                received += buffer[..<count]
                if let end, String(decoding: received, as: UTF8.self).contains(end) { break }
            } else {
                isClosed = count == 0 || errno == ECONNRESET
                break
            }
        }
        answer = String(decoding: received, as: UTF8.self)
    }
}
