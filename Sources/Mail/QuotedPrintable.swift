/// RFC 2045 §6.7: lines of at most 76 letters of ASCII, ended by CRLF.
enum QuotedPrintable {
    /// - Parameter text: Lines may end in LF, CR or CRLF.
    static func encode(_ text: String) -> [UInt8] {
        var output: [UInt8] = []
        for (number, line) in lines(of: text).enumerated() {
            if number > 0 { output += "\r\n".utf8 }
            append(line, to: &output)
        }
        return output
    }

    private static func append(_ line: ArraySlice<UInt8>, to output: inout [UInt8]) {
        var width = 0
        for (index, byte) in zip(line.indices, line) {
            let isLast = index == line.endIndex - 1
            let token = token(byte, isLast: isLast)
            if width + token.count > (isLast ? 76 : 75) {  // the 76th letter may be the "=" of a soft break
                output += "=\r\n".utf8
                width = 0
            }
            output += token
            width += token.count
        }
    }

    /// Space and tab stand for themselves, but not at the end of a line, where they would be lost on the way.
    private static func token(_ byte: UInt8, isLast: Bool) -> [UInt8] {
        switch byte {
        case UInt8(ascii: "="): hexadecimal(byte)
        case 0x21...0x7e: [byte]
        case 0x20, 0x09: isLast ? hexadecimal(byte) : [byte]
        default: hexadecimal(byte)
        }
    }

    private static func hexadecimal(_ byte: UInt8) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return [UInt8(ascii: "="), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }

    private static func lines(of text: String) -> [ArraySlice<UInt8>] {
        let bytes = Array(text.utf8)
        var (lines, start, index): ([ArraySlice<UInt8>], Int, Int) = ([], 0, 0)
        while index < bytes.count {
            let isCR = bytes[index] == UInt8(ascii: "\r")
            guard isCR || bytes[index] == UInt8(ascii: "\n") else {
                index += 1
                continue
            }
            lines.append(bytes[start..<index])
            index += isCR && index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "\n") ? 2 : 1
            start = index
        }
        return lines + [bytes[start...]]
    }
}
