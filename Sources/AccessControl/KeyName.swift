import Crypto
import JWTKit

/// What a token's header says of its key.
struct KeyName {
    let kid: JWKIdentifier
    /// In base64url. `at+jwt` is the type of access tokens (RFC 9068 §2.1); there are no OAuth clients, so the rest of
    /// that profile does not apply.
    let header: [UInt8]

    init(_ algorithm: TokenSigner.Algorithm, of secret: SecretKey) {
        kid = JWKIdentifier(string: "\(secret.id).\(algorithm.rawValue)")
        let json = #"{"alg":"\#(algorithm.rawValue)","kid":"\#(kid.string)","typ":"at+jwt"}"#
        header = Base64URL.encode(json.utf8)
    }

    func jwk(_ publicKey: Curve25519.Signing.PublicKey) -> JWK {
        let x = String(decoding: Base64URL.encode(publicKey.rawRepresentation), as: UTF8.self)
        return .octetKeyPair(.eddsa, identifier: kid, x: x, y: nil, curve: .ed25519)
    }

    /// Whether a header could be that of some key.
    static func isWellFormed(_ header: some Collection<UInt8>) -> Bool {
        let json = Base64URL.decode(header).map { String(decoding: $0, as: UTF8.self) }
        let pattern = /\{"alg":"(EdDSA|HS256)","kid":"[0-9a-f]{16}\.(EdDSA|HS256)","typ":"at\+jwt"\}/
        return json?.wholeMatch(of: pattern) != nil
    }
}
