public import Crypto

/// A secret of 32 random bytes in base64url: an API key, a refresh token, a token sent by mail. It is shown once; only its
/// hash is kept. Secrets of 256 random bits need no slow hash.
public struct OpaqueToken: Sendable {
    public let text: String

    /// A new secret from the system's random numbers.
    /// - Parameter mark: Says what it is to people and to scanners of secrets: `mk_` for API keys.
    public init(mark: String = "") {
        var random = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }
        text = mark + String(decoding: Base64URL.encode(bytes), as: UTF8.self)
    }

    /// What tells keys apart in lists: the first 8 characters.
    public var prefix: String { String(text.prefix(8)) }

    public var hash: [UInt8] { Self.hash(of: text) }

    /// SHA-256.
    public static func hash(of secret: String) -> [UInt8] { Array(digest(of: secret)) }

    /// The same, which is compared in constant time and hashed at once, not byte by byte as an array is.
    public static func digest(of secret: String) -> SHA256Digest {
        var secret = secret
        return secret.withUTF8 { SHA256.hash(data: UnsafeRawBufferPointer($0)) }
    }
}
