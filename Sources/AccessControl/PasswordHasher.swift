import Dispatch
import Foundation
import Synchronization

/// Hashes passwords with Argon2id into PHC strings, and compares them.
///
/// A hash takes tens of milliseconds of one core and megabytes of memory, so no more are made at once than there are
/// threads, and no more than ``maximumWaiting`` wait. The threads are the hasher's own: neither an event loop nor the
/// threads of Swift's tasks are held up.
public final class PasswordHasher: Sendable {
    /// Too many passwords wait to be hashed; try again later.
    public struct Busy: Error {}

    /// A password that is not taken.
    public enum Unfit: Error, CustomStringConvertible {
        case tooLong  // more than ``maximumBytes``
        case manyMarks  // more than NFC is made of

        public var description: String {
            switch self {
            case .tooLong: "has more than \(maximumBytes) bytes"
            case .manyMarks: "has more than \(String.marksLimit) combining marks in a row"
            }
        }
    }

    public static let maximumWaiting = 64
    public static let maximumBytes = 1024  // in UTF-8

    private let costs: @Sendable (PasswordHasher) async throws -> Costs
    private let settled = Mutex<Task<Costs, any Error>?>(nil)
    private let threads: [DispatchQueue]  // a serial queue has a thread to itself while it has work
    private let jobs: Mutex<[Int]>  // of each thread, the one that runs included

    /// - Parameters:
    ///   - costs: Asked once, before the first hash.
    ///   - threads: Hashes at a time, each with the memory that it costs; at least 1.
    public init(threads: Int = 1, costs: @escaping @Sendable (PasswordHasher) async throws -> Costs) {
        self.costs = costs
        self.threads = (0..<max(1, threads)).map { DispatchQueue(label: "password-hasher-\($0)") }
        jobs = Mutex(Array(repeating: 0, count: max(1, threads)))
    }

    public convenience init(cost: Cost, earlier: [Cost] = [], threads: Int = 1) {
        self.init(threads: threads) { _ in Costs(new: cost, earlier: earlier) }
    }

    /// What hashes cost; asked again after a failure.
    func current() async throws -> Costs {
        let task = settled.withLock { settled in
            let task = settled ?? Task { try await self.costs(self) }
            settled = task
            return task
        }
        do { return try await task.value } catch {
            settled.withLock { if $0 == task { $0 = nil } }
            throw error
        }
    }

    /// The cost that takes about `milliseconds` on this machine, measured on a thread of the hasher's own.
    /// - Throws: As ``hash(_:)`` does.
    public func measuredCost(milliseconds: Int, memoryKiB: Int) async throws -> Cost {
        try await run { try .calibrated(milliseconds: milliseconds, memoryKiB: memoryKiB) }
    }

    /// The PHC string of a new hash of `password`, with a random salt of 16 bytes and a tag of 32.
    ///
    /// - Throws: ``Busy``, ``Unfit``, ``HashingFailed``; `CancellationError` when cancelled while waiting.
    public func hash(_ password: String) async throws -> String {
        let bytes = try Self.prepared(password)
        let cost = try await current().new
        return try await run { try Argon2.hash(bytes, cost: cost) }
    }

    /// Whether `hash` is one of `password`. With no hash, for a user that does not exist, it does the work of the
    /// greatest cost all the same and says no, and with a hash of a lower cost it does what that lacks, so that the time
    /// does not tell who exists.
    ///
    /// - Throws: ``Busy``, ``Unfit``, ``HashingFailed`` when `hash` is no PHC string of Argon2id; `CancellationError`
    ///   when cancelled while waiting.
    public func verify(_ password: String, against hash: String?) async throws -> Bool {
        let bytes = try Self.prepared(password)
        let cost = try await current().greatest
        return try await run {
            let isRight = try Argon2.verify(bytes, against: hash ?? Self.dummyHash(cost)) && hash != nil
            if !isRight, let hash, let lack = Self.lack(of: hash, to: cost) { _ = try Argon2.hash([], cost: lack) }
            return isRight
        }
    }

    /// The bytes that are hashed: any space is U+0020, and the text is in NFC, so that every keyboard makes the same
    /// (RFC 8265 §4.2.2, OpaqueString). Nothing else changes.
    static func prepared(_ password: String) throws(Unfit) -> [UInt8] {
        guard password.utf8.count <= maximumBytes else { throw .tooLong }
        var scalars = String.UnicodeScalarView()
        for scalar in password.unicodeScalars {
            scalars.append(scalar.properties.generalCategory == .spaceSeparator ? " " : scalar)
        }
        guard let text = String(scalars).normalized else { throw .manyMarks }
        return Array(text.utf8)
    }

    func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        let thread = try leastBusyThread()
        let wasCancelled = Flag()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                threads[thread].async {
                    let result = Result {
                        if wasCancelled.isSet { throw CancellationError() }
                        return try work()
                    }
                    self.jobs.withLock { $0[thread] -= 1 }
                    continuation.resume(with: result)
                }
            }
        } onCancel: {
            wasCancelled.set()
        }
    }

    private func leastBusyThread() throws(Busy) -> Int {
        let thread: Int? = jobs.withLock { jobs in
            guard jobs.reduce(0, +) < Self.maximumWaiting + jobs.count else { return nil }
            let least = jobs.indices.min { jobs[$0] < jobs[$1] }
            if let least { jobs[least] += 1 }
            return least
        }
        guard let thread else { throw Busy() }
        return thread
    }
}

private final class Flag: Sendable {
    private let value = Atomic(false)
    var isSet: Bool { value.load(ordering: .relaxed) }
    func set() { value.store(true, ordering: .relaxed) }
}
