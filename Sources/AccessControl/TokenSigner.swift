import Crypto
public import Foundation
import JWTKit

/// Signs access tokens, which are JWTs, and verifies them.
///
/// A token is taken only with a header that is, byte for byte, one that we write. So neither its algorithm nor its key
/// is the bearer's to choose, and there is no `jwk`, `jku`, `x5u` or `crit` to heed. JWTKit would take its default key
/// for an unknown `kid` and read base64 leniently; hence its signers are used without its collection of keys, which
/// saves a hop to an actor besides.
public struct TokenSigner: Sendable {
    /// JWS algorithms: Ed25519 (RFC 8037), whose public keys anybody may have, and HMAC with SHA-256 (RFC 7518).
    public enum Algorithm: String, CaseIterable, Sendable { case eddsa = "EdDSA", hs256 = "HS256" }

    public static let maximumBytes = 4096
    public static let toleratedSkewSeconds = 60.0  // between the clocks of the machines that issue and verify

    private let keys: [[UInt8]: any JWTAlgorithm]  // by the header in base64url
    private let currentHeader: [UInt8]
    private let currentKey: any JWTAlgorithm
    private let issuer: String
    private let audience: String
    /// The JWK Set (RFC 7517) as JSON: the Ed25519 public keys, the current one first.
    public let jwks: [UInt8]

    /// - Parameters:
    ///   - algorithm: Of new tokens. The keys of both verify, so that it may change while tokens are about.
    ///   - current: Signs.
    ///   - previous: Still verify.
    ///   - issuer: The claim `iss`.
    ///   - audience: The claim `aud`.
    public init(
        algorithm: Algorithm, current: SecretKey, previous: [SecretKey] = [], issuer: String, audience: String
    ) async throws {
        var (keys, published): ([[UInt8]: any JWTAlgorithm], [JWK]) = ([:], [])
        for secret in [current] + previous {
            let signing = try secret.ed25519Key
            let (ed25519, hmac) = (KeyName(.eddsa, of: secret), KeyName(.hs256, of: secret))
            let collection = JWTKeyCollection()
            await collection.add(eddsa: EdDSA.PrivateKey(backing: signing), kid: ed25519.kid)
            await collection.add(hmac: secret.hmacKey, digestAlgorithm: .sha256, kid: hmac.kid)
            for name in [ed25519, hmac] { keys[name.header] = try await collection.getKey(for: name.kid) }
            published.append(ed25519.jwk(signing.publicKey))
        }
        let currentName = KeyName(algorithm, of: current)
        guard let currentKey = keys[currentName.header] else { throw JWTError.noKeyProvided }
        (self.keys, self.currentKey, currentHeader) = (keys, currentKey, currentName.header)
        (self.issuer, self.audience) = (issuer, audience)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        jwks = Array(try encoder.encode(JWKS(keys: published)))
    }

    /// A signed token with an id (`jti`) of its own.
    ///
    /// - Throws: What the library does when it cannot sign; no claims make it.
    public func sign(_ claims: AccessClaims) throws -> String {
        let payload = AccessTokenPayload(claims, id: UUID(), issuer: issuer, audience: audience)
        let signed = currentHeader + [Self.dot] + Base64URL.encode(try payload.json)
        let signature = Base64URL.encode(try currentKey.sign(signed))
        return String(decoding: signed + [Self.dot] + signature, as: UTF8.self)
    }

    /// The claims of a token that is ours and valid at `now`. Past its expiry it has no grace.
    public func verify(_ token: String, at now: Date) throws(TokenError) -> AccessClaims {
        let payload = try signedPayload(of: token)
        guard payload.iss.value == issuer else { throw .wrongIssuer }
        guard payload.aud.value == [audience] else { throw .wrongAudience }
        let claims = try payload.claims
        guard now < claims.expiresAt else { throw .expired }
        guard claims.issuedAt.timeIntervalSince(now) <= Self.toleratedSkewSeconds else { throw .notYetValid }
        return claims
    }

    private func signedPayload(of token: String) throws(TokenError) -> AccessTokenPayload {
        guard token.utf8.count <= Self.maximumBytes else { throw .malformed }
        let bytes = Array(token.utf8)
        let parts = bytes.split(separator: Self.dot, maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3, let json = Base64URL.decode(parts[1]), let signature = Base64URL.decode(parts[2]) else {
            throw .malformed
        }
        guard let key = keys[Array(parts[0])] else { throw KeyName.isWellFormed(parts[0]) ? .unknownKey : .malformed }
        let signed = bytes[..<parts[1].endIndex]
        // JWTKit's signers throw for no signature; one that did would not have accepted it.
        guard (try? key.verify(signature, signs: signed)) == true else { throw .badSignature }
        return try AccessTokenPayload(json: json)
    }

    private static let dot = UInt8(ascii: ".")
}

extension SecretKey {
    fileprivate var ed25519Key: Curve25519.Signing.PrivateKey {
        get throws {
            let seed = derived("TokenSigner.EdDSA").withUnsafeBytes { Data($0) }
            return try Curve25519.Signing.PrivateKey(rawRepresentation: seed)
        }
    }

    fileprivate var hmacKey: HMACKey { HMACKey(key: derived("TokenSigner.HS256")) }
}
