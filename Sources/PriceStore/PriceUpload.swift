internal import Synchronization

/// A price list that comes piece by piece. It lies in a directory of the store until it is imported or given up; what a
/// crash leaves of it, the next import removes, and ``PriceStore/removeDeadImports()``.
public final class PriceUpload: Sendable {
    private let store: PriceStore
    private let parts: Mutex<Parts>

    private struct Parts: ~Copyable {
        let session: ImportSession
        let file: File
    }

    /// - Parameter importedAt: RFC 3339, for the manifest.
    /// - Throws: ``PriceStoreError`` `.io`.
    public init(to store: PriceStore, importedAt: String) throws {
        self.store = store
        let session = try ImportSession(store: store.directory, importedAt: importedAt, progress: { _ in })
        let file = try File(session.directory + "/upload", .truncate)
        parts = Mutex(Parts(session: session, file: file))
    }

    /// - Throws: ``PriceStoreError`` `.io`.
    public func take(_ bytes: [UInt8]) throws {
        try parts.withLock { parts in try bytes.withUnsafeBytes { try parts.file.write($0) } }
    }

    /// Imports what was taken. It follows no index.
    ///
    /// - Parameter source: What the manifest and errors call it; an AWS path names the region.
    /// - Throws: ``PriceStoreError``; the catalogue is then what it was.
    public func finish(as source: String) throws -> ImportReport {
        try parts.withLock { parts in
            guard case .staged = try PriceStore.read(parts.file.path, as: source, parts.session) else {
                throw PriceStoreError.notAnOffer(source: source, reason: "an index; import the lists that it names")
            }
            try store.commit(parts.session)
            return parts.session.report
        }
    }
}

extension PriceStore {
    /// Removes what imports that were killed left, unless one runs.
    /// - Throws: ``PriceStoreError`` `.io`.
    public func removeDeadImports() throws {
        guard Directory.kind(directory) != nil else { return }
        let lock = try File(directory + "/lock", .update)
        guard try lock.lock(waiting: false) else { return }
        try ImportSession.removeDead(in: directory)
    }
}
