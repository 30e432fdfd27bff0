import Foundation
import TestSupport
import Testing

/// How many connections the server holds, and for how long.
@Suite struct ConnectionLimitTests {
    /// Runs what blocks.
    private func onItsOwnThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { done in Thread.detachNewThread { done.resume(returning: body()) } }
    }

    /// A quarter of all that the settings allow.
    @Test func oneAddressHasSoManyConnections() async throws {
        let server = try await RunningServer.start(.sqlite, ["MAX_CONNECTIONS": "480", "IDLE_SECONDS": "3600"])
        let base = server.base
        let answers = await onItsOwnThread {
            let asked = (0..<122).map { _ in
                let connection = HeldSocket(base)
                connection.ask()
                return (connection, connection.answer())  // all of them stay open
            }
            return asked.map { $0.1 }
        }
        #expect(answers.prefix(120).allSatisfy { $0?.hasPrefix("HTTP/1.1 200 ") == true }, "\(answers)")
        #expect(Array(answers.dropFirst(120)) == ["", ""])
        await server.stop()
    }

    /// Those that are more than the settings allow are taken once others have ended.
    @Test func furtherConnectionsWait() async throws {
        let server = try await RunningServer.start(.sqlite, ["MAX_CONNECTIONS": "1", "IDLE_SECONDS": "3600"])
        let base = server.base
        let answers = await onItsOwnThread {
            var first: HeldSocket? = HeldSocket(base)
            first?.ask()
            let taken = first?.answer()
            let second = HeldSocket(base)
            second.ask()
            first?.ask()
            let again = first?.answer()
            let early = second.answer(waits: false)
            first = nil
            return [taken, again, early, second.answer()]
        }
        let statuses = answers.map { $0.map { String($0.prefix(13)) } }
        #expect(statuses == ["HTTP/1.1 200 ", "HTTP/1.1 200 ", nil, "HTTP/1.1 200 "])
        await server.stop()
    }

    /// Of two that send nothing, the one that the settings give less time ends first.
    @Test func aConnectionOnWhichNothingHappensIsClosed() async throws {
        let patient = try await RunningServer.start(.sqlite, ["IDLE_SECONDS": "3600"])
        let hasty = try await RunningServer.start(.sqlite, ["IDLE_SECONDS": "1"])
        await withTaskGroup(of: (String, RawConnection).self) { connections in
            for base in [patient.base, hasty.base] {
                connections.addTask { (base, await RawConnection.send("", to: base)) }
            }
            let first = await connections.next()
            #expect(first?.0 == hasty.base && first?.1.isClosed == true && first?.1.answer == "")
            await patient.stop()  // which ends the other
            await connections.waitForAll()
        }
        await hasty.stop()
    }
}

/// A connection to the loopback address that stays open for as long as it is held.
private final class HeldSocket {
    private let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    private static let patienceSeconds = 300  // all tests run at once

    init(_ base: String) {
        var wait = timeval(tv_sec: Self.patienceSeconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
        _ = withLoopbackAddress(URL(string: base)?.port ?? 0) { connect(descriptor, $0, $1) }
    }

    deinit { close(descriptor) }

    func ask() {
        let request = Array("HEAD /api/v2/health/live HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        _ = send(descriptor, request, request.count, Int32(MSG_NOSIGNAL))  // that nobody takes it shows in the answer
    }

    /// - Returns: Empty where the server has hung up; nil where nothing came.
    func answer(waits: Bool = true) -> String? {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = recv(descriptor, &buffer, buffer.count, waits ? 0 : Int32(MSG_DONTWAIT))
        guard count >= 0 || errno == ECONNRESET else { return nil }
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }
}
