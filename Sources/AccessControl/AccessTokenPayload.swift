import Foundation
import JWTKit

/// The claims as they stand in a token: those of RFC 7519, and `sid`, the session, of OpenID Connect.
struct AccessTokenPayload: Codable {
    var iss: IssuerClaim
    var aud: AudienceClaim
    var sub: SubjectClaim
    var sid: String
    var jti: IDClaim
    var iat: IssuedAtClaim
    var exp: ExpirationClaim

    init(_ claims: AccessClaims, id: UUID, issuer: String, audience: String) {
        iss = IssuerClaim(value: issuer)
        aud = AudienceClaim(value: [audience])
        sub = SubjectClaim(value: claims.subject.uuidString.lowercased())
        sid = claims.session.uuidString.lowercased()
        jti = IDClaim(value: id.uuidString.lowercased())
        iat = IssuedAtClaim(value: claims.issuedAt)
        exp = ExpirationClaim(value: claims.expiresAt)
    }

    init(json: [UInt8]) throws(TokenError) {
        do { self = try Self.decoder.decode(Self.self, from: Data(json)) } catch { throw .malformed }
    }

    var json: [UInt8] {
        get throws { Array(try Self.encoder.encode(self)) }
    }

    var claims: AccessClaims {
        get throws(TokenError) {
            guard let subject = UUID(uuidString: sub.value), let session = UUID(uuidString: sid) else {
                throw .malformed
            }
            return AccessClaims(subject: subject, session: session, issuedAt: iat.value, expiresAt: exp.value)
        }
    }

    private static let encoder: JSONEncoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            try container.encode(Int64(date.timeIntervalSince1970.rounded(.down)))
        }
        return encoder
    }()

    private static let decoder: JSONDecoder = {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .secondsSince1970
        return decoder
    }()
}
