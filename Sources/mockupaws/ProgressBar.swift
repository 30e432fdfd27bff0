import Foundation
import Glibc

/// A line on standard error that is drawn over itself; nothing when that is not a terminal.
struct ProgressBar {
    private let label: String
    private let total: Int?  // bytes
    private let isShown = isatty(STDERR_FILENO) == 1
    private let start = ContinuousClock.now
    private var last = ContinuousClock.now
    private var done = 0

    init(_ label: String, total: Int?) { (self.label, self.total) = (label, total) }

    /// Draws at most ten times a second.
    mutating func advance(by bytes: Int, note: String = "") {
        done += bytes
        guard isShown, ContinuousClock.now - last > .milliseconds(100) else { return }
        last = .now
        draw(note)
    }

    mutating func advance(to bytes: Int, note: String = "") { advance(by: bytes - done, note: note) }

    func clear() { if isShown { show("") } }

    private func draw(_ note: String) {
        let seconds = Double((ContinuousClock.now - start) / .milliseconds(1)) / 1_000
        let speed = seconds > 0 ? " \(Int(Double(done) / seconds / 1e6)) MB/s" : ""
        var text = "\(label) \(done / 1_000_000) MB\(speed) \(note)"
        if let total, total > 0 {
            let filled = min(20, done * 20 / total)
            let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 20 - filled)
            text = "\(label) \(bar) \(min(100, done * 100 / total)) %\(speed) \(note)"
        }
        show(text)
    }

    private func show(_ text: String) { StandardError.write("\r\u{1B}[K\(text)") }
}
