import CCommonPasswords

/// The most common passwords of 8 and more characters, from lists of leaked ones; see
/// `Scripts/generate-common-passwords`.
public enum CommonPasswords {
    /// Whether a password is in the list, in upper or lower case.
    public static func contains(_ password: String) -> Bool {
        let wanted = Array(password.lowercased().utf8)
        guard !wanted.contains(newline) else { return false }
        let list = UnsafeBufferPointer(start: common_passwords(), count: common_passwords_size())
        var (low, high) = (0, list.count)  // both at the start of a line, or at the end
        while low < high {
            let middle = (low + high) / 2
            let start = (list[low..<middle].lastIndex(of: newline) ?? low - 1) + 1
            let end = list[start...].firstIndex(of: newline) ?? list.count
            let line = list[start..<end]
            if line.elementsEqual(wanted) { return true }
            if line.lexicographicallyPrecedes(wanted) { low = end + 1 } else { high = start }
        }
        return false
    }

    private static let newline = UInt8(ascii: "\n")
}
