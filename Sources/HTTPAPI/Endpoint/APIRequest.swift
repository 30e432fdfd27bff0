import Domain
import Foundation
import HTTPTypes
import HummingbirdCore
import Hummingbird
import Logging

/// A request that found its endpoint and whose caller is known.
struct APIRequest: Sendable {
    var request: Request
    var path: [String: String]
    var query: [String: [String]]
    var signedIn: Caller?
    var origin: Origin
    var logger: Logger
    /// The scenario that a `/s/<id>` before the path names.
    var prefixScenario: UUID?
    let declared: [String]

    /// - Throws: ``DomainError`` `.unauthenticated` on an endpoint that anyone may call.
    var caller: Caller {
        get throws {
            guard let signedIn else { throw DomainError(.unauthenticated, "An API key is needed.") }
            return signedIn
        }
    }

    /// The value of a parameter, nil when it is not given.
    func callAsFunction<Value>(_ parameter: Parameter<Value>) throws -> Value? {
        precondition(declared.contains(parameter.name), "\(parameter.name) is not declared")  // a slip in a route
        return switch parameter.location {
        case .path: try parameter.value(of: path[parameter.name].map { [$0] } ?? [])
        case .query: try parameter.value(of: query[parameter.name] ?? [])
        case .header:
            try parameter.value(of: HTTPField.Name(parameter.name).flatMap { request.headers[$0] }.map { [$0] } ?? [])
        }
    }

    /// The value of a path parameter.
    func required<Value>(_ parameter: Parameter<Value>) throws -> Value {
        guard let value = try self(parameter) else { throw DomainError.notFound("resource") }
        return value
    }
}
