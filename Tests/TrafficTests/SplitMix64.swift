import Traffic

/// A seeded generator: a failure names its seed.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}

/// Meters bytes, in chunks of the sizes that `nextChunk` gives.
func meter(
    _ bytes: [UInt8], _ options: MeterOptions = MeterOptions(), name: String = "test",
    nextChunk: () -> Int = { .max }
) throws -> (profile: TrafficProfile, format: LogFormat?) {
    var meter = TrafficMeter(options: options, sourceName: name)
    var start = 0
    while start < bytes.count {
        let end = start + min(max(1, nextChunk()), bytes.count - start)
        // A copy of its own, so that reading past the chunk reads past an allocation.
        try Array(bytes[start..<end]).withUnsafeBytes { try meter.consume($0) }
        start = end
    }
    return (try meter.finish(), meter.format)
}

func meter(_ text: String, _ options: MeterOptions = MeterOptions()) throws -> TrafficProfile {
    try meter(Array(text.utf8), options).profile
}
