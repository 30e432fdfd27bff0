import Caching
import Foundation

/// The rate limiters that the contract suite runs over.
enum Backend: String, Sendable, CaseIterable {
    case inProcess

    /// One that nobody has taken anything from.
    func make() async throws -> any RateLimiter {
        switch self {
        case .inProcess: InProcessRateLimiter()
        }
    }
}

/// A moment on a grid of 1/512 s, on which `Date` is exact and nanoseconds are whole.
func moment(_ steps: Int) -> Date { Date(timeIntervalSinceReferenceDate: 800_000_000 + Double(steps) / 512) }
