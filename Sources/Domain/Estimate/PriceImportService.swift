public import Foundation

/// A price list that was imported.
public struct ImportedPriceList: Hashable, Sendable {
    public var offerCode: String
    public var origin: String  // the region whose list it is, or all
    public var version: String  // AWS's
    public var publicationDate: String  // as the list has it
    public var importedAt: String  // RFC 3339
    public var rates: Int  // AWS's price dimensions: bands count one each
    public var source: String

    public init(
        offerCode: String, origin: String, version: String, publicationDate: String, importedAt: String, rates: Int,
        source: String
    ) {
        (self.offerCode, self.origin, self.version) = (offerCode, origin, version)
        (self.publicationDate, self.importedAt) = (publicationDate, importedAt)
        (self.rates, self.source) = (rates, source)
    }
}

/// What an import did.
public struct PriceImport: Hashable, Sendable {
    public var imported: [ImportedPriceList]
    public var notes: [String]  // what was left out, and what to know

    public init(imported: [ImportedPriceList], notes: [String]) { (self.imported, self.notes) = (imported, notes) }
}

/// Where imported price lists are kept.
public protocol PriceListStore: Sendable {
    /// The lists in force, by offer and origin.
    func lists() throws -> [ImportedPriceList]
    /// Puts one list in force; the version before is kept.
    /// - Parameter body: Hands the list over, piece by piece.
    /// - Throws: ``DomainError`` `.invalid` for what is no price list, saying where and why; `.unavailable` while another
    ///   one comes; what `body` throws. Nothing has changed then.
    func add(
        from source: String, at now: Date, _ body: (_ take: ([UInt8]) async throws -> Void) async throws -> Void
    ) async throws -> PriceImport
    /// Puts the version before in force again; a second call undoes the first.
    /// - Returns: The offer's lists in force.
    /// - Throws: ``DomainError`` `.notFound`, `.conflict` where no version before is kept.
    func rollBack(offer: String) async throws -> [ImportedPriceList]
}

/// Imported price lists, as administrators change them. Prices in use are asked for each bill, so they change at once.
public struct PriceImportService: Sendable {
    let store: any PriceListStore
    let audit: AuditService
    let ambient: Ambient

    public init(store: any PriceListStore, audit: AuditService, ambient: Ambient) {
        (self.store, self.audit, self.ambient) = (store, audit, ambient)
    }

    public func lists(by caller: Caller) throws -> [ImportedPriceList] {
        try caller.requireAdmin()
        return try store.lists()
    }

    /// As ``PriceListStore/add(from:at:_:)``.
    public func add(
        from source: String, by caller: Caller,
        _ body: @escaping (_ take: ([UInt8]) async throws -> Void) async throws -> Void
    ) async throws -> PriceImport {
        try caller.requireAdmin()
        let done = try await store.add(from: source, at: ambient.now()) { take in
            // What is put in force is told of before, or a crash between the two would hide who did it.
            try await audit.note(ambient.event(.pricesImportBegun, by: caller, details: ["source": source]))
            try await body(take)
        }
        try await note(.pricesImported, done.imported, by: caller)
        return done
    }

    /// As ``PriceListStore/rollBack(offer:)``.
    public func rollBack(offer: String, by caller: Caller) async throws -> [ImportedPriceList] {
        try caller.requireAdmin()
        try await audit.note(ambient.event(.pricesRollbackBegun, by: caller, .init(type: "price_list", id: offer)))
        let lists = try await store.rollBack(offer: offer)
        try await note(.pricesRolledBack, lists, by: caller)
        return lists
    }

    private func note(_ action: AuditEvent.Action, _ lists: [ImportedPriceList], by caller: Caller) async throws {
        for list in lists {
            try await audit.note(
                ambient.event(
                    action, by: caller, .init(type: "price_list", id: list.offerCode),
                    details: ["origin": list.origin, "version": list.version, "source": list.source]))
        }
    }
}
