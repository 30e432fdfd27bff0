import AccessControl
import Foundation
import Testing

@Suite struct CommonPasswordsTests {
    private func list() throws -> [String] {
        let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = repository.appendingPathComponent("Sources/CCommonPasswords/common-passwords.txt")
        let lines = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n")
        #expect(lines.last == "")
        return lines.dropLast()
    }

    @Test func theListIsSortedAndLowerCaseAndHasNoShortOnes() throws {
        let list = try list()
        #expect(list.count > 16_000)
        #expect(zip(list, list.dropFirst()).allSatisfy { $0.utf8.lexicographicallyPrecedes($1.utf8) })
        #expect(list.allSatisfy { $0.utf8.count >= 8 && $0 == $0.lowercased() })
    }

    @Test func everyPasswordOfTheListIsFound() throws {
        let list = try list()
        let every17th = stride(from: 0, to: list.count, by: 17).map { list[$0] }
        for password in every17th + [list[0], list[list.count - 1]] {
            #expect(CommonPasswords.contains(password), "\(password)")
            #expect(CommonPasswords.contains(password.uppercased()), "\(password)")
            #expect(CommonPasswords.contains(password + "\u{1F9C2}") == false)
        }
    }

    @Test(arguments: ["password", "PassWord", "1q2w3e4r", "iloveyou", "12345678", "football"])
    func theUsualOnesAreThere(_ password: String) {
        #expect(CommonPasswords.contains(password))
    }

    @Test(arguments: [
        "", "\n", "!", "~~~~~~~~~~", "passwor", "password\npassword1", "correct horse battery staple", "пароль",
    ])
    func othersAreNot(_ password: String) {
        #expect(!CommonPasswords.contains(password))
    }
}
