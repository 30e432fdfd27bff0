#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension PriceStore {
    /// The manifest in force; an empty one for a new store.
    func manifest() throws -> Manifest {
        guard Directory.kind(root) != nil else { return Manifest() }
        return try reading { try Self.manifest(at: $0) }
    }

    static func manifest(at generation: String) throws -> Manifest {
        let path = generation + "/manifest.json"
        let bytes = try File.read(path)
        do {
            let manifest = try JSONDecoder().decode(Manifest.self, from: Data(bytes))
            guard manifest.formatVersion == Manifest.formatVersion else {
                throw PriceStoreError.damaged(path: path, reason: "format version \(manifest.formatVersion), not 1")
            }
            return manifest
        } catch let error as DecodingError { throw PriceStoreError.damaged(path: path, reason: "\(error)") }
    }

    static func path(_ generation: String, _ side: String, _ version: OfferVersion, _ file: OfferVersion.StoredFile)
        -> String
    {
        let folder =
            "\(generation)/\(side)/\(Directory.component(version.offerCode))/\(Directory.component(file.region))"
        return "\(folder)/\(Directory.component(version.origin)).\(file.section)"
    }

    /// Under the store's lock: `change` alters the manifest, and the files it then names are linked into a new generation.
    ///
    /// - Parameters:
    ///   - newFiles: Where a file just made stands, by its SHA-256; it comes before an equal one that is there.
    ///   - needsWhole: A damaged file among those that become current is an error.
    /// - Returns: Files that the changed offers keep and that are damaged.
    @discardableResult
    func commit(
        newFiles: [String: String] = [:], needsWhole: Bool = false, _ change: (inout Manifest) throws -> Void
    ) throws -> [StoreProblem] {
        try Directory.make(directory + "/generations")
        let lock = try File(directory + "/lock", .update)
        _ = try lock.lock()
        try removeLeftovers()
        let former = Directory.readLink(root).map { directory + "/" + $0 }
        var manifest = try former.map { try Self.manifest(at: $0) } ?? Manifest()
        let places = former.map { Self.places($0, manifest) } ?? [:]
        manifest.generation += 1
        try change(&manifest)
        let changed = manifest.offers.values.filter { $0.changedIn == manifest.generation }
        let kept = changed.flatMap { $0.current + (needsWhole ? [] : $0.previous) }.flatMap(\.files)
        let problems = Self.damage(kept.filter { newFiles[$0.sha256] == nil }, places)
        if needsWhole, let first = problems.first {
            throw PriceStoreError.damaged(path: first.path, reason: first.reason)
        }
        let name = "generations/\(manifest.generation)"
        let building = "\(directory)/\(name).building"
        Directory.remove(building)
        try build(building, manifest, places.merging(newFiles) { _, new in new })
        try File.rename(building, to: directory + "/" + name)
        try Directory.synchronise(directory + "/generations")
        let link = directory + "/current.next"
        Directory.remove(link)
        try Directory.symlink(name, at: link)
        try File.rename(link, to: root)  // from here on the new generation holds
        try Directory.synchronise(directory)
        return problems
    }

    /// Where a generation's files are, by SHA-256.
    private static func places(_ generation: String, _ manifest: Manifest) -> [String: String] {
        var result: [String: String] = [:]
        for offer in manifest.offers.values {
            for (side, versions) in [("current", offer.current), ("previous", offer.previous)] {
                for version in versions {
                    for file in version.files { result[file.sha256] = path(generation, side, version, file) }
                }
            }
        }
        return result
    }

    private static func damage(_ files: [OfferVersion.StoredFile], _ places: [String: String]) -> [StoreProblem] {
        var known = Set<String>()
        return files.compactMap { file in
            guard known.insert(file.sha256).inserted, let path = places[file.sha256] else { return nil }
            return problem(path, file).map { StoreProblem(path: path, reason: $0) }
        }
    }

    private func build(_ building: String, _ manifest: Manifest, _ places: [String: String]) throws {
        var folders = Set<String>()
        for offer in manifest.offers.values {
            for (side, versions) in [("current", offer.current), ("previous", offer.previous)] {
                for version in versions {
                    for file in version.files {
                        let path = Self.path(building, side, version, file)
                        let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
                        if folders.insert(folder).inserted { try Directory.make(folder) }
                        guard let source = places[file.sha256] else {
                            throw PriceStoreError.io(path: path, operation: "link", reason: "no file of its checksum")
                        }
                        // One that somebody deleted stays missing; every other offer can still be imported.
                        if Directory.kind(source) != nil { try File.link(source, path) }
                    }
                }
            }
        }
        for folder in folders { try Directory.synchronise(folder) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try Directory.make(building)
        try File.write([UInt8](try encoder.encode(manifest)), to: building + "/manifest.json")
        try Directory.synchronise(building)
    }

    /// What crashes left, and generations that no reader can still mean.
    private func removeLeftovers() throws {
        try ImportSession.removeDead(in: directory)
        guard let current = Directory.readLink(root)?.split(separator: "/").last.flatMap({ Int($0) }) else { return }
        for name in Directory.names(directory + "/generations") {
            guard let number = Int(name), number == current || number == current - 1 else {
                Directory.remove("\(directory)/generations/\(name)")
                continue
            }
        }
    }

    /// Makes what a session staged the offers' current versions; their former ones stay as previous.
    func commit(_ session: ImportSession) throws {
        guard !session.staged.isEmpty else { return }
        var newFiles: [String: String] = [:]
        for staged in session.staged {
            for (file, path) in zip(staged.version.files, staged.paths) { newFiles[file.sha256] = path }
        }
        let problems = try commit(newFiles: newFiles) { manifest in
            for (code, versions) in Dictionary(grouping: session.staged.map(\.version), by: \.offerCode) {
                var offer = manifest.offers[code] ?? Manifest.Offer()
                offer.previous = offer.current
                for version in versions {
                    offer.current.removeAll {
                        version.replaces($0) || version.origin == "all" && !versions.contains($0)
                    }
                    offer.current.append(version)
                }
                offer.changedIn = manifest.generation
                manifest.offers[code] = offer
            }
        }
        session.report.notes += problems.map { "\($0.path): damaged: \($0.reason); import that list again" }
    }

    /// Makes an offer's former version current again, and the current one former: a second call undoes the first.
    ///
    /// - Parameter offer: nil: every offer that the last import changed.
    /// - Throws: ``PriceStoreError`` `.unknownOffer`, `.noFormerVersion`, `.nothingToRollBack`, `.damaged`, `.io`.
    public func rollback(offer: String? = nil) throws {
        guard Directory.kind(root) != nil else {
            throw offer.map { PriceStoreError.unknownOffer($0) } ?? PriceStoreError.nothingToRollBack
        }
        try commit(needsWhole: true) { manifest in
            let last = manifest.offers.filter { $0.value.changedIn == manifest.generation - 1 }.keys.sorted()
            let codes = offer.map { [$0] } ?? last.filter { manifest.offers[$0]?.previous.isEmpty == false }
            guard let first = codes.first ?? last.first else { throw PriceStoreError.nothingToRollBack }
            guard !codes.isEmpty else { throw PriceStoreError.noFormerVersion(offer: first) }
            for code in codes {
                guard var entry = manifest.offers[code] else { throw PriceStoreError.unknownOffer(code) }
                guard !entry.previous.isEmpty else { throw PriceStoreError.noFormerVersion(offer: code) }
                swap(&entry.current, &entry.previous)
                entry.changedIn = manifest.generation
                manifest.offers[code] = entry
            }
        }
    }
}
