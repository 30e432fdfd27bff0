public import AccessControl
public import Domain
import Foundation

extension API {
    /// What the endpoints call.
    public struct Services: Sendable {
        public var authentication: AuthenticationService
        public var signIn: SignInService
        public var keys: KeyService
        public var users: UserService
        public var audit: AuditService
        public var limits: LimitService
        public var scenarios: ScenarioService
        public var ingest: IngestService
        public var metrics: MetricsService
        public var prices: PriceService
        public var priceImports: PriceImportService
        public var health: HealthService
        public var signer: TokenSigner
        public var ambient: Ambient

        public init(
            authentication: AuthenticationService, signIn: SignInService, keys: KeyService, users: UserService,
            audit: AuditService, limits: LimitService, scenarios: ScenarioService, ingest: IngestService,
            metrics: MetricsService, prices: PriceService, priceImports: PriceImportService, health: HealthService,
            signer: TokenSigner, ambient: Ambient
        ) {
            (self.authentication, self.signIn, self.keys, self.users) = (authentication, signIn, keys, users)
            (self.audit, self.limits, self.scenarios, self.ingest) = (audit, limits, scenarios, ingest)
            (self.metrics, self.prices, self.health) = (metrics, prices, health)
            self.priceImports = priceImports
            (self.signer, self.ambient) = (signer, ambient)
        }

        var alarms: Alarms { Alarms(limits: limits, audit: audit, ambient: ambient) }
    }

    /// How the world outside reaches the API.
    public struct Surroundings: Sendable {
        public var cors = CORS(origins: [])
        public var clientAddress = ClientAddress(trusting: [])
        public var deprecation = Deprecation(sunset: .distantFuture, endsAtSunset: false)  // of version 1

        public init() {}
    }
}
