import AccessControl
import Foundation
import Testing

@Suite struct TokenSignerTests {
    private let signers = Signers()

    @Test(arguments: TokenSigner.Algorithm.allCases)
    func claimsComeBack(_ algorithm: TokenSigner.Algorithm) async throws {
        let signer = try await signers.signer(algorithm)
        let claims = Signers.claims()
        let token = try signer.sign(claims)
        #expect(try signer.verify(token, at: Signers.now) == claims)
        #expect(try signer.sign(claims) != token)  // another jti
        let forgery = Forgery(of: token)
        let header = #/\{"alg":"(EdDSA|HS256)","kid":"[0-9a-f]{16}\.(EdDSA|HS256)","typ":"at\+jwt"\}/#
        #expect(forgery.header.wholeMatch(of: header)?.1 == Substring(algorithm.rawValue))
        let members = try JSONSerialization.jsonObject(with: Data(forgery.payload.utf8)) as? [String: Any]
        #expect(members?["iss"] as? String == "https://id.example")
        #expect(members?["aud"] as? String == "api")
        #expect(members?["iat"] as? Int == 1_800_000_000)
        #expect(members?["exp"] as? Int == 1_800_000_900)
        #expect((members?["jti"] as? String).flatMap(UUID.init(uuidString:)) != nil)
    }

    @Test func timesAreWholeSeconds() async throws {
        let signer = try await signers.signer(.hs256)
        let claims = try signer.verify(signer.sign(Signers.claims(issued: 0.9, lifetimeSeconds: 1.5)), at: Signers.now)
        #expect(claims.issuedAt == Signers.now)
        #expect(claims.expiresAt == Signers.now.addingTimeInterval(2))
    }

    /// Seconds from issue to verification of a token of 900 s, and what becomes of it.
    @Test(
        arguments: [
            (-61, TokenError.notYetValid), (-60, nil), (0, nil), (899, nil), (900, .expired), (1e9, .expired),
        ] as [(Double, TokenError?)])
    func tokensHaveTheirTime(_ age: Double, error: TokenError?) async throws {
        let signer = try await signers.signer(.eddsa)
        let token = try signer.sign(Signers.claims())
        let outcome = Result { try signer.verify(token, at: Signers.now.addingTimeInterval(age)) }
        switch outcome {
        case .success: #expect(error == nil)
        case .failure(let thrown): #expect(thrown as? TokenError == error)
        }
    }

    @Test(arguments: TokenSigner.Algorithm.allCases)
    func tokensOfAnotherIssuerOrForAnotherAudienceAreRefused(_ algorithm: TokenSigner.Algorithm) async throws {
        let ours = try await signers.signer(algorithm)
        let issuer = try await signers.signer(algorithm, issuer: "https://id.example/")
        let audience = try await signers.signer(algorithm, audience: "other")
        #expect(throws: TokenError.wrongIssuer) {
            try ours.verify(issuer.sign(Signers.claims()), at: Signers.now)
        }
        #expect(throws: TokenError.wrongAudience) {
            try ours.verify(audience.sign(Signers.claims()), at: Signers.now)
        }
    }

    @Test func secretsAndAlgorithmsMayChangeWhileTokensAreAbout() async throws {
        let older = try #require(signers.older)
        let claims = Signers.claims()
        for old in TokenSigner.Algorithm.allCases {
            let token = try await signers.signer(old, current: older).sign(claims)
            for new in TokenSigner.Algorithm.allCases {
                let rotated = try await signers.signer(new, previous: [older])
                #expect(try rotated.verify(token, at: Signers.now) == claims)
                let over = try await signers.signer(new)
                #expect(throws: TokenError.unknownKey) { try over.verify(token, at: Signers.now) }
            }
        }
    }

    @Test func publishedAreThePublicKeysOnly() async throws {
        let older = try #require(signers.older)
        let signer = try await signers.signer(.hs256, previous: [older])
        struct Set: Decodable { var keys: [[String: String]] }
        let keys = try JSONDecoder().decode(Set.self, from: Data(signer.jwks)).keys
        #expect(keys.count == 2 && keys[0]["kid"] != keys[1]["kid"])
        for key in keys {
            #expect(key.keys.sorted() == ["alg", "crv", "kid", "kty", "x"])
            #expect(key["kty"] == "OKP" && key["crv"] == "Ed25519" && key["alg"] == "EdDSA")
        }
    }
}
