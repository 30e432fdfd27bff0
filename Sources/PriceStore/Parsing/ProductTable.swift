/// SKU → region and kind, in 26 bytes a product and no reallocation of what is there.
struct ProductTable {
    struct Product {
        var region: Int
        var kind: UInt32
    }

    private static let blockSize = 1 << 15
    private var skus: [[SKU]] = []
    private var kinds: [[UInt32]] = []
    private var regions: [[UInt16]] = []  // the two highest bits: a term on demand, a reserved one names the product
    static let maximumRegions = 0x4000
    private var slots = [UInt32](repeating: 0, count: 1 << 12)  // product + 1; 0 is free
    private(set) var count = 0
    private(set) var used = 0

    /// - Returns: false for a SKU that is there already.
    mutating func insert(_ sku: SKU, region: Int, kind: UInt32) -> Bool {
        let slot = slot(of: sku)
        guard slots[slot] == 0 else { return false }
        if count % Self.blockSize == 0 { addBlock() }
        skus[skus.count - 1].append(sku)
        kinds[kinds.count - 1].append(kind)
        regions[regions.count - 1].append(UInt16(region & 0x3FFF))
        count += 1
        slots[slot] = UInt32(count)
        if count * 4 > slots.count * 3 { grow() }
        return true
    }

    /// The product, marked as having terms; repeated, where it had such terms before.
    mutating func use(_ sku: SKU, isReserved: Bool) -> (product: Product, isRepeated: Bool)? {
        let slot = slot(of: sku)
        guard slots[slot] != 0 else { return nil }
        let product = Int(slots[slot] - 1)
        let (block, index) = (product / Self.blockSize, product % Self.blockSize)
        let (former, mark) = (regions[block][index], UInt16(isReserved ? 0x4000 : 0x8000))
        if former & 0xC000 == 0 { used += 1 }
        regions[block][index] |= mark
        return (Product(region: Int(former & 0x3FFF), kind: kinds[block][index]), former & mark != 0)
    }

    private func slot(of sku: SKU) -> Int {
        let mask = slots.count - 1
        var slot = Self.hash(sku) & mask
        while slots[slot] != 0 {
            let product = Int(slots[slot] - 1)
            if skus[product / Self.blockSize][product % Self.blockSize] == sku { return slot }
            slot = (slot + 1) & mask
        }
        return slot
    }

    private mutating func addBlock() {
        skus.append([])
        kinds.append([])
        regions.append([])
        guard count > 0 else { return }  // a small offer needs no whole block
        skus[skus.count - 1].reserveCapacity(Self.blockSize)
        kinds[kinds.count - 1].reserveCapacity(Self.blockSize)
        regions[regions.count - 1].reserveCapacity(Self.blockSize)
    }

    private mutating func grow() {
        slots = [UInt32](repeating: 0, count: slots.count * 2)
        let mask = slots.count - 1
        for product in 0..<count {
            var slot = Self.hash(skus[product / Self.blockSize][product % Self.blockSize]) & mask
            while slots[slot] != 0 { slot = (slot + 1) & mask }
            slots[slot] = UInt32(product) + 1
        }
    }

    private static func hash(_ sku: SKU) -> Int {
        let (high, low) = (sku.high ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: sku.low ^ 0xD6E8_FEB8_6659_FD93)
        return Int(truncatingIfNeeded: (high ^ low) >> 1)
    }
}
