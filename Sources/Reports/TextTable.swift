/// Columns of text for a terminal or a Markdown page.
struct TextTable {
    enum Alignment { case left, right }

    var headings: [String]
    var alignments: [Alignment]
    var rows: [[String]] = []

    init(_ columns: [(String, Alignment)]) { (headings, alignments) = (columns.map(\.0), columns.map(\.1)) }

    /// Aligned with spaces, two between columns. An empty row is a blank line.
    func plain() -> String {
        let widths = headings.indices.map { column in
            ([headings] + rows).map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
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
        return ([line(headings), rule] + rows.map(line)).joined(separator: "\n") + "\n"
    }

    func markdown() -> String {
        func line(_ cells: [String]) -> String {
            "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
        }
        let rule = alignments.map { $0 == .left ? "---" : "---:" }
        return ([line(headings), line(rule)] + rows.map(line)).joined(separator: "\n") + "\n"
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
