import CArgon2

/// Argon2id 1.3 (RFC 9106) through libargon2. Both functions block for as long as a hash takes.
enum Argon2 {
    static let (saltBytes, tagBytes) = (16, 32)

    /// A new hash with a random salt, as a PHC string.
    static func hash(_ password: [UInt8], cost: PasswordHasher.Cost) throws -> String {
        let (iterations, memory, lanes) = (
            UInt32(clamping: cost.iterations), UInt32(clamping: cost.memoryKiB), UInt32(clamping: cost.lanes)
        )
        let salt = randomBytes(saltBytes)
        let size = argon2_encodedlen(iterations, memory, lanes, UInt32(saltBytes), UInt32(tagBytes), Argon2_id)
        var text = [CChar](repeating: 0, count: size)
        let status = argon2id_hash_encoded(
            iterations, memory, lanes, password, password.count, salt, salt.count, tagBytes, &text, size)
        guard status == ARGON2_OK.rawValue else { throw PasswordHasher.HashingFailed(status: status) }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// - Throws: ``PasswordHasher/HashingFailed`` when `hash` is no PHC string of Argon2id, or memory is short.
    static func verify(_ password: [UInt8], against hash: String) throws -> Bool {
        let status = argon2id_verify(hash, password, password.count)
        switch status {
        case ARGON2_OK.rawValue: return true
        case ARGON2_VERIFY_MISMATCH.rawValue: return false
        default: throw PasswordHasher.HashingFailed(status: status)
        }
    }

    static func randomBytes(_ count: Int) -> [UInt8] {
        var random = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
    }
}

extension PasswordHasher {
    /// What libargon2 says when it does not hash. Its texts carry nothing of the password.
    public struct HashingFailed: Error, CustomStringConvertible {
        let status: Int32

        public var description: String { "Argon2: " + String(cString: argon2_error_message(status)) }
    }
}
