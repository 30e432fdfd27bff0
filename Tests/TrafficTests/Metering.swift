import Traffic

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
