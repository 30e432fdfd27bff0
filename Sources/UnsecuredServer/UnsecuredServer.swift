import App
import Domain
import Foundation
import HTTPAPI
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import Storage

/// What the endpoints of scenarios do without the security layer, for `make bench`: nobody is asked who they are, nothing
/// is counted, no request checked but for its body, no header of the layer added, nothing written to the audit log.
///
///     HOST=127.0.0.1 PORT=… DATABASE_URL=… unsecured-server USER'S-ADDRESS
@main
struct UnsecuredServer {
    static func main() async throws {
        guard CommandLine.arguments.count == 2 else { return print("usage: unsecured-server USER'S-ADDRESS") }
        let settings = try ServerSettings.read(environment: ProcessInfo.processInfo.environment).settings
        let database = try Server.open(settings)
        guard let user = try await SQLAccountStore(database).user(email: CommandLine.arguments[1]) else {
            return print("there is no user \(CommandLine.arguments[1])")
        }
        let changes = Changes()
        let scenarios = ScenarioService(store: SQLScenarioStore(database), changes: changes)
        let responder = Responder(
            table: EndpointTable(ScenarioRoutes(scenarios: scenarios).endpoints), kept: KeptAnswers(changes),
            caller: Caller(user: user.id))
        let application = Application(
            responder: responder,
            configuration: ApplicationConfiguration(address: .hostname(settings.host, port: settings.port)))
        try await application.runService()
    }
}

private struct Responder: HTTPResponder {
    let table: EndpointTable
    let kept: KeptAnswers
    let caller: Caller

    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        var response = try await answer(request, context)
        response.headers.append(HTTPField(name: Self.correlationID, value: UUID.v7(at: Date()).text))
        return response
    }

    private static let correlationID = HTTPField.Name("X-Correlation-ID")!

    private func answer(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let (key, now) = (KeptAnswers.Key(request, from: nil), Date())
        if let key, let found = kept.answer(to: key, at: now) { return found.response }
        let parts = request.uri.path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        guard case .endpoint(let endpoint, let path) = table.match(request.method, parts) else {
            throw HTTPError(.notFound)
        }
        let changes = kept.count(of: caller.user)
        let response = try await endpoint.respond(
            APIRequest(
                request, to: endpoint, path: path, signedIn: caller, origin: Origin(correlationID: ""),
                logger: context.logger))
        if let key, endpoint.isKept {
            kept.keep(response, for: key, caller: caller, changes: changes, at: now, atMost: .infinity)
        }
        return response
    }
}
