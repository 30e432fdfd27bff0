import AccessControl

/// Which passwords are taken: long ones that are not everybody's (NIST SP 800-63B, section 3.1.1, read 2026-11-25).
enum PasswordPolicy {
    static let shortest = 10  // characters
    static let longest = 200

    /// - Throws: ``DomainError`` `.invalid` that names the member.
    static func check(_ password: String, of email: String, member: String = "/password") throws {
        func refuse(_ detail: String) -> DomainError {
            DomainError(.invalid, "The password is not taken.", members: [.init(pointer: member, detail: detail)])
        }
        let folded = password.lowercased()
        guard (shortest...longest).contains(password.count) else {
            throw refuse("has \(password.count) characters, expected \(shortest) to \(longest)")
        }
        guard !CommonPasswords.contains(password) else { throw refuse("is one of the most common passwords") }
        let name = email.prefix { $0 != "@" }.lowercased()
        guard folded != email.lowercased(), name.count < 4 || !folded.contains(name) else {
            throw refuse("holds the name of the address")
        }
        guard Set(folded).count >= 4 else { throw refuse("repeats fewer than 4 characters") }
    }
}
