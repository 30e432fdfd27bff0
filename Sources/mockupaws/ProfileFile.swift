import Traffic

/// Traffic profiles on disk.
enum ProfileFile {
    static func read(_ path: String) throws -> TrafficProfile {
        var bytes: [UInt8] = []
        try Files.chunks(of: path) { bytes.append(contentsOf: $0) }
        do { return try TrafficProfile(decoding: bytes) } catch {
            throw InputProblem(description: "\(path): \(error)")
        }
    }

    static func write(_ profile: TrafficProfile, to path: String) throws {
        try Files.write(profile.encoded(), to: path)
    }
}
