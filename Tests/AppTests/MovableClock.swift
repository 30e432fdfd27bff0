import Domain
import Foundation
import Synchronization

/// Time that stands still but for what a test moves it by.
final class MovableClock: Sendable {
    private struct Times {
        var wall = Date()
        var steady = Date()
    }

    private let times = Mutex(Times())

    var ambient: Ambient {
        var ambient = Ambient(now: { self.times.withLock { $0.wall } })
        ambient.steadyNow = { self.times.withLock { $0.steady } }
        return ambient
    }

    /// Lets time pass.
    func advance(by seconds: Double) {
        times.withLock { times in
            times.wall.addTimeInterval(seconds)
            times.steady.addTimeInterval(seconds)
        }
    }

    /// Sets the clock that people read.
    func set(back seconds: Double) { times.withLock { $0.wall.addTimeInterval(-seconds) } }
}
