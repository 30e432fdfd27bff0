/// SKU → region and kind, in 26 bytes a product and no reallocation of what is there.
struct ProductTable {
    struct Product {
        var region: Int
        var kind: UInt32
    }

    private static let blockSize = 1 << 15
    private var skus: [[SKU]] = []
    private var kinds: [[UInt32]] = []
    private var regions: [[UInt16]] = []  // the highest bit: a term names the product
    private var slots = [UInt32](repeating: 0, count: 1 << 12)  // product + 1; 0 is free
    private(set) var count = 0
    private(set) var used = 0

    /// A SKU listed twice: the later product holds, as in any JSON object.
    mutating func insert(_ sku: SKU, region: Int, kind: UInt32) {
        let slot = slot(of: sku)
        if slots[slot] != 0 {
            let product = Int(slots[slot] - 1)
            kinds[product / Self.blockSize][product % Self.blockSize] = kind
            regions[product / Self.blockSize][product % Self.blockSize] = UInt16(region & 0x7FFF)
            return
        }
        if count % Self.blockSize == 0 { addBlock() }
        skus[skus.count - 1].append(sku)
        kinds[kinds.count - 1].append(kind)
        regions[regions.count - 1].append(UInt16(region & 0x7FFF))
        count += 1
        slots[slot] = UInt32(count)
        if count * 4 > slots.count * 3 { grow() }
    }

    /// The product, marked as having terms.
    mutating func use(_ sku: SKU) -> Product? {
        let slot = slot(of: sku)
        guard slots[slot] != 0 else { return nil }
        let product = Int(slots[slot] - 1)
        let (block, index) = (product / Self.blockSize, product % Self.blockSize)
        if regions[block][index] & 0x8000 == 0 {
            regions[block][index] |= 0x8000
            used += 1
        }
        return Product(region: Int(regions[block][index] & 0x7FFF), kind: kinds[block][index])
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
