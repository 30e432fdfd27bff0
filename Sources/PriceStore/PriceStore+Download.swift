extension PriceStore {
    /// Imports what a URL leads to: a price list, or an index and the lists behind it. Parsed while it arrives; a broken connection is taken
    /// up where it broke, in this call or, after the process ended, in the next one.
    ///
    /// - Parameter url: `https`, `http` or `file`.
    /// - Throws: ``PriceStoreError``, `.download` for the network's part; the catalogue is then what it was.
    @discardableResult
    public func importURL(
        _ url: String, importedAt: String, filter: ImportFilter = ImportFilter(),
        progress: @escaping (ImportProgress) -> Void = { _ in }
    ) throws -> ImportReport {
        if url.hasPrefix("file://") {
            let path = String(url.dropFirst(7))
            return try importFile(path, importedAt: importedAt, filter: filter, progress: progress)
        }
        guard url.hasPrefix("https://") || url.hasPrefix("http://") else {
            throw PriceStoreError.download(url: url, reason: "neither https, http nor file")
        }
        let session = try ImportSession(store: directory, importedAt: importedAt, progress: progress)
        if case .index(let index) = try download(url, session) {
            guard let mirror = Mirror(of: url) else { throw PriceStoreError.indexWithoutHost(source: url) }
            return try follow(index, mirror, filter, importedAt, source: url, progress)
        }
        try commit(session)
        return session.report
    }

    /// A server that changes the file while it is read gets three chances.
    func download(_ url: String, _ session: ImportSession) throws -> ImportSession.Outcome {
        for _ in 0..<3 {
            let download = try Download(url: url, directory: directory)
            do {
                let outcome = try session.read(url, pathHint: url, bytesTotal: { download.bytesTotal }) { take in
                    try download.run(take)
                }
                download.discard()
                return outcome
            } catch is Download.StartOver {
                continue
            } catch let error as PriceStoreError {
                switch error {
                case .malformed, .notAnOffer: download.discard()  // the same bytes again would fail again
                default: break
                }
                throw error
            }
        }
        throw PriceStoreError.download(url: url, reason: "the file changes faster than it can be read")
    }
}
