import AccessControl
import Crypto
import Foundation
import Testing

/// joserfc, a JOSE library for Python, reads what we write. `Scripts/install-test-clients` installs it.
@Suite struct ForeignLibraryTests {
    private static let script = """
        import json, sys
        from joserfc import jwt
        from joserfc.jwk import KeySet
        keys = KeySet.import_key_set(json.loads(sys.argv[2]))
        token = jwt.decode(sys.argv[1], keys, algorithms=["EdDSA"])
        registry = jwt.JWTClaimsRegistry(
            now=int(sys.argv[3]), iss={"essential": True, "value": "https://id.example"},
            aud={"essential": True, "value": "api"}, exp={"essential": True}, iat={"essential": True})
        registry.validate(token.claims)
        print(token.header["typ"], token.claims["sub"], token.claims["sid"])
        """

    @Test func itVerifiesOurTokensWithThePublishedKeys() async throws {
        let older = try #require(Signers().older)
        let signer = try await Signers().signer(.eddsa, previous: [older])
        let rotatedOut = try await Signers().signer(.eddsa, current: older)
        for issuer in [signer, rotatedOut] {
            let claims = Signers.claims()
            let output = try verify(issuer.sign(claims), with: signer.jwks)
            let (subject, session) = (claims.subject.uuidString, claims.session.uuidString)
            #expect(output == "at+jwt \(subject.lowercased()) \(session.lowercased())\n")
        }
        let stranger = try await Signers().signer(
            .eddsa, current: SecretKey("a stranger's secret, of 32 bytes or more"))
        #expect(throws: Refused.self) { try verify(stranger.sign(Signers.claims()), with: signer.jwks) }
    }

    private struct Refused: Error { var output: String }

    private func verify(_ token: String, with jwks: [UInt8]) throws -> String {
        let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let process = Process()
        process.executableURL = repository.appendingPathComponent(".build/clients/bin/python")
        process.arguments = [
            "-W", "ignore", "-c", Self.script, token, String(decoding: jwks, as: UTF8.self),
            "\(Int(Signers.now.timeIntervalSince1970))",
        ]
        let output = Pipe()
        (process.standardOutput, process.standardError) = (output, output)
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Refused(output: text) }
        return text
    }
}
