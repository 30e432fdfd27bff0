import CZlib
import TestSupport
import Testing

@testable import Traffic

@Suite struct PIITests {
    static let hits: [(PIIKind, String)] = [
        (.email, #"{"m":"a\njane.doe+x@example.co.uk\""}"#), (.email, "<o'brien@sub.example.museum>."),
        (.ipv4, #"{"client":"203.0.113.9"}"#), (.ipv4, "http://10.0.0.1/"), (.ipv4, #"http:\/\/10.0.0.1\/a"#),
        (.ipv4, "ip-10-0-0-1.ec2/10.0.0.1:443"), (.ipv4, "from 192.0.2.1:8080, ok"), (.ipv4, "::ffff:192.0.2.1"),
        (.ipv6, "2001:db8::1"), (.ipv6, "[fe80::1ff:fe23:4567:890a%eth0]"), (.ipv6, "2001:db8::"),
        (.ipv6, "addr 2001:0db8:0000:0000:0000:ff00:0042:8329."), (.ipv6, "64:ff9b::192.0.2.33"),
        (.macAddress, "00:1A:2B:3C:4D:5E"), (.macAddress, "00-1a-2b-3c-4d-5e"), (.macAddress, "001a.2b3c.4d5e"),
        (.paymentCard, "4111 1111 1111 1111"), (.paymentCard, "3782-822463-10005"),
        (.paymentCard, "200 5555555555554444 "),
        (.paymentCard, #"{"a":"\n6011111111111117"}"#), (.paymentCard, "card%3D4111111111111111"),
        (.paymentCard, "2223003122003222,"), (.paymentCard, "3056 930902 5904"),
        (.paymentCard, "card 6759649826438453"),
        (.iban, "DE89370400440532013000"), (.iban, "GB82 WEST 1234 5698 7654 32"),
        (.iban, "MT84MALT011000012345MTLCAST001S"),
        (.usSSN, "078-05-1120"), (.usSSN, #"{"ssn":"078051120"}"#), (.usSSN, "?ssn=078051120&a=1"),
        (.codiceFiscale, "RSSMRA85T10A562S"), (.partitaIVA, "IT00743110157"), (.partitaIVA, "P. IVA 00743110157"),
        (.nhsNumber, #"{\"nhsNumber\":\"9434765919\"}"#), (.nhsNumber, "patient 943 476 5919"),
        (.dni, "12345678Z"), (.dni, "12345678-Z"), (.dni, "X1234567L"), (.dni, "X-1234567-L"),
        (.steuerID, "Steuer-ID: 86095742719"), (.steuerID, "86 095 742 719"),
        (.nir, "255081416802538"), (.nir, "2 55 08 14 168 025 38"), (.bsn, "bsn=111222333"),
        (.pesel, "PESEL: 44051401359"),
        (.cpf, "529.982.247-25"), (.cpf, "cpf=52998224725"), (.cnpj, #"11.222.333\/0001-81"#),
        (.cnpj, "cnpj: 11222333000181"),
        (.aadhaar, "2341 2341 2346"), (.aadhaar, "aadhaar=234123412346"), (.canadianSIN, "SIN 130 692 544"),
        (.australianTFN, "tax file number 123456782"), (.phone, "+1 (415) 555-2671"), (.phone, "+442079460958 200"),
        (.phone, "(415) 555-2671"), (.awsAccessKeyID, "AKIAIOSFODNN7EXAMPLE/20150830/us-east-1"),
        (.awsSecretAccessKey, "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        (.awsSecretAccessKey, #""SecretAccessKey":"wJalrXUtnFEMI\/K7MDENG\/bPxRfiCYEXAMPLEKEY""#),
        (.jwt, "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2ln"),
        (.gitHubToken, "ghp_" + "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17"),
        (.slackToken, "xoxb-" + "123456789012-1234567890123-AbCdEfGhIjKlMnOpQrStUvWx"),
        (.slackToken, #"https:\/\/hooks.slack.com\/services\/T0AAAAAAA\/B0BBBBBBB\/AbCdEfGhIjKlMnOpQrStUvWx"#),
        (.stripeKey, "sk_live_" + "AbCdEfGhIjKlMnOpQrStUvWx"),
        (.googleAPIKey, "AIza-" + "SyAbCdEfGhIjKlMnOpQrStUvWxYz012345"),
        (.googleOAuthToken, "ya29." + "a0AfH6SMBx-abcdefghijklmnopqrstuvwxyz"),
        (.email, "write to bob@host.com."), (.email, #"bob@host.com.\nThanks"#), (.email, "ask bob@host.com, please"),
        (.email, "?to=bob%40host.com&x=1"), (.email, #"bob\u0040host.com"#), (.email, "mailto:bob@host.com?subject=x"),
        (.email, "(bob@host.com)"), (.email, "u:p@host.com."), (.email, "a%2Cbob%40host.co.uk%2C"),
        (.paymentCard, "paid with 4111111111111111."), (.paymentCard, "my card is 4111-1111-1111-1111, thanks"),
        (.paymentCard, "charge 4111111111111111 now"), (.paymentCard, "(5555 5555 5555 4444)"),
        (.paymentCard, "Card 378282246310005; ok"), (.iban, "de89370400440532013000"),
        (.iban, "gb82 west 1234 5698 7654 32"), (.iban, "IBAN: DE89 3704 0044 0532 0130 00."),
        (.phone, "call +1 415 555 2671."), (.phone, "tel:+44-20-7946-0958"), (.phone, "phone: 415-555-2671"),
        (.phone, "mobile 4155552671"), (.phone, "Tel. 415.555.2671"), (.phone, "phone=020 7946 0958"),
        (.phone, "Tel: 030 1234567"), (.phone, "fax 0049 30 1234567"), (.phone, "+20 10 1234 5678"),
        (.slackToken, "xapp-" + "1-A0123456789-1234567890123-0123456789abcdef0123456789abcdef"),
        (.urlCredentials, "redis://:s3cret@cache:6379/0"),
        (.privateKey, #"{"k":"-----BEGIN RSA PRIVATE KEY-----\nMIIE"}"#),
        (.privateKey, "-----BEGIN PGP PRIVATE KEY BLOCK-----"),
        (.urlCredentials, "postgres://app:s3cret@db:5432/x"), (.urlCredentials, #"https:\/\/u:p%40ss@h.example.org"#),
    ]

    @Test(arguments: hits) func isFoundOnceAndNothingElse(kind: PIIKind, text: String) {
        #expect(findings(in: text) == [kind: 1], "\(text)")
        #expect(findings(in: "{\"time\":\"2024-03-01T10:05:03.123Z\",\"m\":\"\(text)\"}")[kind] == 1, "\(text)")
    }

    static let misses = [
        "550e8400-e29b-41d4-a716-446655440000", "da39a3ee5e6b4b0d3255bfef95601890afd80709", "1700000000",
        "1700000000123",
        "1700000000123456", "1700000000123456789", "2024-03-01T10:05:03.123456Z", "10:05:03:44", "v1.2.3.4",
        #"{"version":"1.2.3.4"}"#, "version 1.2.3.4", "Chrome/114.0.0.0", "nginx-1.2.3.4", "1.2.3.4.5", "1.2.3.4-rc1",
        "256.1.1.1", "01.2.3.4", "127.0.0.1", "0.0.0.0", "::1", "::", "std::abc::de", "a::b1", "ff02::fb1",
        "169.254.169.254",
        "00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "00:1a:2b:3c:4d", "00:1a:2b:3c:4d:5e:6f", "4111111111111112",
        "x4111111111111111", "4111111111111111x", "0.4111111111111111", "4111111111111111.5",
        "order_id=4111111111111111",
        "a-4111111111111111", "4111_4111111111111111", "4111 1111 1111 1111 1111 1111", "DE89370400440532013001",
        "ZZ89370400440532013000", "000-12-3456", "666-12-3456", "900-12-3456", "078-05-11200", "1078-05-1120",
        "078051120",
        "RSSMRA85T10A562T", "ssn=078051121x", "order=078051120 ssn=x", #"{"ssn":"","order":"078051120"}"#, "12345678A",
        "9434765919", "415 555 2671", "00743110157", "52998224725", "529.982.247-26", "AKIAIOSFODNN7EXAMPL",
        "XAKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "secret_sha1=da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0", "eyJoZWxsbyI6IndvcmxkIn0.eyJzdWIiOiIxIn0.c2ln",
        "ghp_" + "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq18", "-----BEGIN CERTIFICATE-----", "-----BEGIN PUBLIC KEY-----",
        "postgres://app:***@db/x", "postgres://app:${PASSWORD}@db/x", "https://example.org:8080/a@b",
        "ssh://git@host.org/r",
        "+20260301120000", "+20260301", "ts +1732412345", "x@example.com.png", "icon@host.svg", "/a@b.min.js",
        "redis://:@cache:6379", "%40media", "2026-03-02T08:00:00+0100", "line 415.555.2671 of 9",
        "git@github.com:o/r.git", "logo@2x.png", "left-pad@1.3.0-beta.rc", "@handle", "a@b", "+0000", "1e+10000000000",
    ]

    @Test(arguments: misses) func isNoFinding(text: String) {
        #expect(findings(in: text).isEmpty, "\(text)")
        #expect(findings(in: " " + text + " ").isEmpty, "\(text)")
    }

    /// Records are whole wherever the input is cut, and words are found wherever they stand in a block of 64 bytes.
    @Test(arguments: UInt64(1)...20) func cutsAndPaddingMakeNoDifference(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let lines = Self.hits.shuffled(using: &random).map { _, text in
            String(repeating: " ", count: Int.random(in: 0...130, using: &random)) + text
        }
        let bytes = Array(lines.joined(separator: "\n").utf8)
        let options = MeterOptions(format: .lines)
        let whole = try meter(bytes, options).profile
        let cut = try meter(bytes, options) { Int.random(in: 1...50, using: &random) }.profile
        #expect(whole == cut && whole.pii.total == Self.hits.count, "seed \(seed)")
        for kind in PIIKind.allCases {
            #expect(whole.pii[kind] == Self.hits.count { $0.0 == kind }, "\(kind), seed \(seed)")
        }
        #expect(try TrafficProfile(decoding: whole.encoded()) == whole)
    }

    @Test(arguments: UInt64(1)...100) func noBytesTrap(seed: UInt64) {
        var random = SplitMix64(state: seed)
        let pieces = Self.hits.map { Array($0.1.utf8) }
        let alphabet = Array("0123456789aAfFeZ:.-_@/\\+ \"%n".utf8)
        for _ in 0..<200 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 0...12, using: &random) {
                let piece = pieces[Int.random(in: 0..<pieces.count, using: &random)]
                switch Int.random(in: 0...3, using: &random) {
                case 0: bytes += piece.prefix(Int.random(in: 0...piece.count, using: &random))
                case 1: bytes += piece.suffix(Int.random(in: 0...piece.count, using: &random))
                case 2: bytes += (0..<20).map { _ in alphabet.randomElement(using: &random) ?? 0 }
                default: bytes += (0..<20).map { _ in UInt8.random(in: 0...255, using: &random) }
                }
            }
            var scanner = PIIScanner()
            var (counts, plain, samples) = (PIICounts(), PIICounts(), PIISamples())
            bytes.withUnsafeBufferPointer {
                scanner.scan($0, into: &counts, samples: &samples)
                scanner.scan($0, into: &plain)
            }
            #expect(counts == plain && counts.isEmpty == samples.isEmpty, "seed \(seed)")
        }
    }

    @Test func samplesShowLittle() throws {
        let text = Self.hits.map(\.1).joined(separator: "\n")
        let samples = try meter(text, MeterOptions(format: .lines)).piiSamples
        #expect(
            samples[.paymentCard].count == PIISamples.limit && samples[.paymentCard].allSatisfy { $0.contains("*") })
        #expect(samples[.gitHubToken] == ["ghp_***"] && samples[.jwt] == ["eyJ***"])
        #expect(try meter("jane@example.org", MeterOptions(format: .lines)).piiSamples[.email] == ["j***@e***.org"])
        #expect(
            try meter("4111-1111-1111-1111", MeterOptions(format: .lines)).piiSamples[.paymentCard] == [
                "****-****-****-1111"
            ])
        #expect(try meter("203.0.113.9", MeterOptions(format: .lines)).piiSamples[.ipv4] == ["203.*.*.*"])
        for kind in PIIKind.allCases {
            for sample in samples[kind] { #expect(!Self.hits.contains { $0.1.contains(sample) }, "\(sample)") }
        }
    }

    @Test(arguments: UInt64(1)...20) func samplesMergeInAnyOrder(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let texts = (0..<60).map { _ in
            "198.51.\(Int.random(in: 0...255, using: &random)).7 u\(Int.random(in: 0...99, using: &random))@\(Int.random(in: 1...9, using: &random))x.example.org"
        }
        let options = MeterOptions(format: .lines)
        let whole = try meter(texts.joined(separator: "\n"), options)
        let merged = try texts.shuffled(using: &random).reduce(into: TrafficProfile()) {
            $0.merge(try meter($1, options))
        }
        #expect(whole.piiSamples == merged.piiSamples, "seed \(seed)")
    }

    /// Version 1 of the binary form lacks the samples and the times of arrival at its end, version 2 the latter.
    @Test func theFirstVersionsAreStillRead() throws {
        let profile = try meter("{\"time\":1630490400}", MeterOptions(format: .ndjson))
        var bytes = profile.encoded()
        #expect(bytes[4] == 3 && bytes.suffix(2) == [0, 0])
        for version in [UInt8(2), 1] {
            bytes.removeLast()
            bytes[4] = version
            bytes[5] -= 1
            let sum = bytes[17...].withUnsafeBufferPointer {
                UInt32(truncatingIfNeeded: crc32_z(0, $0.baseAddress, $0.count))
            }
            for index in 0..<4 { bytes[13 + index] = UInt8(truncatingIfNeeded: sum >> UInt32(8 * index)) }
            #expect(try TrafficProfile(decoding: bytes) == profile)
        }
        bytes[4] = 4
        #expect(throws: ProfileError.self) { try TrafficProfile(decoding: bytes) }
    }

    @Test func timesOfArrivalAreKeptApart() throws {
        var profile = try meter("{\"time\":1630490400}\n{\"n\":1}\n{\"n\":2}", MeterOptions(format: .ndjson))
        profile.date(untimedTo: 1630490400 / 60)
        let later = try meter("{\"n\":3}", MeterOptions(format: .ndjson))
        var other = later
        other.date(untimedTo: 1630490400 / 60 + 9)
        profile.merge(other)
        #expect(profile.minutes.map(\.traffic.events) == [3, 1])
        #expect(profile.ownTimes.map(\.events) == [1] && profile.ownTimes.map(\.minute) == [1630490400 / 60])
        #expect(try TrafficProfile(decoding: profile.encoded()) == profile)
    }
}
