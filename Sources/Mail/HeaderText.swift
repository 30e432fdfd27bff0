import Foundation

/// Text in headers.
enum HeaderText {
    /// - Throws: ``MailError/controlCharacter(field:)`` for what could end a header, or look as if it did.
    static func check(_ text: String, field: String) throws(MailError) {
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: throw .controlCharacter(field: field)
            default: break
            }
        }
    }

    /// Whether a text cannot stand in a header as it is: beyond ASCII, too long for a line, or easily misread.
    static func mustBeEncoded(_ text: String) -> Bool {
        !text.utf8.allSatisfy { (0x20...0x7e).contains($0) } || text.utf8.count > 60 || text.contains("=?")
            || text.hasPrefix(" ") || text.hasSuffix(" ")
    }

    /// Encoded words (RFC 2047), each on its line. A line of them has at most 76 characters, so a word has 39 bytes of
    /// text, with room for the header's name; no character is cut.
    static func encoded(_ text: String) -> String {
        var words: [[UInt8]] = [[]]
        for scalar in text.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            if words[words.count - 1].count + bytes.count > 39 { words.append([]) }
            words[words.count - 1] += bytes
        }
        return words.map { "=?utf-8?B?\(Data($0).base64EncodedString())?=" }.joined(separator: "\r\n ")
    }
}
