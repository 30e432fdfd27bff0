public import Crypto
import Foundation

/// A master secret, from which a key for each purpose derives (HKDF-SHA256, RFC 5869). It never prints.
public struct SecretKey: Sendable {
    private let key: SymmetricKey

    /// - Parameter text: At least 32 bytes in UTF-8, hard to guess; `nil` when shorter.
    public init?(_ text: String) {
        guard text.utf8.count >= 32 else { return nil }
        key = SymmetricKey(data: Data(text.utf8))
    }

    /// The key for a purpose. Keys for different purposes tell nothing of each other, nor of the secret.
    ///
    /// - Parameter bytes: 1 to 8,160; HKDF makes no more.
    public func derived(_ purpose: String, bytes: Int = 32) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: key, info: Data(purpose.utf8), outputByteCount: bytes)
    }

    /// Tells secrets apart in logs and tokens: 16 hexadecimal digits, the first 8 bytes of an HMAC. Public.
    public var id: String {
        derived("SecretKey.id", bytes: 8).withUnsafeBytes { bytes in
            bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
    }
}

extension SecretKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "<redacted>" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
