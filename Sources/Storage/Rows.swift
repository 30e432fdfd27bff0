import Domain
import Foundation
import SQLDatabase

extension Date {
    /// Microseconds since 1970; the greatest or least number for what is beyond.
    var microseconds: Int64 {
        let exact = (timeIntervalSince1970 * 1_000_000).rounded()
        return Int64(exactly: exact) ?? (exact > 0 ? .max : .min)
    }

    init(microseconds: Int64) { self.init(timeIntervalSince1970: Double(microseconds) / 1_000_000) }
}

/// A failure of the database in the domain's words.
@discardableResult
func translated<Value>(_ body: () async throws -> Value) async throws -> Value {
    do { return try await body() } catch let failure as SQLError {
        switch failure {
        case .unavailable(let reason), .damaged(let reason):
            var error = DomainError(.unavailable, "The database cannot take this now; try again shortly.")
            error.cause = reason
            throw error
        case .constraint, .statement, .newerSchema, .otherTables: throw failure
        }
    }
}
