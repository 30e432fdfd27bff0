import Foundation

extension ServerSettings {
    /// What a file of `NAME=value` lines says.
    /// - Parameter file: Its name, for errors.
    /// - Throws: ``Problem``, with the line, for what is no such line, names no setting or names one again.
    public static func values(of text: String, file: String) throws -> [String: String] {
        let names = Set(entries.flatMap { $0.isSecret ? [$0.name, $0.name + "_FILE"] : [$0.name] })
        var found: [String: (value: String, line: Int)] = [:]
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = line.trimmingCharacters(in: .whitespaces)
            guard !line.isEmpty, !line.hasPrefix("#") else { continue }
            let place = "\(file):\(index + 1)"
            guard let end = line.firstIndex(of: "="), end > line.startIndex else {
                throw Problem(name: place, need: "NAME=value")  // the line may hold a secret
            }
            let written = line[..<end].trimmingCharacters(in: .whitespaces)
            let name = written.uppercased()
            guard names.contains(name) else {
                // It may be a secret's second line.
                let shown = written.wholeMatch(of: /[A-Z][A-Z0-9_]{0,39}/) == nil ? place : "\(place): \(name)"
                throw Problem(name: shown, need: "a setting that 'mockupaws config' lists")
            }
            if let former = found[name] {
                throw Problem(name: "\(place): \(name)", need: "one value, found another in line \(former.line)")
            }
            found[name] = (line[line.index(after: end)...].trimmingCharacters(in: .whitespaces), index + 1)
        }
        return found.mapValues(\.value)
    }
}
