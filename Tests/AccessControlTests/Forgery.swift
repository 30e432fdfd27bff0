import AccessControl
import Crypto
import Foundation

/// Makes tokens as an attacker would: any header, any claims, any signature.
struct Forgery {
    var header: String
    var payload: String

    /// With the header and the claims of a token that is in order.
    init(of token: String) {
        let parts = token.split(separator: ".").map { Self.decoded($0) }
        (header, payload) = (parts[0], parts[1])
    }

    func token(_ signature: (Data) -> Data) -> String {
        let signed = Self.encoded(Data(header.utf8)) + "." + Self.encoded(Data(payload.utf8))
        return signed + "." + Self.encoded(signature(Data(signed.utf8)))
    }

    func token(hmacKey: Data) -> String {
        token { Data(HMAC<SHA256>.authenticationCode(for: $0, using: SymmetricKey(data: hmacKey))) }
    }

    func with(header: String) -> Forgery {
        var forgery = self
        forgery.header = header
        return forgery
    }

    /// The header with one more member.
    func adding(_ member: String) -> Forgery { with(header: header.replacing("}", with: ",\(member)}")) }

    static func encoded(_ data: Data) -> String {
        let text = data.base64EncodedString()
        return text.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    private static func decoded(_ text: Substring) -> String {
        let padding = String(repeating: "=", count: (4 - text.count % 4) % 4)
        let standard = String(text).replacing("-", with: "+").replacing("_", with: "/") + padding
        return String(decoding: Data(base64Encoded: standard) ?? Data(), as: UTF8.self)
    }
}

/// What tokens are signed with in these tests.
struct Signers {
    static let now = Date(timeIntervalSince1970: 1_800_000_000)
    let secret = SecretKey("a secret for tests, 32 bytes or more")
    let older = SecretKey("an older secret, of 32 bytes or more")

    struct NoSecret: Error {}

    func signer(
        _ algorithm: TokenSigner.Algorithm, current: SecretKey? = nil, previous: [SecretKey] = [],
        issuer: String = "https://id.example", audience: String = "api"
    ) async throws -> TokenSigner {
        guard let current = current ?? secret else { throw NoSecret() }
        return try await TokenSigner(
            algorithm: algorithm, current: current, previous: previous, issuer: issuer, audience: audience)
    }

    static func claims(issued: Double = 0, lifetimeSeconds: Double = 900) -> AccessClaims {
        let issuedAt = now.addingTimeInterval(issued)
        return AccessClaims(
            subject: UUID(), session: UUID(), issuedAt: issuedAt,
            expiresAt: issuedAt.addingTimeInterval(lifetimeSeconds))
    }
}
