import Foundation
import Testing
import Traffic

/// Runs over `../shared/logs` beside the package when it is there; nothing depends on it.
@Suite struct RealLogTests {
    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("shared/logs")

    private static let isThere = FileManager.default.fileExists(atPath: folder.path)

    @Test(
        .enabled(if: isThere, "the folder of real logs is not beside the project"),
        arguments: [
            ("apache_combined.log", LogFormat.apache, 10_000), ("apache_2k.log", .lines, 2000),
            ("hdfs_2k.log", .lines, 2000),
            ("hpc_2k.log", .lines, 2000), ("linux_2k.log", .syslog, 2000), ("openssh_2k.log", .syslog, 2000),
        ])
    func realLogsAreReadWhole(file: String, expected: LogFormat, lines: Int) throws {
        let data = try Data(contentsOf: Self.folder.appendingPathComponent(file))
        let (profile, format) = try meter(Array(data), MeterOptions(year: 2005))
        #expect(format == expected)
        #expect(profile.accounting.read == lines && profile.accounting.rejected == 0)
    }
}
