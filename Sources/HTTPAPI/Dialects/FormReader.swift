import Foundation
import Traffic

/// `application/x-www-form-urlencoded`: one event, whose fields are the form's.
struct FormReader: EnvelopeReader {
    private var body: [UInt8] = []

    /// Whether bytes are a form: names and values without any space or bracket, as those are escaped.
    static func isForm(_ bytes: some Collection<UInt8>) -> Bool {
        bytes.contains(UInt8(ascii: "="))
            && bytes.allSatisfy { $0 > 0x20 && $0 < 0x7f && !#"{}[]"<>"#.utf8.contains($0) }
    }

    mutating func consume(_ bytes: UnsafeRawBufferPointer, into batch: inout EventBatch) {
        body.append(contentsOf: bytes)
    }

    func finish(into batch: inout EventBatch) throws {
        let members = String(decoding: body, as: UTF8.self).split(separator: "&").map { field in
            let sides = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(Self.decoded)
            return JSON.Member(name: sides[0], value: .string(sides.count == 2 ? sides[1] : ""))
        }
        guard !members.isEmpty else { throw EnvelopeProblem(detail: "The form has no field.") }
        batch.add(JSON.object(members).compact, as: .object)
    }

    private static func decoded(_ text: Substring) -> String {
        let spaced = text.replacing("+", with: " ")
        return spaced.removingPercentEncoding ?? String(spaced)
    }
}
