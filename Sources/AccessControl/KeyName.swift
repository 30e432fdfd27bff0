import Crypto
import JWTKit

/// What a token's header says of its key.
struct KeyName {
    let kid: JWKIdentifier
    /// In base64url. `at+jwt` is the type of access tokens (RFC 9068 §2.1); there are no OAuth clients, so the rest of
    /// that profile does not apply.
    let header: [UInt8]

    init(_ algorithm: TokenSigner.Algorithm, of secret: SecretKey) {
        let name = algorithm.rawValue
        kid = JWKIdentifier(string: "\(secret.id).\(name)")
        header = Base64URL.encode(Self.json(algorithm: name, secretID: secret.id, keyAlgorithm: name).utf8)
    }

    func jwk(_ publicKey: Curve25519.Signing.PublicKey) -> JWK {
        let x = String(decoding: Base64URL.encode(publicKey.rawRepresentation), as: UTF8.self)
        return .octetKeyPair(.eddsa, identifier: kid, x: x, y: nil, curve: .ed25519)
    }

    /// Whether a header is as we write it, of whatever key.
    static func isWellFormed(_ header: some Collection<UInt8>) -> Bool {
        guard let header = Base64URL.decode(header) else { return false }
        let names = TokenSigner.Algorithm.allCases.map(\.rawValue)
        return names.contains { algorithm in
            let start = #"{"alg":"\#(algorithm)","kid":""#.utf8
            let id = header.dropFirst(start.count).prefix(16)
            guard header.starts(with: start), id.count == 16, id.allSatisfy(isHexadecimalDigit) else { return false }
            let secretID = String(decoding: id, as: UTF8.self)
            return names.contains {
                json(algorithm: algorithm, secretID: secretID, keyAlgorithm: $0).utf8.elementsEqual(header)
            }
        }
    }

    private static func isHexadecimalDigit(_ letter: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(letter)
            || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(letter)
    }

    private static func json(algorithm: String, secretID: String, keyAlgorithm: String) -> String {
        #"{"alg":"\#(algorithm)","kid":"\#(secretID).\#(keyAlgorithm)","typ":"at+jwt"}"#
    }
}
