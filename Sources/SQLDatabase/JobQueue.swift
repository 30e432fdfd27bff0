import Dispatch
import Foundation
import Synchronization

/// What waits for a free connection. A job is run once or refused once.
final class JobQueue<Connection>: Sendable {
    typealias Job = @Sendable (Connection) -> Void

    private struct State {
        var jobs: [UInt64: (job: Job, refuse: @Sendable (SQLError) -> Void)] = [:]
        var (first, end): (UInt64, UInt64) = (0, 0)  // numbers of the jobs that wait, some of them refused
        var (idle, workers) = (0, 0)
        var isClosed = false
        var closers: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let work = DispatchSemaphore(value: 0)

    func add(waitSeconds: Double, refuse: @escaping @Sendable (SQLError) -> Void, job: @escaping Job) {
        let (number, mustWait): (UInt64?, Bool) = state.withLock { state in
            guard !state.isClosed else { return (nil, false) }
            defer { state.end += 1 }
            state.jobs[state.end] = (job, refuse)
            return (state.end, state.jobs.count > state.idle)
        }
        guard let number else { return refuse(.unavailable("the database is closed")) }
        work.signal()
        guard mustWait else { return }
        DispatchQueue.global().asyncAfter(deadline: .now() + waitSeconds) {
            let late = self.state.withLock { $0.jobs.removeValue(forKey: number) }
            late?.refuse(.unavailable("no connection was free within \(waitSeconds) s"))
        }
    }

    /// The next job, once there is one; `nil` when the queue is closed and empty.
    private func next() -> Job? {
        state.withLock { $0.idle += 1 }
        while true {
            work.wait()
            let (job, isOver): (Job?, Bool) = state.withLock { state in
                while state.first < state.end {
                    defer { state.first += 1 }
                    guard let waiting = state.jobs.removeValue(forKey: state.first) else { continue }
                    state.idle -= 1  // with the job, so that who adds the next one sees that it must wait
                    return (waiting.job, false)
                }
                if state.isClosed { state.idle -= 1 }
                return (nil, state.isClosed)
            }
            if let job { return job }
            if isOver { return nil }
        }
    }

    /// Runs a thread that takes jobs until there are no more.
    func startWorker(_ work: @escaping @Sendable (_ next: () -> Job?) -> Void) {
        state.withLock { $0.workers += 1 }
        Thread.detachNewThread {
            work(self.next)
            self.workerEnds()
        }
    }

    private func workerEnds() {
        let closers = state.withLock { state in
            state.workers -= 1
            return state.workers == 0 ? state.closers : []
        }
        for closer in closers { closer.resume() }
    }

    func close() async {
        await withCheckedContinuation { continuation in
            let workers = state.withLock { state in
                state.isClosed = true
                if state.workers > 0 { state.closers.append(continuation) }
                return state.workers
            }
            for _ in 0..<workers { work.signal() }
            if workers == 0 { continuation.resume() }
        }
    }
}
