public import Domain
import Foundation
import HTTPTypes
import HummingbirdCore
public import Hummingbird
import Logging
import NIOHTTP1

/// The whole HTTP interface: finds the endpoint, learns who calls, answers, and turns every error into a problem.
public struct API: HTTPResponder {
    public typealias Context = BasicRequestContext

    /// What the endpoints call.
    public struct Services: Sendable {
        public var accounts: AccountService
        public var scenarios: ScenarioService
        public var ingest: IngestService
        public var metrics: MetricsService
        public var prices: PriceService
        public var health: HealthService
        public var ambient: Ambient

        public init(
            accounts: AccountService, scenarios: ScenarioService, ingest: IngestService, metrics: MetricsService,
            prices: PriceService, health: HealthService, ambient: Ambient
        ) {
            (self.accounts, self.scenarios, self.ingest) = (accounts, scenarios, ingest)
            (self.metrics, self.prices) = (metrics, prices)
            (self.health, self.ambient) = (health, ambient)
        }
    }

    private let table: EndpointTable
    private let kept: KeptAnswers
    private let services: Services
    private let security: SecurityHeaders

    /// - Parameter isEncrypted: Whether the server speaks TLS itself.
    public init(_ services: Services, isEncrypted: Bool = false) {
        self.services = services
        security = SecurityHeaders(isEncrypted: isEncrypted)
        kept = KeptAnswers(services.scenarios.changes)
        var endpoints = Self.endpoints(services)
        endpoints += DocumentRoutes(OpenAPI(endpoints, version: services.health.version).document).endpoints
        table = EndpointTable(endpoints)
    }

    static func endpoints(_ services: Services) -> [Endpoint] {
        let intake = Intake(ingest: services.ingest)
        return ScenarioRoutes(scenarios: services.scenarios).endpoints
            + MetricsRoutes(metrics: services.metrics).endpoints
            + IngestRoutes(ingest: services.ingest).endpoints + ElasticsearchRoutes(intake: intake).endpoints
            + LokiRoutes(intake: intake).endpoints + SplunkRoutes(intake: intake).endpoints
            + OTLPRoutes(intake: intake).endpoints + PriceRoutes(prices: services.prices).endpoints
            + HealthRoutes(health: services.health).endpoints
    }

    public func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        let correlationID =
            request.headers[.correlationID].flatMap(Self.sound) ?? services.ambient.newID().text
        let key = KeptAnswers.Key(request)
        if let key, var response = kept.answer(to: key, at: services.ambient.now()) {
            response.headers[.correlationID] = correlationID
            return response
        }
        var response: Response
        do {
            response = try await answer(request, correlationID, key, context.logger)
        } catch {
            // Nobody listens any more; or the framing is broken, and the server answers 400 and hangs up.
            if error is CancellationError || error is HTTPParserError { throw error }
            response = Self.problem(error, request, correlationID, context.logger).response
        }
        response.headers[.correlationID] = correlationID
        security.apply(to: &response, isPrivate: Credentials.areIn(request))
        return request.method == .head ? response.createHeadResponse() : response
    }

    /// An error as the caller may know it; what is our fault goes into the log.
    private static func problem(
        _ error: any Error, _ request: Request, _ correlationID: String, _ logger: Logger
    ) -> Problem {
        let problem = Problem(error, correlationID: correlationID)
        if problem.status.code >= 500 {
            logger.error(
                "\(request.method) \(request.uri.path) failed",
                metadata: ["error": "\(String(reflecting: error))", "correlation_id": "\(correlationID)"])
        }
        return problem
    }

    /// A correlation id that may go into logs and answers.
    private static func sound(_ id: String) -> String? {
        let isPlain = id.utf8.allSatisfy { (0x21...0x7e).contains($0) && $0 != 0x22 && $0 != 0x5c }
        return isPlain && (1...128).contains(id.utf8.count) ? id : nil
    }

    private func answer(
        _ request: Request, _ correlationID: String, _ key: KeptAnswers.Key?, _ logger: Logger
    ) async throws -> Response {
        var parts = request.uri.path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
            .map { $0.utf8.contains(UInt8(ascii: "%")) ? Substring($0.removingPercentEncoding ?? String($0)) : $0 }[...]
        var prefixScenario: UUID?
        if parts.count > 2, parts.first == "s", let id = UUID(uuidString: String(parts[parts.startIndex + 1])) {
            (prefixScenario, parts) = (id, parts.dropFirst(2))
        }
        switch table.match(request.method, parts) {
        case .nothing: throw DomainError(.notFound, "There is nothing at this path.")
        case .otherMethods(let methods):
            let allow = methods.map(\.rawValue).joined(separator: ", ")
            throw HTTPError(.methodNotAllowed, headers: [.allow: allow], message: "This path takes \(allow).")
        case .endpoint(let endpoint, let path):
            var query: [String: [String]] = [:]
            for (name, value) in request.uri.queryParameters { query[String(name), default: []].append(String(value)) }
            var call = APIRequest(
                request: request, path: path, query: query, signedIn: nil, correlationID: correlationID,
                prefixScenario: prefixScenario, declared: endpoint.parameters.map(\.name))
            do {
                if endpoint.access == .user {
                    call.signedIn = try await services.accounts.caller(Credentials.secret(call))
                }
                guard endpoint.isKept, let key, let caller = call.signedIn else {
                    return try await endpoint.respond(call)
                }
                return try await keeping(key, caller) { try await endpoint.respond(call) }
            } catch {
                guard let refusal = endpoint.refusal, !(error is CancellationError || error is HTTPParserError) else {
                    throw error
                }
                let problem = Self.problem(error, request, correlationID, logger)
                var response = refusal.respond(problem, request)
                for field in problem.headers { response.headers[field.name] = field.value }
                return response
            }
        }
    }
}

extension API {
    private func keeping(
        _ key: KeptAnswers.Key, _ caller: Caller, _ respond: () async throws -> Response
    ) async throws -> Response {
        let (changes, now) = (kept.count(of: caller.user), services.ambient.now())
        let response = try await respond()
        var secured = response
        security.apply(to: &secured, isPrivate: true)
        kept.keep(secured, for: key, user: caller.user, changes: changes, at: now)
        return response
    }
}

extension HTTPField.Name {
    static let correlationID = Self("X-Correlation-ID")!
    static let apiKey = Self("X-API-Key")!
    static let scenarioID = Self("X-Scenario-ID")!
    static let idempotencyKey = Self("Idempotency-Key")!
}
