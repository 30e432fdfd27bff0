/// Plain, gzip or zstd, by the first bytes of the input.
struct InputDecoder {
    private enum Kind {
        case undecided
        case plain
        case gzip(GzipDecoder)
        case zstd(ZstdDecoder)
    }

    private var kind = Kind.undecided
    private var head: [UInt8] = []

    mutating func consume(_ bytes: Bytes, _ body: (Bytes) throws(MeterError) -> Void) throws(MeterError) {
        if case .undecided = kind {
            head.append(contentsOf: bytes)
            guard head.count >= 4 else { return }
            try decide(body)
        } else {
            try forward(bytes, body)
        }
    }

    mutating func finish(_ body: (Bytes) throws(MeterError) -> Void) throws(MeterError) {
        if case .undecided = kind { try decide(body) }
        switch kind {
        case .undecided, .plain: break
        case .gzip(let decoder): try decoder.finish()
        case .zstd(let decoder): try decoder.finish()
        }
    }

    private mutating func decide(_ body: (Bytes) throws(MeterError) -> Void) throws(MeterError) {
        if head.starts(with: [0x1f, 0x8b]) {
            kind = .gzip(try GzipDecoder())
        } else if head.count >= 4, Self.isZstd(head) {
            kind = .zstd(try ZstdDecoder())
        } else {
            kind = .plain
        }
        var first: [UInt8] = []
        swap(&first, &head)
        try forward(first, body)
    }

    private static func isZstd(_ head: [UInt8]) -> Bool {
        if head.starts(with: [0x28, 0xb5, 0x2f, 0xfd]) { return true }
        return head[0] & 0xf0 == 0x50 && head[1...].starts(with: [0x2a, 0x4d, 0x18])  // a skippable frame
    }

    private func forward(_ bytes: [UInt8], _ body: (Bytes) throws(MeterError) -> Void) throws(MeterError) {
        let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
        defer { copy.deallocate() }
        _ = copy.initialize(from: bytes)
        try forward(Bytes(copy), body)
    }

    private func forward(_ bytes: Bytes, _ body: (Bytes) throws(MeterError) -> Void) throws(MeterError) {
        switch kind {
        case .undecided, .plain: try body(bytes)
        case .gzip(let decoder): try decoder.consume(bytes, body)
        case .zstd(let decoder): try decoder.consume(bytes, body)
        }
    }
}
