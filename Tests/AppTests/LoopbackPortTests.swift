import TestSupport
import Testing

struct LoopbackPortTests {
    /// A server that is started again on its port found an outgoing connection there.
    @Test func aPortIsNobodyElses() {
        let ports = (0..<200).map { _ in freePort() }
        #expect(Set(ports).count == 200)
        #expect(ports.allSatisfy { $0 < firstEphemeralPort && $0 >= 1024 })
    }
}
