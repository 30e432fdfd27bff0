/// Columns of text for a terminal or a Markdown page.
public struct TextTable {
    public enum Alignment: Sendable { case left, right }

    var headings: [String]
    var alignments: [Alignment]
    public var rows: [[String]] = []

    public init(_ columns: [(String, Alignment)]) { (headings, alignments) = (columns.map(\.0), columns.map(\.1)) }

    /// Cells as they can be shown: what would steer a terminal, or break the line, is written as an escape.
    private var shown: [[String]] { ([headings] + rows).map { $0.map(\.printable) } }

    /// Aligned with spaces, two between columns. An empty row is a blank line.
    public func plain() -> String {
        let lines = shown
        let widths = headings.indices.map { column in
            lines.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        func line(_ cells: [String]) -> String {
            var text = ""
            for (column, cell) in cells.enumerated() {
                let padding = String(repeating: " ", count: max(0, widths[column] - cell.count))
                text += (column == 0 ? "" : "  ") + (alignments[column] == .left ? cell + padding : padding + cell)
            }
            while text.last == " " { text.removeLast() }
            return text
        }
        let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "──")
        return ([line(lines[0]), rule] + lines.dropFirst().map(line)).joined(separator: "\n") + "\n"
    }

    func markdown() -> String {
        let lines = shown
        func line(_ cells: [String]) -> String {
            "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
        }
        let rule = alignments.map { $0 == .left ? "---" : "---:" }
        return ([line(lines[0]), line(rule)] + lines.dropFirst().map(line)).joined(separator: "\n") + "\n"
    }

    /// RFC 4180.
    func csv() -> String {
        func field(_ text: String) -> String {
            let special: (Character) -> Bool = { $0 == "," || $0 == "\"" || $0.isNewline }
            return text.contains(where: special) ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
        }
        return ([headings] + rows).map { $0.map(field).joined(separator: ",") }.joined(separator: "\r\n") + "\r\n"
    }
}

extension String {
    /// What would steer a terminal or break the line, as `\u{1B}`.
    public var printable: String {
        guard unicodeScalars.contains(where: \.isControl) else { return self }
        return unicodeScalars.map { $0.isControl ? $0.escaped(asASCII: true) : String($0) }.joined()
    }
}

extension Unicode.Scalar {
    fileprivate var isControl: Bool { properties.generalCategory == .control || properties.generalCategory == .format }
}
