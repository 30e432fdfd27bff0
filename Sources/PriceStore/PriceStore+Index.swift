extension PriceStore {
    /// Takes what an index leads to: one commit for each offer, so that an interrupted run keeps the offers it finished.
    ///
    /// A service index leads to region indexes; where one has no regions, to the file of all regions. A list that fails is
    /// reported and the others go on.
    func follow(
        _ index: PriceIndex, _ mirror: Mirror, _ filter: ImportFilter, _ importedAt: String, source: String,
        _ progress: @escaping (ImportProgress) -> Void
    ) throws -> ImportReport {
        var report = ImportReport()
        for group in try groups(index, mirror, filter, source, importedAt, &report) {
            let session = try ImportSession(store: directory, importedAt: importedAt, progress: progress)
            for location in group { try take(location, session) }
            try commit(session)
            report.add(session.report)
        }
        guard !report.imported.isEmpty || report.skipped.contains(where: { $0.reason == Self.upToDate }) else {
            let first = report.skipped.first.map { "\($0.source): \($0.reason)" } ?? "no entry passes the filter"
            throw PriceStoreError.nothingToImport(source: source, reason: first)
        }
        return report
    }

    static let upToDate = "already imported"

    private func take(_ location: String, _ session: ImportSession) throws {
        // A versioned path never changes; `current` does.
        let known = try manifest().offers.values.contains { $0.current.contains { $0.source == location } }
        if known, !location.contains("/current/") {
            session.report.skipped.append(.init(source: location, reason: Self.upToDate))
            return
        }
        do {
            guard case .staged = try read(location, session) else {
                session.report.skipped.append(.init(source: location, reason: "an index where a list should be"))
                return
            }
        } catch let error as PriceStoreError {
            session.report.skipped.append(.init(source: location, reason: "\(error)"))
        }
    }

    private func read(_ location: String, _ session: ImportSession) throws -> ImportSession.Outcome {
        location.contains("://") ? try download(location, session) : try Self.read(location, session)
    }

    /// The lists to take, one group for each offer.
    private func groups(
        _ index: PriceIndex, _ mirror: Mirror, _ filter: ImportFilter, _ source: String, _ importedAt: String,
        _ report: inout ImportReport
    ) throws -> [[String]] {
        switch index.kind {
        case .regions: return [locations(index, mirror, filter)]
        case .versions:
            let newest = index.entries.max { $0.key < $1.key }
            let current = index.entries.first { $0.key == index.current } ?? newest
            return current.map { [[mirror.location($0.currentURL)]] } ?? []
        case .services:
            var result: [[String]] = []
            var plans = Set<String>()
            for entry in index.entries where filter.services.isEmpty || filter.services.contains(entry.key) {
                var group = regional(entry.regionIndexURL, mirror, filter, importedAt, &report)
                if group.isEmpty, filter.regions.isEmpty, !entry.currentURL.isEmpty {
                    group = [mirror.location(entry.currentURL)]
                }
                result.append(group)
                let plan = entry.savingsPlanIndexURL
                if filter.includesSavingsPlans, !plan.isEmpty, plans.insert(plan).inserted {
                    result.append(regional(plan, mirror, filter, importedAt, &report))
                }
            }
            return result
        }
    }

    private func regional(
        _ link: String, _ mirror: Mirror, _ filter: ImportFilter, _ importedAt: String, _ report: inout ImportReport
    ) -> [String] {
        guard !link.isEmpty else { return [] }
        let location = mirror.location(link)
        do {
            let session = try ImportSession(store: directory, importedAt: importedAt) { _ in }
            if case .index(let index) = try read(location, session) { return locations(index, mirror, filter) }
            report.skipped.append(.init(source: location, reason: "not a region index"))
        } catch { report.skipped.append(.init(source: location, reason: "\(error)")) }
        return []
    }

    private func locations(_ index: PriceIndex, _ mirror: Mirror, _ filter: ImportFilter) -> [String] {
        index.entries.filter { filter.regions.isEmpty || filter.regions.contains($0.key) }
            .map { mirror.location($0.currentURL) }
    }
}
