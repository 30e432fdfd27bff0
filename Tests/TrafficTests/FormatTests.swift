import Testing
import Traffic

@Suite struct FormatTests {
    @Test(arguments: Samples.all.indices) func everyFormatIsDetectedAndReadWhole(index: Int) throws {
        let sample = Samples.all[index]
        let (profile, format) = try meter(Array(sample.text.utf8))
        #expect(format == sample.format)
        #expect(profile.accounting.metered == sample.events)
        #expect(profile.accounting.context == sample.context)
        #expect(profile.accounting.rejected == 0, "\(profile.accounting.samples)")
        #expect(profile.totals.events == sample.events)
    }

    @Test func accessLogsGiveResponsesAndOffsets() throws {
        let profile = try meter(Samples.apache)
        #expect(profile.totals.responseBytes == 203_035)
        #expect(profile.responses.map(\.sizeKiB) == [0, 1, 199])
        #expect(profile.statuses.success == 1 && profile.statuses.redirection == 1 && profile.statuses.serverError == 1)
        #expect(profile.minutes.map(\.traffic.events) == [2, 1])
        #expect(profile.firstMinute == 1_431_857_103 / 60)
        #expect(profile.observedMinutes == 2)
    }

    @Test func payloadMayBeTheRequestOrTheResponse() throws {
        #expect(try meter(Samples.alb, MeterOptions(payload: .request)).totals.bytes == 274)
        #expect(try meter(Samples.alb, MeterOptions(payload: .response)).totals.bytes == 423)
        let unknown = try meter(Samples.apache, MeterOptions(payload: .request)).accounting
        #expect(unknown.rejected(.missingSize) == 3)
    }

    @Test func reportLinesAreRealInvocations() throws {
        let lambda = try meter(Samples.lambda).lambda
        #expect(lambda.invocations == 2)
        let small = try #require(lambda.groups[128])
        #expect(small.billedMilliseconds == 13 && small.durationMicroseconds == 12_340)
        #expect(small.initMicroseconds == 151_360 && small.coldStarts == 1 && small.maxMemoryUsedMB == 18)
        #expect(lambda.groups[512]?.billedDurations.map(\.milliseconds) == [101])
    }

    @Test func tokensAreCountedOncePerDialect() throws {
        let tokens = try meter(Samples.ndjson).totals.tokens
        #expect(tokens == TokenCounts(input: 16, output: 4, cacheRead: 7))
        let bedrock = #"{"input":{"inputTokenCount":5},"output":{"outputTokenCount":2,"usage":{"input_tokens":5}}}"#
        #expect(try meter(bedrock).totals.tokens == TokenCounts(input: 5, output: 2))
    }

    @Test func subscriptionMessagesAreUnescaped() throws {
        let profile = try meter(Samples.subscription)
        #expect(profile.totals.bytes == 5 + 21)
        #expect(profile.totals.tokens.input == 7)
        #expect(profile.sources["/app"]?.events == 2)
    }

    @Test func sizesAreWhatAShipperSends() throws {
        let text = "\u{feff}{\"a\":1}\r\n\r\n{\"a\":\u{0}\"\"}\n{\"a\":22}"
        let profile = try meter(text, MeterOptions(format: .ndjson))
        #expect(profile.totals.bytes == 7 + 8)
        #expect(profile.accounting.blank == 1 && profile.accounting.rejected == 1)
        let sized = try meter("{\"n\":{\"size\":5}}\n{}\n", MeterOptions(format: .ndjson, sizeField: "n.size"))
        #expect(sized.totals.bytes == 5 && sized.accounting.rejected(.missingSize) == 1)
    }

    @Test func anArrayWithoutItsEndSaysSo() throws {
        let cut = try meter("[{\"a\":1},{\"a\":2},", MeterOptions(format: .json)).accounting
        #expect(cut.metered == 2 && cut.rejected(.incomplete) == 1)
        #expect(try meter("[{\"a\":1},{\"a\":2}]", MeterOptions(format: .json)).accounting.rejected == 0)
    }

    @Test(arguments: [
        ("[{\"a\":1} {\"a\":2}]", 1, 1), ("[{\"a\":1},,{\"a\":2}]", 2, 1), ("[,{\"a\":1}]", 1, 1),
        ("[{\"a\":1},]", 1, 1),
        ("[{\"a\":1},\n{\"a\":2 {\"a\":3},{\"a\":4}]", 3, 1), ("[[1],[2] [3]]", 2, 1), ("[1 2,3]", 2, 1),
        ("{\"a\":1}{\"a\":2}\n{\"a\":3}", 3, 0), ("[{\"a\":1}]\n[{\"a\":2}]", 2, 0), ("[]", 0, 0), ("[{\"a\":1}", 1, 1),
        ("{\"a\":1},\n{\"a\":2},\n", 2, 0), ("{\"a\":1},,{\"a\":2}", 2, 1),
    ])
    func commasSeparateElements(text: String, metered: Int, rejected: Int) throws {
        let accounting = try meter(text, MeterOptions(format: .json)).accounting
        #expect(accounting.metered == metered && accounting.rejected == rejected, "\(accounting.samples)")
    }

    @Test(arguments: LogFormat.allCases) func anotherFormatIsNotReadInSilence(format: LogFormat) throws {
        guard ![.auto, .lines, .csv].contains(format) else { return }
        let text = "Dear all,\nthis is no log.\nYours, Ada\n"
        let accounting = try meter(text, MeterOptions(format: format)).accounting
        #expect(accounting.rejected > 0 && accounting.metered == 0 && accounting.context == 0)
        #expect(!accounting.samples.isEmpty)
    }

    @Test func aLambdaLogWithoutReportsIsRejected() throws {
        let starts = Samples.lambda.split(separator: "\n").prefix(2).joined(separator: "\n")
        let accounting = try meter(starts).accounting
        #expect(accounting.rejected(.malformed) == 2 && accounting.context == 0)
        #expect(accounting.samples.map(\.line) == [1, 2])
    }

    @Test(arguments: [[0xff, 0xfe, 0x7b, 0], [0xfe, 0xff, 0, 0x7b]] as [[UInt8]])
    func otherEncodingsAreNotMeteredAsLines(bytes: [UInt8]) {
        #expect(throws: MeterError.notUTF8("UTF-16")) { try meter(bytes) }
    }

    @Test func excerptsAndSourcesShowNobody() throws {
        let rejected = try meter("{\"user\":\"Ada Lovelace\", password=hunter2", MeterOptions(format: .ndjson))
        #expect(rejected.accounting.samples.map(\.excerpt) == ["{\"user\":\"*** ***\", password=***"])
        let short = try meter("pin: 4711 pw=abc secret=c2VjcmV0= x=a1b {\"k\":\"Li\"", MeterOptions(format: .ndjson))
        #expect(short.accounting.samples.map(\.excerpt) == ["***: 0000 pw=*** secret=***= x=*** {\"k\":\"Li\""])
        let text = "{\"host\":\"ada@example.org\"}\n{\"host\":\"web-1\"}\n{\"host\":\"10.0.0.7\"}"
        let names = try meter(text, MeterOptions(format: .ndjson)).sources.named.map(\.name)
        #expect(Set(names) == ["a***@e***.org", "web-1", "10.0.0.7"])
        let alike = try meter(
            "{\"host\":\"ada@example.org\"}\n{\"host\":\"abe@evil.org\"}", MeterOptions(format: .ndjson)
        ).sources
        #expect(alike.named.map(\.name) == ["a***@e***.org"] && alike.named.first?.counts.events == 2)
    }

    @Test func linesBeyondTheLimitAreRejected() throws {
        let text = "short\n" + String(repeating: "x", count: 101) + "\nshort\n"
        let accounting = try meter(text, MeterOptions(format: .lines, maxLineBytes: 100)).accounting
        #expect(accounting.metered == 2 && accounting.rejected(.tooLong) == 1)
        #expect(accounting.samples.first?.line == 2)
    }

    @Test(arguments: [
        ("{\"a\":1", false), ("{\"a\" 1}", false), ("{\"a\":01}", false), ("{\"a\":tru}", false), ("{\"a\":1}}", false),
        ("{\"a\":[1,]}", false), ("{,}", false), ("{\"a\":\"\\\"}", false), ("{\"a\":[]}", true),
        ("{\"a\":-1.5e+3}", true),
        ("{ \"a\" : { } , \"b\" : [ null , true ] }", true), ("[1]", false), ("{}", true),
    ])
    func brokenJSONIsRejected(line: String, isValid: Bool) throws {
        #expect(try meter(line, MeterOptions(format: .ndjson)).accounting.metered == (isValid ? 1 : 0))
    }

    @Test(arguments: [
        "2015-05-17T10:05:03.123456Z", "2015-05-17 10:05:03", "2015-05-17T12:05:03+02:00", "2015-05-17T05:35-0430",
        "1431857103", "1431857103000", "1431857103000000", "1431857103000000000", "1431857103.25", "20150517T100503Z",
        "17/May/2015:10:05:03 +0000", "Sun, 17 May 2015 10:05:03 GMT", "Sun May 17 10:05:03 2015",
        "2015/05/17 10:05:03",
    ])
    func timestampsOfManyNotations(value: String) throws {
        #expect(try meter("{\"time\":\"\(value)\"}").firstMinute == 1_431_857_103 / 60)
    }

    @Test func aDateThatDoesNotExistIsUntimed() throws {
        let profile = try meter("{\"time\":\"2015-02-29T10:05:03Z\"}\n{\"time\":\"soon\"}\n")
        #expect(profile.untimed.events == 2 && profile.minutes.isEmpty)
    }

    @Test func aYearTimesOldSyslog() throws {
        let line = "Jun 14 15:16:01 combo sshd(pam_unix)[19939]: authentication failure\n"
        #expect(try meter(line).untimed.events == 1)
        #expect(try meter(line, MeterOptions(year: 2005)).firstMinute == 1_118_762_161 / 60)
    }

    @Test func findingsAndTextAreCounted() throws {
        let text = "mail ada@example.org and bob.b@mail.example.co.uk, not @x or a@b\nZürich 日本 😀 42\n"
        let profile = try meter(text, MeterOptions(format: .lines, textCounts: true))
        #expect(profile.pii[.email] == 2 && profile.totals.piiFindings == 2)
        #expect(profile.text.twoByteScalars == 1 && profile.text.threeByteScalars == 2)
        #expect(profile.text.fourByteScalars == 1 && profile.text.digits == 2)
    }
}
