internal import Crypto

/// One import on its way: sources parsed into a private directory, which a commit turns into the next generation.
///
/// Parsing needs no lock. The directory's `alive` file is locked while the process lives: what a crash leaves is recognised by
/// its free lock, and removed when the next session begins or commits.
final class ImportSession {
    struct Staged {
        var version: OfferVersion
        var paths: [String]  // one for each of the version's files
    }

    enum Outcome {
        case staged
        case index(PriceIndex)
    }

    let directory: String
    private let alive: File
    private(set) var staged: [Staged] = []
    var report = ImportReport()
    private let importedAt: String
    private let progress: (ImportProgress) -> Void
    private var sources = 0

    init(store: String, importedAt: String, progress: @escaping (ImportProgress) -> Void) throws {
        self.importedAt = importedAt
        self.progress = progress
        directory = "\(store)/staging-\(UInt64.random(in: 0...UInt64.max))"
        try Directory.make(store)
        let lock = try File(store + "/lock", .update)
        _ = try lock.lock()  // nobody takes the directory for a dead one before `alive` is locked
        try Self.removeDead(in: store)
        try Directory.make(directory)
        alive = try File(directory + "/alive", .truncate)
        _ = try alive.lock(waiting: false)
    }

    deinit { Directory.remove(directory) }

    /// What killed imports left. Under the store's lock.
    static func removeDead(in store: String) throws {
        for name in Directory.names(store) where name.hasPrefix("staging-") {
            let alive = "\(store)/\(name)/alive"
            guard Directory.kind(alive) != nil else {
                Directory.remove("\(store)/\(name)")
                continue
            }
            if try File(alive, .update).lock(waiting: false) { Directory.remove("\(store)/\(name)") }
        }
    }

    /// Parses one source whose bytes `produce` hands out, and stages its files.
    ///
    /// - Parameter produce: Called once with a function that takes each chunk.
    /// - Throws: ``PriceStoreError``; what this source staged is gone, other sources' stay.
    func read(
        _ source: String, pathHint: String, bytesTotal: @escaping () -> Int?,
        produce: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void
    ) throws -> Outcome {
        sources += 1
        let work = "\(directory)/source-\(sources)"
        try Directory.make(work)
        let collector = RateCollector(directory: work)
        let contents: SourceContents
        var (hash, done, told) = (SHA256(), 0, 0)
        do {
            // The parser's product table goes with it, before the files are made.
            let reader = DetectingReader(collector: collector)
            progress(ImportProgress(source: source, bytesDone: 0, bytesTotal: bytesTotal(), rates: 0))
            try produce { chunk in
                hash.update(bufferPointer: chunk)
                try reader.feed(chunk.bindMemory(to: UInt8.self))
                done += chunk.count
                if done - told >= 4 << 20 {
                    told = done
                    progress(
                        ImportProgress(source: source, bytesDone: done, bytesTotal: bytesTotal(), rates: reader.rates))
                }
            }
            contents = try reader.finish()
        } catch {
            Directory.remove(work)
            throw Self.named(error, source)
        }
        progress(
            ImportProgress(source: source, bytesDone: done, bytesTotal: bytesTotal() ?? done, rates: collector.rates))
        switch contents {
        case .index(let index): return .index(index)
        case .rates(let facts):
            let sha256 = hexadecimal(hash.finalize())
            try stage(facts, collector, Source(name: source, hint: pathHint, sha256: sha256, bytes: done), work)
            return .staged
        }
    }

    private struct Source {
        var name: String
        var hint: String
        var sha256: String
        var bytes: Int
    }

    static func named(_ error: any Error, _ source: String) -> any Error {
        switch error {
        case let failure as ParseFailure:
            PriceStoreError.malformed(
                source: source, at: failure.position, found: failure.found, expected: failure.expected)
        case let refusal as DetectingReader.Refusal: PriceStoreError.notAnOffer(source: source, reason: refusal.reason)
        default: error
        }
    }

    private func stage(_ facts: SourceFacts, _ collector: RateCollector, _ source: Source, _ work: String) throws {
        guard collector.rates > 0 else {
            throw PriceStoreError.notAnOffer(source: source.name, reason: "'\(facts.offerCode)' has no rates")
        }
        try checkPlaces(facts, collector, source.name)
        var version = OfferVersion(
            offerCode: facts.offerCode, form: facts.form, version: facts.version,
            publicationDate: facts.publicationDate,
            origin: origin(facts, collector, source.hint), source: source.name, sourceSHA256: source.sha256,
            sourceBytes: source.bytes, importedAt: importedAt, files: [])
        if let rival = staged.firstIndex(where: { $0.version.replaces(version) }) {
            let former = staged[rival].version
            guard former.version < version.version else {
                let reason = "\(former.source) has the same list in version \(former.version)"
                report.skipped.append(.init(source: source.name, reason: reason))
                return Directory.remove(work)
            }
            report.skipped.append(.init(source: former.source, reason: "\(source.name) has a newer version"))
            report.imported.removeAll { $0 == former }
            staged.remove(at: rival)
        }
        count(facts, source.name)
        var paths: [String] = []
        let (kindRanks, wordRanks) = (collector.kindRanks(), collector.words.ranks())
        for (number, region) in collector.regions.enumerated() {
            for section in RateSection.allCases {
                let spool = collector.spool(region: number, section)
                guard spool.rates > 0 else { continue }
                let header = RatesHeader(
                    offerCode: version.offerCode, region: region, origin: version.origin, section: section,
                    version: version.version, publicationDate: version.publicationDate, source: version.source)
                let path = "\(work)/\(number).\(section.rawValue)"
                var writer = RatesFileWriter(path, collector: collector, kindRanks: kindRanks, wordRanks: wordRanks)
                let result = try writer.write(try spool.takeAll(), rows: spool.rates, header)
                count(result, source.name)
                guard result.rates > 0 else { continue }
                paths.append(path)
                version.files.append(
                    .init(
                        region: region, section: section.rawValue, rates: result.rates, sizeBytes: result.sizeBytes,
                        sha256: result.sha256))
            }
        }
        staged.append(Staged(version: version, paths: paths))
        report.imported.append(version)
    }

    /// Offer codes and regions become names of directories.
    private func checkPlaces(_ facts: SourceFacts, _ collector: RateCollector, _ source: String) throws {
        for (what, name) in [("offer code", facts.offerCode)] + collector.regions.map({ ("region", $0) }) {
            let isFine = what == "region" || name.wholeMatch(of: #/[A-Za-z0-9:._-]{1,100}/#) != nil
            guard isFine, Directory.component(name).utf8.count <= 200 else {
                let reason = "its \(what) is \(ParseFailure.show(name.utf8))"
                throw PriceStoreError.notAnOffer(source: source, reason: reason)
            }
        }
        guard collector.regions.count < ProductTable.maximumRegions else {
            throw PriceStoreError.notAnOffer(source: source, reason: "it names \(collector.regions.count) regions")
        }
    }

    /// The region whose file this is: named in AWS's path (`…/<version>/<region>/index.json`) or by the file itself; else the
    /// only AWS region among its products; else `all`.
    private func origin(_ facts: SourceFacts, _ collector: RateCollector, _ hint: String) -> String {
        if !facts.regionCode.isEmpty { return facts.regionCode }
        let parts = hint.split(separator: "/").map(String.init)
        if parts.count > 1, collector.regions.contains(parts[parts.count - 2]) { return parts[parts.count - 2] }
        let own = collector.wholeRegions
        return own.count == 1 ? collector.regions[own.first ?? 0] : "all"
    }

    private func count(_ facts: SourceFacts, _ source: String) {
        report.productsWithoutTerms += facts.productsWithoutTerms
        report.termsWithoutProduct += facts.termsWithoutProduct
        report.ratesWithoutPrice += facts.ratesWithoutPrice
        report.notes += facts.notes.map { "\(source): \($0)" }
        if facts.skippedLines > 0 {
            report.notes.append("\(source): \(facts.skippedLines) lines of a single field passed over")
        }
    }

    private func count(_ result: RatesFileWriter.Result, _ source: String) {
        report.duplicateRates += result.duplicates
        report.irregularRates += result.irregular
        if !result.irregularSamples.isEmpty {
            report.notes.append(
                "\(source): bands overlap or leave a gap, not imported: \(result.irregularSamples.joined(separator: ", "))"
            )
        }
    }
}

extension OfferVersion {
    /// Whether this one takes the other's place: the same list of the same region.
    func replaces(_ other: OfferVersion) -> Bool { offerCode == other.offerCode && origin == other.origin }
}

extension InternTable {
    /// The place of each entry in byte order: the same for the same texts, in whatever order they came.
    func ranks() -> [UInt32] {
        Self.ranks((0..<count).sorted { self[UInt32($0)].lexicographicallyPrecedes(self[UInt32($1)]) })
    }

    static func ranks(_ order: [Int]) -> [UInt32] {
        var result = [UInt32](repeating: 0, count: order.count)
        for (rank, id) in order.enumerated() { result[id] = UInt32(rank) }
        return result
    }
}
