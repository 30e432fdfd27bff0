import Foundation
import Testing

@testable import HTTPAPI

@Suite struct JSONTests {
    @Test(arguments: [
        "{\"a\":[1,-2.5e+3,true,false,null,\"x\"],\"b\":{}}", "[]", "\"\\u00e9\\n\\ud83d\\ude80\"", " 0 ",
        "\"\u{2028}\"",
    ])
    func readsWhatFoundationReads(text: String) throws {
        let json = try JSONParser.parse(Array(text.utf8))
        var writer = JSONWriter()
        writer.value(json)
        let ours = try JSONSerialization.jsonObject(with: Data(writer.bytes), options: .fragmentsAllowed) as? NSObject
        let theirs = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed) as? NSObject
        #expect(ours == theirs)
    }

    @Test(arguments: [
        ("", 0), ("{\"a\":1,\"a\":2}", 10), ("[1,]", 3), ("01", 1), ("+1", 0), ("\"\u{1}\"", 1), ("\"\\ud800\"", 7),
        ("nul", 0), ("[1", 2), ("{\"a\" 1}", 5), ("\"\\x\"", 3), ("1 2", 2), ("\"abc", 4), ("{1:2}", 1), (".5", 0),
        ("1.", 2), ("-", 1), (String(repeating: "[", count: 65), 64),
    ])
    func refusesWhatIsNotJSON(text: String, offset: Int) {
        do throws(JSONProblem) {
            _ = try JSONParser.parse(Array(text.utf8))
            Issue.record("\(text) was read")
        } catch {
            #expect(error.offset == offset, "\(error.detail)")
        }
    }

    @Test func refusesWhatIsNotUTF8() {
        #expect(throws: JSONProblem.self) { try JSONParser.parse([0x22, 0xff, 0x22]) }
    }

    @Test(arguments: ["2026-11-24T03:15:07Z", "2026-11-24T03:15:07.250000Z", "1969-12-31T23:59:59.500000Z"])
    func timesComeBack(text: String) throws {
        #expect(try #require(Date(rfc3339: text)).rfc3339 == text)
    }
}
