import CostModel
import Dispatch
import Domain
import Foundation
import PriceStore

/// The price store behind the domain's port. What blocks has a thread of its own, so imports come one after another.
final class StoredPriceLists: PriceListStore {
    private let store: PriceStore
    private let thread = DispatchQueue(label: "price-lists")  // a serial queue has a thread to itself

    init(_ store: PriceStore) { self.store = store }

    /// Which lists prices come from, the first asked first.
    func versions() throws -> [PriceListVersion] {
        let imported = try lists().map {
            PriceListVersion(offerCode: $0.offerCode, version: $0.version, source: $0.source)
        }
        let embedded = try PriceCatalog.embedded().version
        return imported + [PriceListVersion(offerCode: nil, version: embedded, source: "embedded")]
    }

    func lists() throws -> [ImportedPriceList] {
        try Self.translated { try store.offers().map(ImportedPriceList.init) }
    }

    func add(
        from source: String, at now: Date, _ body: (_ take: ([UInt8]) async throws -> Void) async throws -> Void
    ) async throws -> PriceImport {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("mockupaws-\(UUID().uuidString)").path
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.unavailable(String(cString: strerror(errno))) }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        defer { unlink(path) }
        try await body { bytes in
            try await blocking { do { try file.write(contentsOf: bytes) } catch { throw Self.unavailable("\(error)") } }
        }
        let store = store
        return try await blocking {
            let report = try store.importFile(path, as: source, importedAt: now.formatted(.iso8601))
            let embedded = try PriceCatalog.embedded()
            let older = report.imported.compactMap { version in
                embedded.newest(than: version).map {
                    "\(version.offerCode) is older than the embedded prices of \($0) and hides them"
                }
            }
            return PriceImport(
                imported: report.imported.map(ImportedPriceList.init),
                notes: report.leftOut.map { "left out: \($0.count) \($0.what)" } + report.notes + older)
        }
    }

    func rollBack(offer: String) async throws -> [ImportedPriceList] {
        let store = store
        return try await blocking {
            try store.rollback(offer: offer)
            return try store.offers().filter { $0.offerCode == offer }.map(ImportedPriceList.init)
        }
    }

    private func blocking<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            thread.async { continuation.resume(with: Result { try Self.translated(work) }) }
        }
    }

    /// What the administrator has to mend, as the command line says it; what is our fault is for the log alone.
    private static func translated<Value>(_ work: () throws -> Value) throws -> Value {
        do { return try work() } catch let error as PriceStoreError {
            switch error {
            case .malformed, .notAnOffer, .indexWithoutHost, .nothingToImport, .unknownRegion:
                throw DomainError(.invalid, "\(error)")
            case .unknownOffer: throw DomainError(.notFound, "\(error)")
            case .noFormerVersion, .nothingToRollBack: throw DomainError(.conflict, "\(error)")
            case .io, .download, .damaged: throw unavailable("\(error)")
            }
        }
    }

    private static func unavailable(_ cause: String) -> DomainError {
        var error = DomainError(.unavailable, "The price store cannot be used now.")
        error.cause = cause
        return error
    }
}

extension ImportedPriceList {
    fileprivate init(_ version: OfferVersion) {
        self.init(
            offerCode: version.offerCode, origin: version.origin, version: version.version,
            publicationDate: version.publicationDate, importedAt: version.importedAt, rates: version.rates,
            source: version.source)
    }
}
