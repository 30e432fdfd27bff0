import Caching
import Domain
import Foundation
import HTTPTypes
import HummingbirdCore
public import Hummingbird
import Logging
import NIOHTTP1

/// The whole HTTP interface: finds the endpoint, learns who calls and how much they may, answers, and turns every error
/// into a problem.
///
/// A class, because the server hands it around with each request: one reference instead of all of its services'.
public final class API: HTTPResponder {
    public typealias Context = CallContext

    private let table: EndpointTable
    private let kept: KeptAnswers
    private let services: Services
    private let surroundings: Surroundings
    private let rateLimitHeaders: RateLimitHeaders

    public init(_ services: Services, _ surroundings: Surroundings = Surroundings()) {
        (self.services, self.surroundings) = (services, surroundings)
        kept = KeptAnswers(services.scenarios.changes)
        rateLimitHeaders = RateLimitHeaders(services.limits.requestLimits)
        var endpoints = Self.endpoints(services)
        let old = endpoints.filter { $0.successor != nil }
        endpoints += DeprecationRoutes(deprecation: surroundings.deprecation, old: old).endpoints
        endpoints += DocumentRoutes(OpenAPI(endpoints, version: services.health.version).document).endpoints
        table = EndpointTable(endpoints)
    }

    static func endpoints(_ services: Services) -> [Endpoint] {
        let intake = Intake(ingest: services.ingest, limits: services.limits)
        return ScenarioRoutes(scenarios: services.scenarios, alarms: services.alarms).endpoints
            + MetricsRoutes(metrics: services.metrics).endpoints
            + [
                EventStream(
                    metrics: services.metrics, limits: services.limits, authentication: services.authentication
                ).endpoint
            ]
            + IngestRoutes(intake: intake).endpoints + ElasticsearchRoutes(intake: intake).endpoints
            + LokiRoutes(intake: intake).endpoints + SplunkRoutes(intake: intake).endpoints
            + OTLPRoutes(intake: intake).endpoints + PriceRoutes(prices: services.prices).endpoints
            + SignInRoutes(signIn: services.signIn, signer: services.signer).endpoints
            + KeyRoutes(keys: services.keys).endpoints
            + AdminRoutes(users: services.users, audit: services.audit).endpoints
            + PriceAdminRoutes(imports: services.priceImports).endpoints
            + HealthRoutes(health: services.health).endpoints
            + V1Routes(
                scenarios: services.scenarios, metrics: services.metrics, signIn: services.signIn, keys: services.keys,
                ambient: services.ambient
            ).endpoints
    }

    public func respond(to request: Request, context: CallContext) async throws -> Response {
        let correlationID =
            request.headers[.correlationID].flatMap(Self.sound) ?? services.ambient.newID().text
        let address = surroundings.clientAddress.of(request, peer: context.peer)
        let kept =
            if let key = KeptAnswers.Key(request, from: address) { await keptAnswer(to: key) } else {
                nil as KeptAnswer?
            }
        if let kept, kept.decision?.isAllowed != false {
            var response = kept.response
            finish(&response, to: request, correlationID, kept.decision)
            return response
        }
        let call = Call(request, from: address, correlationID: correlationID, context.logger)
        call.decision = kept?.decision
        var response: Response
        do {
            try call.decision?.check()
            if let preflight = surroundings.cors.preflight(request) {
                response = preflight
            } else {
                response = try await answer(call)
            }
        } catch {
            // Nobody listens any more; or the framing is broken, and the server answers 400 and hangs up.
            if error is CancellationError || error is HTTPParserError { throw error }
            response = Self.problem(error, call).response
        }
        // Where nothing was counted, such as a probe: what the address has left.
        let decision =
            if let counted = call.decision { counted } else {
                try await services.limits.left(.request, to: call.address)
            }
        if call.isOld { surroundings.deprecation.apply(to: &response, successor: call.successor) }
        finish(&response, to: request, correlationID, decision)
        return request.method == .head ? response.createHeadResponse() : response
    }

    private typealias KeptAnswer = (response: Response, decision: RateDecision?)

    /// - Returns: What is kept for a request, and whether its caller may have it; nil for one that goes the whole way.
    private func keptAnswer(to key: KeptAnswers.Key) async -> KeptAnswer? {
        guard let kept = kept.answer(to: key, at: services.ambient.steadyNow()) else { return nil }
        // Where that fails it is asked again, and the failure told of.
        do { return (kept.response, try await services.limits.admit(kept.caller)) } catch { return nil }
    }

    /// Adds the headers that every answer has.
    private func finish(
        _ response: inout Response, to request: Request, _ correlationID: String, _ decision: RateDecision?
    ) {
        response.headers.reserveCapacity(response.headers.count + 2)  // a copy once, not again for what comes
        response.headers.append(HTTPField(name: .correlationID, value: correlationID))
        if let decision { response.headers.append(rateLimitHeaders.field(decision, at: services.ambient.now())) }
        surroundings.cors.apply(to: &response, for: request)
    }

    /// A request on its way.
    private final class Call {
        let request: Request
        let path: String
        let correlationID: String
        let logger: Logger
        let address: NetworkAddress?  // of the client; nil: unknown
        var decision: RateDecision?  // what the answer tells of limits
        var successor: String?  // the path that takes the place of this one, which is old
        var isOld: Bool { successor != nil || path.hasPrefix("/api/v1/") }

        init(_ request: Request, from address: NetworkAddress?, correlationID: String, _ logger: Logger) {
            (self.request, self.address, path) = (request, address, request.uri.path)
            (self.correlationID, self.logger) = (correlationID, logger)
        }

        private(set) lazy var origin = Origin(
            address: address?.description, userAgent: request.headers[.userAgent], correlationID: correlationID)
    }

    private static func problem(_ error: any Error, _ call: Call) -> Problem {
        Problem(error, of: call.request, correlationID: call.correlationID, log: call.logger)
    }

    /// A correlation id that may go into logs and answers.
    private static func sound(_ id: String) -> String? {
        let isPlain = id.utf8.allSatisfy { (0x21...0x7e).contains($0) && $0 != 0x22 && $0 != 0x5c }
        return isPlain && (1...128).contains(id.utf8.count) ? id : nil
    }

    private func answer(_ call: Call) async throws -> Response {
        let request = call.request
        try RequestLimits.check(request)
        var parts = call.path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .dropFirst().map { part in
                let text = Substring(part)
                return part.contains(UInt8(ascii: "%")) ? Substring(text.removingPercentEncoding ?? String(text)) : text
            }[...]
        var prefixScenario: UUID?
        if parts.count > 2, parts.first == "s", let id = UUID(text: parts[parts.startIndex + 1]) {
            (prefixScenario, parts) = (id, parts.dropFirst(2))
        }
        switch table.match(request.method, parts) {
        case .nothing:
            try await admit(.request, call)
            throw DomainError(.notFound, "There is nothing at this path.")
        case .otherMethods(let methods):
            try await admit(.request, call)
            let allow = methods.map(\.rawValue).joined(separator: ", ")
            throw HTTPError(.methodNotAllowed, headers: [.allow: allow], message: "This path takes \(allow).")
        case .endpoint(let endpoint, let path):
            call.successor = endpoint.successor(for: path)
            do {
                let generation = endpoint.isKept ? services.authentication.generation : 0
                let caller = try await caller(endpoint, call)
                let key = endpoint.isKept ? KeptAnswers.Key(request, from: call.address) : nil
                return try await respond(endpoint, path, prefixScenario, caller, key, generation, call)
            } catch {
                guard let refusal = endpoint.refusal, !(error is CancellationError || error is HTTPParserError) else {
                    throw error
                }
                let problem = Self.problem(error, call)
                var response = refusal.respond(problem, request)
                for field in problem.headers { response.headers[field.name] = field.value }
                return response
            }
        }
    }

    private func respond(
        _ endpoint: Endpoint, _ path: [String: String], _ prefixScenario: UUID?, _ caller: Caller?,
        _ key: KeptAnswers.Key?, _ generation: Int, _ call: Call
    ) async throws -> Response {
        var query: [String: [String]] = [:]
        if call.request.uri.query != nil {
            for (name, value) in call.request.uri.queryParameters {
                query[name.removingPercentEncoding ?? String(name), default: []].append(String(value))
            }
        }
        try endpoint.check(query)
        let request = APIRequest(
            call.request, to: endpoint, path: path, query: query, signedIn: caller, origin: call.origin,
            logger: call.logger, prefixScenario: prefixScenario)
        do {
            guard let key, let caller else { return try await endpoint.respond(request) }
            return try await keeping(key, caller, generation) { try await endpoint.respond(request) }
        } catch let error as DomainError {
            try await services.alarms.note(error, in: request, isSignIn: endpoint.limit == .signIn)
            throw error
        }
    }

    /// - Parameter generation: Of credentials, before the caller's was looked up.
    private func keeping(
        _ key: KeptAnswers.Key, _ caller: Caller, _ generation: Int, _ respond: () async throws -> Response
    ) async throws -> Response {
        let (changes, now) = (kept.count(of: caller.user), services.ambient.steadyNow())
        let rest = caller.expiresAt.timeIntervalSince(services.ambient.now())
        let response = try await respond()
        guard services.authentication.generation == generation else { return response }
        kept.keep(response, for: key, caller: caller, changes: changes, at: now, atMost: rest)
        return response
    }
}

/// Who calls, and how much they may.
extension API {
    private func admit(_ kind: LimitService.Anonymous, _ call: Call) async throws {
        call.decision = try await services.limits.admit(kind, from: call.address)
        try call.decision?.check()
    }

    /// - Returns: nil on an endpoint that anyone may call.
    private func caller(_ endpoint: Endpoint, _ call: Call) async throws -> Caller? {
        if let successor = call.successor, surroundings.deprecation.endsAtSunset,
            services.ambient.now() >= surroundings.deprecation.sunset
        {
            try await admit(.request, call)
            throw DomainError(.gone, "Version 1 has ended. Use \(successor); \(Deprecation.guide) says how.")
        }
        if case .anyone = endpoint.access {
            if endpoint.limit != .none { try await admit(endpoint.limit == .signIn ? .signIn : .request, call) }
            return nil
        }
        let caller: Caller
        do {
            guard let secret = try Credentials.secret(call.request) else {
                try await admit(.request, call)
                let detail = "An API key is needed: send it as X-API-Key or Authorization: Bearer."
                throw DomainError(.unauthenticated, detail)
            }
            if let known = services.authentication.knownCaller(secret, from: call.origin) {  // nothing to wait for
                caller = known
            } else {
                caller = try await services.authentication.caller(secret, from: call.origin) {
                    // An address that has tried too many that are none costs no more look-ups.
                    guard let left = try await services.limits.left(.refused, to: call.address), left.remaining == 0
                    else { return }
                    call.decision = left
                    try left.checkOneMore()
                }
            }
        } catch let error
            as DomainError
            where error.code == .unauthenticated
        {
            guard Credentials.areIn(call.request) else { throw error }
            try await admit(.refused, call)
            try await services.audit.note(
                services.ambient.event(.refused, of: nil, from: call.origin, details: ["path": call.path]))
            throw error
        }
        call.decision =
            endpoint.limit == .ingest
            ? try await services.limits.admitDelivery(caller) : try await services.limits.admit(caller)
        try call.decision?.check()
        switch endpoint.access {
        case .anyone: break
        case .user(let scopes): try caller.require(scopes)
        case .session: try caller.requireSession()
        case .admin: try caller.requireAdmin()
        }
        return caller
    }
}
