@testable import Domain
import Foundation
import Testing

/// What stands in databases stays readable: no version may seal or link otherwise.
@Suite struct AuditBytesTests {
    /// The values were computed by Python's `hmac`, from HKDF-SHA256 of the secret with the purpose `audit`.
    @Test func eventsAreSealedAndLinkedAsEver() throws {
        let chain = AuditChain(current: try #require(AuditLog.secret))
        let event = AuditEvent(
            id: try #require(UUID(text: "01890a5d-ac96-774b-bcce-b302099a8057")),
            at: Date(timeIntervalSince1970: 1_760_000_000.123456), action: .scenarioCreated,
            user: UUID(text: "01890a5d-ac96-774b-bcce-b302099a8058"),
            resource: .init(type: "scenario", id: "01890a5d-ac96-774b-bcce-b302099a8059"),
            details: ["status": "draft", "name": "checkout"],
            origin: Origin(address: "192.0.2.1", correlationID: "c1"))
        let sealed = chain.sealed(event)
        let secretID = Array("\0\0\0\u{10}cba040005d8fd7f0".utf8)
        let seal = "293459c75eb9ec2dbbb13b8e188e87fe65e02c9f80725cd922fdfb5ee9b77f90"
        #expect(sealed.bytes == secretID + ([UInt8](hexadecimal: seal) ?? []) + event.encoded)
        let opened = try #require(chain.open(sealed))
        #expect(opened.event == event)
        let start = AuditHead(place: .origin, secretID: "", seal: [])
        let (entries, head) = try chain.entries(of: [opened], behind: start)
        let link = "da694134a24107a4bc3fce29b5483cfc44705dc9d9672e30b8e219bc37932e2b"
        #expect(entries.map(\.link.hexadecimal) == [link])
        #expect(head.place.description == "1:\(link)")
        #expect(head.seal.hexadecimal == "76e22339b98f6c3005d637bd3af4bbd360999b6f3d428d461605ac8e2b5b5311")
    }
}
