import HTTPTypes

/// RFC 8288 links to the pages around one.
struct PageLinks {
    let header: String

    /// - Parameters:
    ///   - target: The request's path and query.
    ///   - names: Of the parameters that are kept. Others may be secrets that do not belong there.
    init(_ target: String, keeping names: [String], page: Int, size: Int, of total: Int) {
        let last = max(1, (total + size - 1) / size)
        var pages = [("first", 1), ("last", last)]
        if page > 1 { pages.append(("prev", min(page - 1, last))) }
        if page < last { pages.append(("next", page + 1)) }
        let (path, query) = target.split(separator: "?", maxSplits: 1).pair
        let others = query.split(separator: "&").filter { parameter in
            let name = parameter.prefix { $0 != "=" }
            return name != "page" && names.contains(String(name)) && !parameter.contains(">")
        }
        header = pages.map { name, page in
            "<\(path)?\((["page=\(page)"] + others).joined(separator: "&"))>; rel=\"\(name)\""
        }.joined(separator: ", ")
    }
}

extension [Substring] {
    fileprivate var pair: (Substring, Substring) { (first ?? "", count > 1 ? self[1] : "") }
}

extension HTTPField.Name {
    static let link = Self("Link")!
}
