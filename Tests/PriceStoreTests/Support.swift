import Foundation
import PriceStore
import TestSupport

/// A folder that goes with the test.
final class Workplace {
    let path: String
    var store: PriceStore { PriceStore(directory: path + "/store") }

    init() throws {
        path = try temporaryFolder("pricestore")
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
