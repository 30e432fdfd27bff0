import CSnappy

/// One raw Snappy block, as Prometheus and Loki send it.
enum SnappyBlock {
    /// - Throws: ``MeterError`` `.corrupt`; ``BodyDecoder/TooLarge``.
    static func decoded(_ block: [UInt8], limit: Int) throws -> [UInt8] {
        try block.withUnsafeBytes { block in
            let bytes = block.bindMemory(to: CChar.self)
            var length = 0
            guard snappy_uncompressed_length(bytes.baseAddress, bytes.count, &length) == SNAPPY_OK else {
                throw MeterError.corrupt("snappy (no length)", offset: 0)
            }
            guard length <= limit else { throw BodyDecoder.TooLarge(limit: limit) }
            return try [UInt8](unsafeUninitializedCapacity: length) { text, count in
                let result = text.withMemoryRebound(to: CChar.self) {
                    snappy_uncompress(bytes.baseAddress, bytes.count, $0.baseAddress, &length)
                }
                guard result == SNAPPY_OK else { throw MeterError.corrupt("snappy block", offset: 0) }
                count = length
            }
        }
    }
}
