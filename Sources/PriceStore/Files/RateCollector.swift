internal import CostModel

/// Takes rates in whatever order a source has them, and keeps them region by region: in memory while few, then in spool files.
///
/// Memory: the tables of distinct kinds and words, and 64 KiB for each region and section.
final class RateCollector {
    let directory: String  // for spool files
    // Run-time exclusivity checks on these four took 8 % of an import; one thread uses a collector, never inside its own call.
    @exclusivity(unchecked) var kinds = InternTable()  // encoded ``ProductKind``s
    @exclusivity(unchecked) var words = InternTable()
    @exclusivity(unchecked) var longSKUs = InternTable()
    private(set) var regions: [String] = []
    private var regionNumbers: [String: Int] = [:]
    private(set) var spools: [Spool] = []  // two for each region
    private(set) var rates = 0
    /// Regions that products name as their own AWS region: one of them makes the source a regional file.
    var wholeRegions: Set<Int> = []

    init(directory: String) { self.directory = directory }

    func regionNumber(_ code: String) -> Int {
        if let known = regionNumbers[code] { return known }
        regions.append(code)
        regionNumbers[code] = regions.count - 1
        for section in RateSection.allCases {
            spools.append(Spool(path: "\(directory)/\(regions.count - 1).\(section.rawValue).spool"))
        }
        return regions.count - 1
    }

    func spool(region: Int, _ section: RateSection) -> Spool { spools[region * 2 + (section == .onDemand ? 0 : 1)] }

    /// The place of each kind by usage type, then by everything else.
    func kindRanks() -> [UInt32] {
        var names: [[UInt8]] = []
        names.reserveCapacity(kinds.count)
        for id in 0..<UInt32(kinds.count) {
            let kind = kinds[id]
            names.append(
                kind.withUnsafeBufferPointer { bytes in
                    // Written by the classifier, so never broken.
                    var reader = ByteReader(bytes)
                    return Array((try? reader.prefixed()) ?? bytes) + [0] + bytes
                })
        }
        return InternTable.ranks(names.indices.sorted { names[$0].lexicographicallyPrecedes(names[$1]) })
    }

    /// `description` is kept for on-demand rates only: a commitment's is its contract in words.
    func add(_ row: RateRow, description: ArraySlice<UInt8>) throws {
        rates += 1
        let spool = spool(region: row.region, row.section)
        spool.rates += 1
        let flags = SpooledRow.flags(row.begin, row.end)
        spool.buffer.append(flags)
        row.sku.encode(to: &spool.buffer, longOnes: longSKUs)
        spool.buffer.append(varint: row.kind)
        spool.buffer.append(varint: row.term)
        spool.buffer.append(varint: row.rateID)
        spool.buffer.append(varint: row.unit)
        spool.buffer.append(varint: row.currency)
        spool.buffer.append(varint: row.date)
        spool.buffer.append(varint: row.contract)
        spool.buffer.append(varint: row.appliesTo)
        SpooledRow.encodeBounds(row.begin, row.end, fractions: flags & 2 != 0, to: &spool.buffer)
        spool.buffer.append(signed: row.amount)
        if row.section == .onDemand { spool.buffer.append(prefixed: description) } else { spool.buffer.append(0) }
        if spool.buffer.count >= Spool.flushAt { try spool.flush() }
    }
}

/// Encoded rows of one region and section, in order of arrival.
final class Spool {
    static let flushAt = 64 << 10  // bytes
    let path: String
    @exclusivity(unchecked) var buffer: [UInt8] = []
    var rates = 0
    private var isOnDisk = false

    init(path: String) { self.path = path }

    /// Opened and closed at each flush: an offer has more regions than a process has file descriptors.
    func flush() throws {
        let file = try File(path, .append)
        try buffer.withUnsafeBytes { try file.write($0) }
        isOnDisk = true
        buffer.removeAll(keepingCapacity: true)
    }

    /// Everything that was added, once.
    func takeAll() throws -> [UInt8] {
        defer { buffer = [] }
        guard isOnDisk else { return buffer }
        try flush()
        buffer = []
        let all = try File.read(path)
        try? File.remove(path)  // the staging directory goes in any case
        return all
    }

    /// Everything that was added, once, in parts.
    func forEachPart(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        if isOnDisk {
            let part = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.flushAt, alignment: 64)
            defer { part.deallocate() }
            let file = try File(path, .read)
            while case let count = try file.read(into: part), count > 0 {
                try body(UnsafeRawBufferPointer(rebasing: part[..<count]))
            }
            try? File.remove(path)  // the staging directory goes in any case
        }
        try buffer.withUnsafeBytes(body)
        buffer = []
    }
}
