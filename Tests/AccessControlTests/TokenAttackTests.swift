import AccessControl
import Crypto
import Foundation
import Testing

@Suite struct TokenAttackTests {
    private static let good = #"{"alg":"EdDSA","kid":"KID","typ":"at+jwt"}"#
    private static let attacker = Curve25519.Signing.PrivateKey()

    /// Headers that an attacker would like us to believe; `KID` is that of our Ed25519 key. Each is signed in every way
    /// an attacker can, so none may be taken; well-formed ones that name no key of ours say so.
    static let headers: [(String, TokenError)] = [
        (#"{"alg":"none","kid":"KID","typ":"at+jwt"}"#, .malformed),
        (#"{"alg":"None","kid":"KID","typ":"at+jwt"}"#, .malformed),
        (#"{"alg":"NONE","typ":"at+jwt"}"#, .malformed),
        (#"{"alg":"nOnE","typ":"JWT"}"#, .malformed),
        (#"{"alg":"","kid":"KID","typ":"at+jwt"}"#, .malformed),
        (#"{"alg":null,"kid":"KID","typ":"at+jwt"}"#, .malformed),
        (#"{"kid":"KID","typ":"at+jwt"}"#, .malformed),
        (#"{"alg":"HS256","kid":"KID","typ":"at+jwt"}"#, .unknownKey),
        (#"{"alg":"HS384","kid":"KID","typ":"at+jwt"}"#, .malformed),
        (#"{"alg":"RS256","kid":"KID","typ":"at+jwt"}"#, .malformed),
        (#"{"alg":"ES256","kid":"KID","typ":"at+jwt"}"#, .malformed),
        (#"{"alg":"eddsa","kid":"KID","typ":"at+jwt"}"#, .malformed),
        (#"{"alg":["EdDSA"],"kid":"KID","typ":"at+jwt"}"#, .malformed),
        (#"{"alg":"EdDSA","alg":"none","kid":"KID","typ":"at+jwt"}"#, .malformed),
        (#"{"alg":"EdDSA","typ":"at+jwt"}"#, .malformed),
        (#"{"alg":"EdDSA","kid":"","typ":"at+jwt"}"#, .malformed),
        (#"{"alg":"EdDSA","kid":null,"typ":"at+jwt"}"#, .malformed),
        (#"{"alg":"EdDSA","kid":0,"typ":"at+jwt"}"#, .malformed),
        (#"{"alg":"EdDSA","kid":"0123456789abcdef.EdDSA","typ":"at+jwt"}"#, .unknownKey),
        (#"{"alg":"HS256","kid":"0123456789abcdef.HS256","typ":"at+jwt"}"#, .unknownKey),
        (#"{"alg":"EdDSA","kid":"0123456789abcdef","typ":"at+jwt"}"#, .malformed),
        (#"{"alg":"EdDSA","kid":"../../../../dev/null","typ":"at+jwt"}"#, .malformed),
        (#"{"alg":"HS256","kid":"/proc/sys/kernel/randomize_va_space","typ":"at+jwt"}"#, .malformed),
        (#"{"alg":"HS256","kid":"x' UNION SELECT 'key","typ":"at+jwt"}"#, .malformed),
        (#"{"alg":"EdDSA","kid":"KID\u0000","typ":"at+jwt"}"#, .malformed),
        (#"{"alg":"EdDSA","kid":"KID","typ":"at+jwt","jwk":{"kty":"OKP","crv":"Ed25519","x":"ATTACKER"}}"#, .malformed),
        (#"{"alg":"EdDSA","kid":"KID","typ":"at+jwt","jku":"https://attacker.example/jwks.json"}"#, .malformed),
        (#"{"alg":"EdDSA","kid":"KID","typ":"at+jwt","x5u":"https://attacker.example/cert.pem"}"#, .malformed),
        (#"{"alg":"EdDSA","kid":"KID","typ":"at+jwt","x5c":["MIIB"]}"#, .malformed),
        (#"{"alg":"EdDSA","kid":"KID","typ":"at+jwt","crit":["exp"]}"#, .malformed),
        (#"{"alg":"EdDSA","kid":"KID","typ":"at+jwt","crit":[]}"#, .malformed),
        (#"{"alg":"EdDSA","kid":"KID","typ":"at+jwt","b64":false,"crit":["b64"]}"#, .malformed),
        (#"{"alg":"EdDSA","kid":"KID","typ":"at+jwt","zip":"DEF"}"#, .malformed),
        (#"{"alg":"EdDSA","kid":"KID","typ":"at+jwt","cty":"JWT"}"#, .malformed),
        (#"{"alg":"EdDSA","kid":"KID","typ":"JWT"}"#, .malformed),
        (#"{"alg":"EdDSA","kid":"KID"}"#, .malformed),
        (#"{"alg": "EdDSA", "kid": "KID", "typ": "at+jwt"}"#, .malformed),
        (#"{"typ":"at+jwt","alg":"EdDSA","kid":"KID"}"#, .malformed),
        ("[]", .malformed), ("", .malformed), ("\u{FEFF}" + good, .malformed),
        (good, .badSignature),
    ]

    @Test(arguments: headers, TokenSigner.Algorithm.allCases)
    func noHeaderMakesUsTakeAForgedToken(_ attack: (String, TokenError), algorithm: TokenSigner.Algorithm) async throws
    {
        let signer = try await Signers().signer(algorithm)
        let published = try PublishedKey(of: signer)
        let attacker = Forgery.encoded(Self.attacker.publicKey.rawRepresentation)
        let header = attack.0.replacing("KID", with: published.kid).replacing("ATTACKER", with: attacker)
        let forgery = Forgery(of: try signer.sign(Signers.claims())).with(header: header)
        let empty = Data()
        let tokens = [
            forgery.token { _ in empty },
            forgery.token { _ in Data(count: 64) },
            forgery.token { (try? Self.attacker.signature(for: $0)) ?? empty },  // it does not throw
            forgery.token(hmacKey: published.raw), forgery.token(hmacKey: Data(published.x.utf8)),
            forgery.token(hmacKey: Data(published.pem.utf8)), forgery.token(hmacKey: Data(published.der)),
            forgery.token(hmacKey: empty), forgery.token(hmacKey: Data("0\n".utf8)),
            forgery.token(hmacKey: Data("key".utf8)), forgery.token(hmacKey: Data(signer.jwks)),
        ]
        for token in tokens {
            #expect(throws: attack.1, "\(token)") { try signer.verify(token, at: Signers.now) }
        }
    }

    @Test(arguments: TokenSigner.Algorithm.allCases)
    func noBitOfATokenMayChange(_ algorithm: TokenSigner.Algorithm) async throws {
        let signer = try await Signers().signer(algorithm)
        let token = Array(try signer.sign(Signers.claims()).utf8)
        #expect(throws: Never.self) { try signer.verify(String(decoding: token, as: UTF8.self), at: Signers.now) }
        for index in token.indices {
            for bit in 0..<7 {
                var changed = token
                changed[index] ^= 1 << bit
                let text = String(decoding: changed, as: UTF8.self)
                #expect(throws: TokenError.self, "\(text)") { try signer.verify(text, at: Signers.now) }
            }
        }
    }

    /// The last letter of 64 bytes in base64url carries four bits that say nothing, that of 32 bytes two.
    @Test(arguments: TokenSigner.Algorithm.allCases)
    func aSignatureHasOneSpelling(_ algorithm: TokenSigner.Algorithm) async throws {
        let signer = try await Signers().signer(algorithm)
        let token = try signer.sign(Signers.claims())
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        let last = try #require(letters.firstIndex { $0 == token.last })
        let sameByte = token.dropLast() + String(letters[last | 1])
        let spellings = [
            String(sameByte), token + "=", token + "==", token + "\n", " " + token, "Bearer " + token,
            token.replacing(".", with: "=."), token + ".", "." + token, token + "." + token,
            token.replacing(".", with: ".."), token.replacing(".", with: ""), "", ".", "..",
            "...", "\u{0}", token + "\u{301}",
        ]
        for spelling in spellings {
            #expect(throws: TokenError.malformed, "\(spelling)") { try signer.verify(spelling, at: Signers.now) }
        }
        for length in [token + "A", token + "AA", String(token.dropLast()), String(token.dropLast(2))] {
            #expect(throws: TokenError.self, "\(length)") { try signer.verify(length, at: Signers.now) }
        }
    }

    @Test func theSignatureOfOneTokenIsNotThatOfAnother() async throws {
        let signer = try await Signers().signer(.eddsa)
        let tokens = try (0..<2).map { _ in try signer.sign(Signers.claims()).split(separator: ".") }
        let mixed = [tokens[0][0], tokens[0][1], tokens[1][2]].joined(separator: ".")
        #expect(throws: TokenError.badSignature) { try signer.verify(mixed, at: Signers.now) }
    }

    @Test func longTokensAreNotEvenRead() async throws {
        let signer = try await Signers().signer(.hs256, audience: String(repeating: "a", count: 3000))
        let token = try signer.sign(Signers.claims())
        #expect(token.utf8.count > TokenSigner.maximumBytes)
        #expect(throws: TokenError.malformed) { try signer.verify(token, at: Signers.now) }
    }
}

/// The first key of a JWK Set, in the forms in which it may be mistaken for an HMAC's secret.
private struct PublishedKey {
    let (kid, x): (String, String)
    let (raw, der): (Data, Data)
    let pem: String

    struct Unexpected: Error {}

    init(of signer: TokenSigner) throws {
        struct Set: Decodable { var keys: [[String: String]] }
        let keys = try JSONDecoder().decode(Set.self, from: Data(signer.jwks)).keys
        guard let kid = keys.first?["kid"], let x = keys.first?["x"],
            let raw = Data(base64Encoded: x.replacing("-", with: "+").replacing("_", with: "/") + "=")
        else { throw Unexpected() }
        (self.kid, self.x, self.raw) = (kid, x, raw)
        der = Data([0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]) + raw  // RFC 8410
        pem = "-----BEGIN PUBLIC KEY-----\n\(der.base64EncodedString())\n-----END PUBLIC KEY-----\n"
    }
}
