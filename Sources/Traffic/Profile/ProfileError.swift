/// Why bytes are not a profile. Every case names the byte, counted from 0 at the start of the encoded form.
public enum ProfileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Does not begin with the magic.
    case notAProfile
    case unsupportedVersion(UInt8, offset: Int)
    /// Fewer or more bytes than the header announces.
    case wrongLength(expected: Int, found: Int)
    case checksumMismatch(offset: Int)
    case malformed(String, offset: Int)

    public var description: String {
        switch self {
        case .notAProfile: "not a traffic profile: byte 0 does not begin with 'MATP'"
        case .unsupportedVersion(let version, let offset):
            "traffic profile version \(version) at byte \(offset) is not supported, this program reads version 1"
        case .wrongLength(let expected, let found):
            "traffic profile ends at byte \(found), its header says \(expected)"
        case .checksumMismatch(let offset): "traffic profile is damaged: the checksum at byte \(offset) does not match"
        case .malformed(let what, let offset): "traffic profile is malformed at byte \(offset): \(what)"
        }
    }
}
