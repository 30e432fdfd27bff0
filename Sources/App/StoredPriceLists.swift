import CostModel
import Dispatch
import Domain
import Foundation
import PriceStore
import Synchronization

/// The price store behind the domain's port. What blocks has a thread of its own, so imports come one after another.
final class StoredPriceLists: PriceListStore {
    private let store: PriceStore
    private let thread = DispatchQueue(label: "price-lists")  // a serial queue has a thread to itself
    private let isTaking = Atomic(false)  // a list that is uploaded: of up to 1 GiB, so one at a time

    init(_ store: PriceStore) {
        self.store = store
        try? store.removeDeadImports()  // a store that cannot be written takes no uploads either, and says so then
    }

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
        guard isTaking.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged
        else {
            var error = DomainError(.unavailable, "Another price list is being imported; try again shortly.")
            error.retryAfter = Self.retrySeconds
            throw error
        }
        defer { isTaking.store(false, ordering: .releasing) }
        let store = store
        let upload = try await blocking { try PriceUpload(to: store, importedAt: now.formatted(.iso8601)) }
        try await body { bytes in try await blocking { try upload.take(bytes) } }
        return try await blocking {
            let report = try upload.finish(as: source)
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

    private static let retrySeconds = 10.0

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
