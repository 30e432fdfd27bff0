import Foundation
public import SQLDatabase

/// A read or a write that goes on until it is told to end.
public final class HeldConnection: Sendable {
    private let mayEnd: DispatchSemaphore
    private let task: Task<Void, any Error>

    /// Returns once it has begun.
    /// - Parameter seconds: How long it goes on at most.
    public init(_ database: SQLiteDatabase, isWriting: Bool = true, seconds: Double = 60) async {
        let mayEnd = DispatchSemaphore(value: 0)
        let (begun, begins) = AsyncStream<Void>.makeStream()
        let hold: @Sendable (any SQLConnection) throws -> Void = { _ in
            begins.finish()
            _ = mayEnd.wait(timeout: .now() + seconds)
        }
        task = Task {
            defer { begins.finish() }
            if isWriting { try await database.write(hold) } else { try await database.read(hold) }
        }
        self.mayEnd = mayEnd
        for await _ in begun {}
    }

    public func end() async throws {
        mayEnd.signal()
        try await task.value
    }
}
