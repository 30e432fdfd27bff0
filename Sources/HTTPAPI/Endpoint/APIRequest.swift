package import Domain
package import Foundation
import HTTPTypes
package import HummingbirdCore
import Hummingbird
package import Logging

/// A request that found its endpoint and whose caller is known.
package struct APIRequest: Sendable {
    var request: Request
    var path: [String: String]
    var query: [String: [String]]
    var signedIn: Caller?
    var origin: Origin
    var logger: Logger
    /// The scenario that a `/s/<id>` before the path names.
    var prefixScenario: UUID?
    let declared: [String]

    package init(
        _ request: Request, to endpoint: Endpoint, path: [String: String], query: [String: [String]] = [:],
        signedIn caller: Caller?, origin: Origin, logger: Logger, prefixScenario: UUID? = nil
    ) {
        (self.request, self.path, self.query, signedIn) = (request, path, query, caller)
        (self.origin, self.logger, self.prefixScenario) = (origin, logger, prefixScenario)
        declared = endpoint.parameters.map(\.name)
    }

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
