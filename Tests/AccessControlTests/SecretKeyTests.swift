import AccessControl
import Crypto
import Testing

@Suite struct SecretKeyTests {
    private static let text = "0123456789abcdef0123456789abcdef"

    private func hex(_ key: SymmetricKey) -> String {
        key.withUnsafeBytes { $0.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
    }

    /// Expected by the HKDF of Python's cryptography 48.0.0.
    @Test func keysDeriveByHKDF() throws {
        let secret = try #require(SecretKey(Self.text))
        #expect(
            hex(secret.derived("sessions")) == "230b2607187135c0002d50fe37efde8566adcf1955199d1a0833b6b296feba46")
        #expect(hex(secret.derived("mail", bytes: 16)) == "2c878217a5a35a418ebf733904803be6")
        #expect(secret.id == "dbbfa59ec9d244ce")
    }

    @Test func shortSecretsAreNone() {
        #expect(SecretKey("0123456789abcdef0123456789abcde") == nil)
        #expect(SecretKey(String(repeating: "é", count: 16)) != nil)  // 32 bytes
    }

    @Test func noSecretIsPrinted() throws {
        let secret = try #require(SecretKey(Self.text))
        var dumped = ""
        dump(["key": secret], to: &dumped)
        let texts = ["\(secret)", String(describing: secret), String(reflecting: secret), "\([secret])", dumped]
        for text in texts {
            #expect(text.contains("<redacted>") && !text.contains("SymmetricKey") && !text.contains("0123"), "\(text)")
        }
    }
}
