extension PriceStore {
    /// Imports one price list, or follows an index that lies in a mirror of AWS's tree (`…/offers/v1.0/aws/…`).
    ///
    /// An interrupted import of a file leaves nothing and starts over: reading costs little against writing.
    ///
    /// - Parameters:
    ///   - importedAt: RFC 3339, for the manifest.
    ///   - progress: Called on this thread.
    /// - Throws: ``PriceStoreError``; the catalogue is then what it was.
    @discardableResult
    public func importFile(
        _ path: String, importedAt: String, filter: ImportFilter = ImportFilter(),
        progress: @escaping (ImportProgress) -> Void = { _ in }
    ) throws -> ImportReport {
        let session = try ImportSession(store: directory, importedAt: importedAt, progress: progress)
        switch try Self.read(path, session) {
        case .staged: try commit(session)
        case .index(let index):
            guard let mirror = Mirror(of: path) else { throw PriceStoreError.indexWithoutHost(source: path) }
            return try follow(index, mirror, filter, importedAt, source: path, progress)
        }
        return session.report
    }

    static func read(
        _ path: String, as source: String? = nil, _ session: ImportSession
    ) throws -> ImportSession.Outcome {
        let kind = Directory.kind(path)
        guard kind == nil || kind == .file else {
            throw PriceStoreError.io(path: path, operation: "open", reason: "not a file")
        }
        let file = try File(path, .read)
        // Small enough to stay in the cache from the kernel to the parser.
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 128 << 10, alignment: 64)
        defer { buffer.deallocate() }
        let size = try file.size
        return try session.read(source ?? path, pathHint: source ?? path, bytesTotal: { size }) { take in
            while case let count = try file.read(into: buffer), count > 0 {
                try take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            }
        }
    }

    /// Imports every price list below a directory, in one commit. Files that are none are reported, not fatal; of two files
    /// with the same offer and region the newer version is taken, of two with the same version the first by path.
    ///
    /// - Throws: ``PriceStoreError`` `.nothingToImport`, `.io`.
    @discardableResult
    public func importDirectory(
        _ path: String, importedAt: String, progress: @escaping (ImportProgress) -> Void = { _ in }
    ) throws -> ImportReport {
        let session = try ImportSession(store: directory, importedAt: importedAt, progress: progress)
        for file in Self.files(below: path) {
            do {
                if case .index = try Self.read(file, session) {
                    session.report.skipped.append(
                        .init(source: file, reason: "an index; the lists beside it are read anyway"))
                }
            } catch let error as PriceStoreError {
                // A failure of the store's own disk is not this file's.
                if case .io(let failed, _, _) = error, failed != file { throw error }
                session.report.skipped.append(.init(source: file, reason: "\(error)"))
            }
        }
        guard !session.staged.isEmpty else {
            throw PriceStoreError.nothingToImport(source: path, reason: "no price list below it")
        }
        try commit(session)
        return session.report
    }

    private static func files(below path: String) -> [String] {
        Directory.names(path).flatMap { name -> [String] in
            let inner = path + "/" + name
            switch Directory.kind(inner, followingLinks: false) {
            case .directory: return files(below: inner)
            case .file: return [inner]
            default: return []
            }
        }
    }
}

/// Where AWS's host-relative links lead: a folder or a URL that stands for the host.
struct Mirror: Hashable {
    var root: String

    /// The part of a path or URL before `/offers/v1.0/` or `/savingsPlan/v1.0/`; of any other URL, its scheme and host.
    init?(of location: String) {
        for mark in ["/offers/v1.0/", "/savingsPlan/v1.0/"] {
            if let range = location.firstRange(of: mark) {
                root = String(location[..<range.lowerBound])
                return
            }
        }
        guard let scheme = location.firstRange(of: "://") else { return nil }
        root = String(location[..<(location[scheme.upperBound...].firstIndex(of: "/") ?? location.endIndex)])
    }

    var isRemote: Bool { root.contains("://") }

    /// - Returns: The link's place; in a folder that holds only the CSV beside a JSON link, the CSV.
    func location(_ link: String) -> String {
        if link.contains("://") { return link }
        let place = root + (link.hasPrefix("/") ? "" : "/") + link
        if isRemote || Directory.kind(place) != nil || !place.hasSuffix(".json") { return place }
        let csv = place.dropLast(5) + ".csv"
        return Directory.kind(String(csv)) == nil ? place : String(csv)
    }
}
