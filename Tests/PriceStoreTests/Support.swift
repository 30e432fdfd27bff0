import Foundation
import PriceStore

/// A generator whose sequence a failing test can repeat. Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}

/// A folder that goes with the test.
final class Workplace {
    let path: String
    var store: PriceStore { PriceStore(directory: path + "/store") }

    init() throws {
        path = NSTemporaryDirectory() + "pricestore-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, _ name: String) throws -> String { try write(Data(text.utf8), name) }

    func write(_ data: Data, _ name: String) throws -> String {
        let file = path + "/" + name
        let folder = (file as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try data.write(to: URL(fileURLWithPath: file))
        return file
    }

    @discardableResult
    func load(_ text: String, _ name: String = "index.json") throws -> ImportReport {
        try store.importFile(write(text, name), importedAt: Self.day)
    }

    static let day = "2026-10-01T00:00:00Z"
}

/// Fixtures in AWS's format, made up.
enum Fixture {
    static func text(_ name: String) throws -> String {
        let url = try present(Bundle.module.url(forResource: "Fixtures/" + name, withExtension: nil))
        return try String(contentsOf: url, encoding: .utf8)
    }

    struct Missing: Error {}

    private static func present<T>(_ value: T?) throws -> T {
        guard let value else { throw Missing() }
        return value
    }
}
