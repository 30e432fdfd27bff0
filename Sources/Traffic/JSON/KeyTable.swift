import Glibc

/// The field names that mean something, found by a hash of length, first and last byte: most names miss in one load.
struct KeyTable: Sendable {
    private struct Entry {
        var name: [UInt8]
        var role: FieldRole
        var parents: [[UInt8]]  // outermost first
        var depth: Int  // 0: anywhere; n: only as a member of the n-th object
        var next: UInt8
    }

    private var entries: [Entry] = []
    private var slots = [UInt8](repeating: 0, count: 256)  // 0: empty, else index + 1
    /// Whether some name needs the names of the objects around it.
    private(set) var hasPaths = false

    init(options: MeterOptions) {
        if let field = options.timestampField {
            add(path: field, .timestamp)
        } else {
            for name in Self.timestampNames { add(name, .timestamp, depth: 1) }
        }
        if options.sizesOnly {
            if let field = options.sizeField { add(path: field, .size) }
            return
        }
        if let field = options.sourceField {
            add(path: field, .source0)
        } else {
            for (name, role) in Self.sourceNames { add(name, role, depth: 1) }
        }
        if let field = options.sizeField { add(path: field, .size) }
        if options.setAside != nil { for name in Self.idNames { add(name, .eventID, depth: 1) } }
        for (name, role) in Self.countNames { add(name, role, depth: 1) }
        for (name, role) in Self.tokenNames + Self.lambdaNames { add(name, role, depth: 0) }
    }

    /// The role of a field.
    /// - Parameter path: The names of the objects around it, outermost first; only read when ``hasPaths``.
    @inline(__always)
    func role(of name: Bytes, depth: Int, path: [Bytes]) -> FieldRole {
        guard let base = name.baseAddress, !name.isEmpty else { return .none }
        let slot = slots[Self.slot(name)]
        return slot == 0 ? .none : search(slot, base, name.count, depth, path)
    }

    private func search(
        _ slot: UInt8, _ base: UnsafePointer<UInt8>, _ count: Int, _ depth: Int, _ path: [Bytes]
    ) -> FieldRole {
        var slot = slot
        while slot != 0 {
            let index = Int(slot) - 1
            if entries[index].name.count == count, entries[index].depth == 0 || entries[index].depth == depth,
                memcmp(entries[index].name, base, count) == 0, agrees(entries[index].parents, path)
            {
                return entries[index].role
            }
            slot = entries[index].next
        }
        return .none
    }

    private func agrees(_ parents: [[UInt8]], _ path: [Bytes]) -> Bool {
        parents.indices.allSatisfy { $0 < path.count && path[$0].elementsEqual(parents[$0]) }
    }

    @inline(__always)
    private static func slot(_ name: Bytes) -> Int {
        let first = UInt8(name[0])
        let last = UInt8(name[name.count - 1])
        return Int(UInt8(truncatingIfNeeded: name.count) &* 37 ^ first &* 11 ^ last &* 101)
    }

    /// A name given by the user: as it stands on the top level, and where its dots lead.
    private mutating func add(path: String, _ role: FieldRole) {
        add(path, role, depth: 1)
        let parts = path.utf8.split(separator: 0x2e).map(Array.init)
        guard parts.count > 1, let name = parts.last else { return }
        hasPaths = true
        add(name, role, depth: parts.count, parents: Array(parts.dropLast()))
    }

    private mutating func add(_ name: String, _ role: FieldRole, depth: Int) {
        add(Array(name.utf8), role, depth: depth, parents: [])
    }

    private mutating func add(_ name: [UInt8], _ role: FieldRole, depth: Int, parents: [[UInt8]]) {
        guard !name.isEmpty, entries.count < 255 else { return }
        let slot = name.withUnsafeBufferPointer { Self.slot($0) }
        entries.append(Entry(name: name, role: role, parents: parents, depth: depth, next: slots[slot]))
        slots[slot] = UInt8(entries.count)
    }
}
